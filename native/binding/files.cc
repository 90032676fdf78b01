// Opening and writing files.
#include <fcntl.h>

#include "array/crc32.h"
#include "binding/arguments.h"
#include "binding/environment.h"
#include "binding/functions.h"
#include "binding/task.h"
#include "os/beneath.h"
#include "os/write.h"

namespace persist::binding {
namespace {

Napi::Value OpenBeneath(const Napi::CallbackInfo& info) {
  os::Fd fd = os::OpenBeneath(TakeString(info[0], "directory"), TakeString(info[1], "file"),
                              TakeBoolean(info[2], "writable"));
  return Napi::Number::New(info.Env(), fd.release());
}

std::vector<os::NewFile> TakeFiles(const Napi::Array& list) {
  std::vector<os::NewFile> out;
  out.reserve(list.Length());
  for (uint32_t k = 0; k < list.Length(); k++) {
    const Napi::Object file = TakeObject(list[k], "file");
    const os::Span head = TakeBytes(file.Get("head"), "head");
    out.push_back({TakeString(file.Get("stem"), "stem"), TakeString(file.Get("extension"), "extension"),
                   std::string(static_cast<const char*>(head.start), head.size_bytes),
                   TakeBytes(file.Get("data"), "data")});
  }
  return out;
}

Napi::Array Names(Napi::Env env, const std::vector<std::string>& names) {
  Napi::Array out = Napi::Array::New(env, names.size());
  for (uint32_t k = 0; k < names.size(); k++) out[k] = names[k];
  return out;
}

/** Whether each entry's `data` still is the memory that was written; its buffer may have been transferred
 * meanwhile. */
bool Unmoved(const Napi::Array& list, const std::vector<os::Span>& spans) {
  for (uint32_t k = 0; k < spans.size(); k++) {
    const os::Span now = TakeBytes(TakeObject(list[k], "file").Get("data"), "data");
    if (now.size_bytes != spans[k].size_bytes || (now.size_bytes > 0 && now.start != spans[k].start))
      return false;
  }
  return true;
}

os::Error Detached(const std::string& path) {
  return os::Error("PERSIST_DETACHED", "a buffer was detached or shrunk while it was written to " + path,
                   path);
}

/** A job that reads the caller's buffers: holds the list that holds them, and looks afterwards whether they
 * are still there. */
class WritingTask : public Task {
 public:
  WritingTask(const Napi::Array& list, std::shared_ptr<JobControl> control, bool durable)
      : control_(std::move(control)),
        how_{durable, control_.get()},
        list_(Napi::Persistent(list.As<Napi::Object>())) {}
  ~WritingTask() override {
    if (control_) control_->Ended();
  }

 protected:
  const os::How& how() const { return how_; }
  bool unmoved(const std::vector<os::Span>& spans) const {
    return Unmoved(list_.Value().As<Napi::Array>(), spans);
  }

 private:
  std::shared_ptr<JobControl> control_;
  os::How how_;
  Napi::ObjectReference list_;
};

class WriteFilesTask : public WritingTask {
 public:
  WriteFilesTask(std::string directory, const Napi::Array& list, bool durable,
                 std::shared_ptr<JobControl> control)
      : WritingTask(list, std::move(control), durable),
        directory_(std::move(directory)),
        files_(TakeFiles(list)) {}

  void Run() override { names_ = os::CreateFiles(directory_, files_, how()); }

  Napi::Value Result(Napi::Env env) override {
    std::vector<os::Span> spans;
    for (const os::NewFile& file : files_) spans.push_back(file.data);
    if (!unmoved(spans)) {
      for (const std::string& name : names_) os::sys.unlinkat(AT_FDCWD, (directory_ + "/" + name).c_str(), 0);
      throw Detached(directory_);
    }
    return Names(env, names_);
  }

 private:
  std::string directory_;
  std::vector<os::NewFile> files_;
  std::vector<std::string> names_;
};

class WriteRangesTask : public WritingTask {
 public:
  WriteRangesTask(std::string path, const Napi::Array& list, bool durable,
                  std::shared_ptr<JobControl> control)
      : WritingTask(list, std::move(control), durable), path_(std::move(path)) {
    for (uint32_t k = 0; k < list.Length(); k++) {
      const Napi::Object range = TakeObject(list[k], "range");
      ranges_.push_back({static_cast<off_t>(TakeInteger(range.Get("offset"), "offset")),
                         TakeBytes(range.Get("data"), "data")});
    }
  }

  void Run() override { os::WriteRanges(path_, ranges_, how()); }

  Napi::Value Result(Napi::Env env) override {
    std::vector<os::Span> spans;
    for (const os::Range& range : ranges_) spans.push_back(range.data);
    if (!unmoved(spans)) throw Detached(path_);
    return env.Undefined();
  }

 private:
  std::string path_;
  std::vector<os::Range> ranges_;
};

class ChecksumTask : public Task {
 public:
  ChecksumTask(std::string path, const Napi::Array& list, std::shared_ptr<JobControl> control)
      : path_(std::move(path)), control_(std::move(control)) {
    for (uint32_t k = 0; k < list.Length(); k++) {
      const Napi::Object range = TakeObject(list[k], "range");
      ranges_.push_back(
          {TakeInteger(range.Get("offset"), "offset"), TakeInteger(range.Get("size_bytes"), "size_bytes")});
    }
  }
  ~ChecksumTask() override {
    if (control_) control_->Ended();
  }

  void Run() override { sums_ = array::ChecksumRanges(path_, ranges_, control_.get()); }

  Napi::Value Result(Napi::Env env) override {
    Napi::Array out = Napi::Array::New(env, sums_.size());
    for (uint32_t k = 0; k < sums_.size(); k++) out[k] = sums_[k];
    return out;
  }

 private:
  std::string path_;
  std::vector<array::FileRange> ranges_;
  std::shared_ptr<JobControl> control_;
  std::vector<uint32_t> sums_;
};

Napi::Value ChecksumRanges(const Napi::CallbackInfo& info) {
  return RunInPool(info.Env(),
                   std::make_unique<ChecksumTask>(TakeString(info[0], "path"), TakeList(info[1], "ranges"),
                                                  JobControl::Unwrap(info[2])));
}

Napi::Value WriteFiles(const Napi::CallbackInfo& info) {
  return RunInPool(info.Env(), std::make_unique<WriteFilesTask>(
                                   TakeString(info[0], "directory"), TakeList(info[1], "files"),
                                   TakeBoolean(info[2], "durable"), JobControl::Unwrap(info[3])));
}

Napi::Value WriteFilesSync(const Napi::CallbackInfo& info) {
  const auto files = TakeFiles(TakeList(info[1], "files"));
  return Names(info.Env(), os::CreateFiles(TakeString(info[0], "directory"), files, {}));
}

Napi::Value WriteRanges(const Napi::CallbackInfo& info) {
  return RunInPool(info.Env(), std::make_unique<WriteRangesTask>(
                                   TakeString(info[0], "path"), TakeList(info[1], "ranges"),
                                   TakeBoolean(info[2], "durable"), JobControl::Unwrap(info[3])));
}

}  // namespace

void AddFiles(Napi::Object exports) {
  Add(exports, "openBeneath", OpenBeneath);
  Add(exports, "writeFiles", WriteFiles);
  Add(exports, "writeFilesSync", WriteFilesSync);
  Add(exports, "writeRanges", WriteRanges);
  Add(exports, "checksumRanges", ChecksumRanges);
}

}  // namespace persist::binding
