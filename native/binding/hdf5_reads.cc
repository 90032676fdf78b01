// HDF5 jobs that read.
#include "binding/arguments.h"
#include "binding/functions.h"
#include "binding/hdf5_values.h"
#include "binding/owned.h"
#include "binding/task.h"
#include "hdf5/list.h"
#include "hdf5/object.h"
#include "hdf5/thread.h"
#include "hdf5/virtual.h"
#include "os/limits.h"

namespace persist::binding {
namespace {

/** A file open for one of its datasets, or for many that need not be open. */
struct OpenDataset {
  explicit OpenDataset(const std::string& path) : file(path, hdf5::Mode::kRead) {
    closing.emplace_back([this] { delete this; });
  }
  OpenDataset(const std::string& path, const std::string& name) : OpenDataset(path) {
    dataset = hdf5::Describe(hdf5::OpenDataset(file, name), file, name);
    attributes = hdf5::AttributesOf(dataset.id, file);
  }
  hdf5::File file;
  hdf5::Dataset dataset;
  std::vector<hdf5::Attribute> attributes;
  hdf5::PreparedJob closing;
};

/** What JavaScript holds of it. It is closed on the HDF5 thread, when its last job there has ended. */
using Held = std::shared_ptr<OpenDataset>;
const napi_type_tag kDatasetTag = {0x7065727369737420ULL, 0x6864663500000000ULL};

template <typename... Names>
Held Open(const std::string& path, const Names&... names) {
  return Held(new OpenDataset(path, names...),
              [](OpenDataset* opened) { hdf5::Post(std::move(opened->closing)); });
}

Held& Unwrap(const Napi::Value& value) {
  if (value.IsExternal() && value.As<Napi::External<Held>>().CheckTypeTag(&kDatasetTag))
    return *value.As<Napi::External<Held>>().Data();
  throw Napi::TypeError::New(value.Env(), "an open dataset is expected");
}

class OpenTask : public Task {
 public:
  OpenTask(std::string path, std::string name) : path_(std::move(path)), name_(std::move(name)) {}

  void Run() override { opened_ = Open(path_, name_); }

  Napi::Value Result(Napi::Env env) override {
    Napi::Object out = ToJavaScript(env, opened_->dataset);
    out["attributes"] = ToJavaScript(env, opened_->attributes);
    out["fd"] = opened_->file.fd();
    out["handle"] = Owned(env, std::move(opened_), kDatasetTag);
    return out;
  }

 private:
  std::string path_;
  std::string name_;
  Held opened_;
};

Napi::Object ElementsOf(Napi::Env env, hdf5::Elements elements) {
  Napi::Object out = Napi::Object::New(env);
  out["characters"] = static_cast<double>(elements.characters);
  out["buffer"] = ToJavaScript(env, std::move(elements.memory));
  return out;
}

class ReadTask : public Task {
 public:
  ReadTask(Held opened, std::vector<hdf5::Range> ranges, std::shared_ptr<JobControl> control)
      : opened_(std::move(opened)), ranges_(std::move(ranges)), control_(std::move(control)) {}

  void Run() override { elements_ = hdf5::ReadAny(opened_->dataset, ranges_, opened_->file, control_.get()); }

  Napi::Value Result(Napi::Env env) override {
    if (control_) control_->Ended();
    return ElementsOf(env, std::move(elements_));
  }

 private:
  Held opened_;
  std::vector<hdf5::Range> ranges_;
  std::shared_ptr<JobControl> control_;
  hdf5::Elements elements_;
};

class ListTask : public Task {
 public:
  ListTask(std::string path, std::shared_ptr<JobControl> control)
      : path_(std::move(path)), control_(std::move(control)) {}

  void Run() override {
    const hdf5::File file(path_, hdf5::Mode::kRead);
    listed_ = hdf5::ListDatasets(file, hdf5::Wanted::kDatasets, control_.get());
  }

  Napi::Value Result(Napi::Env env) override {
    Napi::Array out = Napi::Array::New(env, listed_.size());
    for (uint32_t k = 0; k < listed_.size(); k++) {
      Napi::Object one = ToJavaScript(env, listed_[k].dataset);
      one["name"] = listed_[k].name;
      out[k] = one;
    }
    return out;
  }

