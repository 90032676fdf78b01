// HDF5 jobs that write.
#include "binding/arguments.h"
#include "binding/functions.h"
#include "binding/task.h"
#include "hdf5/create.h"
#include "hdf5/version.h"

namespace persist::binding {
namespace {

class CreateTask : public Task {
 public:
  CreateTask(std::string path, std::vector<hdf5::NewDataset> datasets, bool exists,
             std::shared_ptr<JobControl> control)
      : path_(std::move(path)),
        datasets_(std::move(datasets)),
        exists_(exists),
        control_(std::move(control)) {}

  void Run() override {
    const auto add = exists_ ? hdf5::AddToFile : hdf5::CreateFile;
    offsets_ = add(path_, datasets_, control_.get());
  }

  Napi::Value Result(Napi::Env env) override {
    Napi::Array out = Napi::Array::New(env, offsets_.size());
    for (uint32_t k = 0; k < offsets_.size(); k++) out[k] = static_cast<double>(offsets_[k]);
    return out;
  }

 private:
  std::string path_;
  std::vector<hdf5::NewDataset> datasets_;
  bool exists_;
  std::shared_ptr<JobControl> control_;
  std::vector<uint64_t> offsets_;
};

hdf5::NewAttribute TakeAttribute(const Napi::Object& one) {
  hdf5::NewAttribute out;
  out.name = TakeString(one.Get("name"), "name");
  out.is_null = TakeBoolean(one.Get("isNull"), "isNull");
  out.shape = TakeIntegers(one.Get("shape"), "shape");
  const Napi::Value strings = one.Get("strings");
  if (strings.IsArray()) {
    out.is_text = true;
    const Napi::Array list = strings.As<Napi::Array>();
    for (uint32_t k = 0; k < list.Length(); k++) out.strings.push_back(TakeString(list[k], "strings"));
    return out;
  }
  out.descr = array::ParseDescr(TakeString(one.Get("descr"), "descr"));
  Napi::ArrayBuffer bytes = one.Get("bytes").As<Napi::ArrayBuffer>();
  out.bytes.assign(static_cast<const char*>(bytes.Data()), bytes.ByteLength());
  return out;
}

// NOLINTNEXTLINE(misc-no-recursion): lib/store/npy-fields.ts has looked how deep the fields are nested
std::vector<hdf5::NewField> TakeFields(const Napi::Value& value) {
  std::vector<hdf5::NewField> out;
  if (!value.IsArray()) return out;
  const Napi::Array list = value.As<Napi::Array>();
  for (uint32_t k = 0; k < list.Length(); k++) {
    const Napi::Object one = TakeObject(list[k], "field");
    out.push_back({TakeString(one.Get("name"), "name"),
                   array::ParseDescr(TakeString(one.Get("descr"), "descr")),
                   TakeIntegers(one.Get("shape"), "shape"), TakeInteger(one.Get("offset"), "offset"),
                   TakeFields(one.Get("fields"))});
  }
  return out;
}

hdf5::NewDataset TakeDataset(const Napi::Object& one) {
  hdf5::NewDataset out = {TakeString(one.Get("name"), "name"),
                          array::ParseDescr(TakeString(one.Get("descr"), "descr")),
                          TakeIntegers(one.Get("shape"), "shape")};
  const Napi::Value attributes = one.Get("attributes");
  if (attributes.IsArray()) {
    const Napi::Array list = attributes.As<Napi::Array>();
    for (uint32_t k = 0; k < list.Length(); k++)
      out.attributes.push_back(TakeAttribute(TakeObject(list[k], "attribute")));
  }
  out.fields = TakeFields(one.Get("fields"));
  const Napi::Value content = one.Get("content");
  if (!content.IsUndefined()) {
    const os::Span bytes = TakeBytes(content, "content");
    out.content.assign(static_cast<const char*>(bytes.start), bytes.size_bytes);
  }
  const Napi::Value chunks = one.Get("chunks");
  if (chunks.IsObject()) {
    const auto how = chunks.As<Napi::Object>();
    out.chunks = {TakeIntegers(how.Get("extents"), "extents"), TakeBoolean(how.Get("grows"), "grows"),
                  static_cast<int>(TakeInteger(how.Get("level"), "level")),
                  TakeBoolean(how.Get("shuffle"), "shuffle")};
  }
  const Napi::Value names = one.Get("names");
  if (names.IsArray()) {
    const Napi::Array list = names.As<Napi::Array>();
    for (uint32_t k = 0; k < list.Length(); k++) {
      const Napi::Array pair = TakeList(list[k], "names");
      out.names.emplace_back(TakeString(pair[0u], "name"), pair.Get(1u).ToNumber().Int64Value());
    }
  }
  return out;
}

Napi::Value CreateHdf5(const Napi::CallbackInfo& info) {
  const Napi::Array list = TakeList(info[1], "datasets");
  std::vector<hdf5::NewDataset> datasets;
  datasets.reserve(list.Length());
  for (uint32_t k = 0; k < list.Length(); k++)
    datasets.push_back(TakeDataset(TakeObject(list[k], "dataset")));
  return RunOnHdf5Thread(
      info.Env(), std::make_unique<CreateTask>(TakeString(info[0], "path"), std::move(datasets),
                                               TakeBoolean(info[2], "exists"), JobControl::Unwrap(info[3])));
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
