// HDF5 jobs.
#include "binding/arguments.h"
#include "binding/functions.h"
#include "binding/task.h"
#include "hdf5/create.h"
#include "hdf5/version.h"

namespace persist::binding {
namespace {

class CreateTask : public Task {
 public:
  CreateTask(std::string path, std::vector<hdf5::NewDataset> datasets)
      : path_(std::move(path)), datasets_(std::move(datasets)) {}

  void Run() override { offsets_ = hdf5::CreateFile(path_, datasets_); }

  Napi::Value Result(Napi::Env env) override {
    Napi::Array out = Napi::Array::New(env, offsets_.size());
    for (uint32_t k = 0; k < offsets_.size(); k++) out[k] = static_cast<double>(offsets_[k]);
    return out;
  }

 private:
  std::string path_;
  std::vector<hdf5::NewDataset> datasets_;
  std::vector<uint64_t> offsets_;
};

Napi::Value CreateHdf5(const Napi::CallbackInfo& info) {
  const Napi::Array list = TakeList(info[1], "datasets");
  std::vector<hdf5::NewDataset> datasets;
  datasets.reserve(list.Length());
  for (uint32_t k = 0; k < list.Length(); k++) {
    const Napi::Object one = TakeObject(list[k], "dataset");
    const Napi::Array shape = TakeList(one.Get("shape"), "shape");
    std::vector<uint64_t> extents;
    for (uint32_t axis = 0; axis < shape.Length(); axis++)
      extents.push_back(TakeInteger(shape[axis], "shape"));
    datasets.push_back({TakeString(one.Get("name"), "name"),
                        array::ParseDescr(TakeString(one.Get("descr"), "descr")), std::move(extents)});
  }
  return RunOnHdf5Thread(info.Env(),
                         std::make_unique<CreateTask>(TakeString(info[0], "path"), std::move(datasets)));
}

Napi::Value Hdf5Version(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), hdf5::Version());
}

}  // namespace

void AddHdf5(Napi::Object exports) {
  Add(exports, "createHdf5", CreateHdf5);
  Add(exports, "hdf5Version", Hdf5Version);
}

}  // namespace persist::binding