 private:
  std::string path_;
  std::shared_ptr<JobControl> control_;
  std::vector<hdf5::Listed> listed_;
};

using ManyDescribed = std::vector<hdf5::Listed>;
const napi_type_tag kManyTag = {0x7065727369737420ULL, 0x6864663500000001ULL};

class DescribeTask : public Task {
 public:
  DescribeTask(std::string path, std::optional<std::vector<std::string>> names,
               std::shared_ptr<JobControl> control)
      : path_(std::move(path)), names_(std::move(names)), control_(std::move(control)) {}

  void Run() override {
    opened_ = Open(path_);
    const hdf5::File& file = opened_->file;
    described_ = names_ ? hdf5::DescribeDatasets(file, *names_, control_.get())
                        : hdf5::ListDatasets(file, hdf5::Wanted::kAttributesToo, control_.get());
  }

  Napi::Value Result(Napi::Env env) override {
    if (control_) control_->Ended();
    Napi::Object out = Napi::Object::New(env);
    out["fd"] = opened_->file.fd();
    out["handle"] = Owned(env, std::move(opened_), kDatasetTag);
    out["count"] = static_cast<double>(described_.size());
    out["datasets"] = Owned(env, std::move(described_), kManyTag);
    return out;
  }

 private:
  std::string path_;
  std::optional<std::vector<std::string>> names_;
  std::shared_ptr<JobControl> control_;
  Held opened_;
  ManyDescribed described_;
};

/** Reads the whole of some that were described, each opened once more where it was found. */
class ReadDescribedTask : public Task {
 public:
  struct Wanted {
    std::string name;
    uint64_t header;
  };
  ReadDescribedTask(Held opened, std::vector<Wanted> wanted, std::shared_ptr<JobControl> control)
      : opened_(std::move(opened)), wanted_(std::move(wanted)), control_(std::move(control)) {}

  void Run() override {
    hdf5::File& file = opened_->file;
    for (const auto& [name, header] : wanted_) {
      if (control_) control_->Check();
      hdf5::LetOthersIn();
      const hdf5::Dataset dataset = hdf5::Describe(hdf5::OpenAt(file, header), file, name);
      std::vector<hdf5::Range> all;
      all.reserve(dataset.shape.size());
      for (const uint64_t extent : dataset.shape) all.push_back({0, 1, extent});
      read_.push_back(hdf5::ReadAny(dataset, all, file, control_.get()));
    }
  }

  Napi::Value Result(Napi::Env env) override {
    if (control_) control_->Ended();
    Napi::Array out = Napi::Array::New(env, read_.size());
    for (uint32_t k = 0; k < read_.size(); k++) out[k] = ElementsOf(env, std::move(read_[k]));
    return out;
  }

 private:
  Held opened_;
  std::vector<Wanted> wanted_;
  std::shared_ptr<JobControl> control_;
  std::vector<hdf5::Elements> read_;
};

const ManyDescribed& TakeDescribed(const Napi::Value& value) {
  if (value.IsExternal() && value.As<Napi::External<ManyDescribed>>().CheckTypeTag(&kManyTag))
    return *value.As<Napi::External<ManyDescribed>>().Data();
  throw Napi::TypeError::New(value.Env(), "described datasets are expected");
}

Napi::Value DescribeHdf5(const Napi::CallbackInfo& info) {
  std::optional<std::vector<std::string>> names;
  if (!info[1].IsUndefined()) {
    const Napi::Array list = TakeList(info[1], "names");
    names.emplace();
    names->reserve(list.Length());
    for (uint32_t k = 0; k < list.Length(); k++) names->push_back(TakeString(list[k], "name"));
  }
  return RunOnHdf5Thread(info.Env(),
                         std::make_unique<DescribeTask>(TakeString(info[0], "path"), std::move(names),
                                                        JobControl::Unwrap(info[2])));
}

/** describedHdf5(datasets, from, to) */
Napi::Value DescribedHdf5(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const ManyDescribed& all = TakeDescribed(info[0]);
  const uint64_t from = TakeInteger(info[1], "from");
  const uint64_t to = TakeInteger(info[2], "to");
  if (from > to || to > all.size()) throw Napi::RangeError::New(env, "there are not so many datasets");
  Napi::Array out = Napi::Array::New(env, to - from);
  for (uint64_t k = from; k < to; k++) {
    Napi::Object one = ToJavaScript(env, all[k].dataset);
    one["attributes"] = ToJavaScript(env, all[k].attributes);
    one["name"] = all[k].name;
    out[static_cast<uint32_t>(k - from)] = one;
  }
  return out;
}

/** readDescribed(handle, datasets, numbers, control) */
Napi::Value ReadDescribed(const Napi::CallbackInfo& info) {
  const Held& held = Unwrap(info[0]);
  if (!held) throw os::Error("PERSIST_CLOSED", "the file was closed");
  const ManyDescribed& all = TakeDescribed(info[1]);
  std::vector<ReadDescribedTask::Wanted> wanted;
  for (const uint64_t k : TakeIntegers(info[2], "numbers")) {
    if (k >= all.size()) throw Napi::RangeError::New(info.Env(), "there are not so many datasets");
    wanted.push_back({all[k].name, all[k].dataset.header});
  }
  return RunOnHdf5Thread(
      info.Env(), std::make_unique<ReadDescribedTask>(held, std::move(wanted), JobControl::Unwrap(info[3])));
}

Napi::Value OpenHdf5(const Napi::CallbackInfo& info) {
  return RunOnHdf5Thread(
      info.Env(), std::make_unique<OpenTask>(TakeString(info[0], "path"), TakeString(info[1], "name")));
}

Napi::Value OpenHdf5Sync(const Napi::CallbackInfo& info) {
  OpenTask task(TakeString(info[0], "path"), TakeString(info[1], "name"));
  return RunFirstOnHdf5Thread(info.Env(), task);
}

std::vector<hdf5::Range> TakeRanges(const Napi::Array& list, const std::vector<uint64_t>& shape) {
  std::vector<hdf5::Range> out;
  if (list.Length() != 3 * shape.size())
    throw Napi::TypeError::New(list.Env(), "three numbers for each axis are expected");
  for (uint32_t axis = 0; axis < shape.size(); axis++) {
    const hdf5::Range range = {TakeInteger(list[3 * axis], "start"), TakeInteger(list[3 * axis + 1], "step"),
                               TakeInteger(list[3 * axis + 2], "count")};
    const bool is_inside =
        range.count == 0 || (range.step > 0 && range.start < shape[axis] &&
                             (shape[axis] - 1 - range.start) / range.step >= range.count - 1);
    if (!is_inside) throw Napi::RangeError::New(list.Env(), "a range is outside the dataset");
    out.push_back(range);
  }
  return out;
}

Napi::Value ReadHdf5(const Napi::CallbackInfo& info) {
  const Held& held = Unwrap(info[0]);
  if (!held) throw os::Error("PERSIST_CLOSED", "the file was closed");
  std::vector<hdf5::Range> ranges = TakeRanges(TakeList(info[1], "ranges"), held->dataset.shape);
  return RunOnHdf5Thread(info.Env(),
                         std::make_unique<ReadTask>(held, std::move(ranges), JobControl::Unwrap(info[2])));
}

Napi::Value CloseHdf5(const Napi::CallbackInfo& info) {
  Unwrap(info[0]).reset();
  return info.Env().Undefined();
}

Napi::Value ListHdf5(const Napi::CallbackInfo& info) {
  return RunOnHdf5Thread(
      info.Env(), std::make_unique<ListTask>(TakeString(info[0], "path"), JobControl::Unwrap(info[1])));
}

Napi::Value LimitProcess(const Napi::CallbackInfo& info) {
  os::LimitProcess(TakeInteger(info[0], "memory_bytes"), TakeInteger(info[1], "cpu_s"));
  return info.Env().Undefined();
}

}  // namespace

void AddHdf5Reads(Napi::Object exports) {
  Add(exports, "openHdf5", OpenHdf5);
  Add(exports, "openHdf5Sync", OpenHdf5Sync);
  Add(exports, "readHdf5", ReadHdf5);
  Add(exports, "closeHdf5", CloseHdf5);
  Add(exports, "listHdf5", ListHdf5);
  Add(exports, "describeHdf5", DescribeHdf5);
  Add(exports, "describedHdf5", DescribedHdf5);
  Add(exports, "readDescribed", ReadDescribed);
  Add(exports, "limitProcess", LimitProcess);
}

}  // namespace persist::binding
