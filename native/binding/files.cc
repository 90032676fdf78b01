// Writing files.
#include <fcntl.h>

#include "array/crc32.h"
#include "array/members.h"
#include "binding/arguments.h"
#include "binding/environment.h"
#include "binding/functions.h"
#include "binding/writing_task.h"
#include "os/copy.h"
#include "os/replace.h"
#include "os/write.h"

namespace persist::binding {
namespace {

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

class WriteFilesTask : public WritingTask {
 public:
  WriteFilesTask(std::string directory, const Napi::Array& list, bool durable, bool uncached,
                 std::shared_ptr<JobControl> control)
      : WritingTask(list, std::move(control), durable, uncached),
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

/** One file, under a name that nothing has. */
class WriteNewTask : public WritingTask {
 public:
  WriteNewTask(std::string path, const Napi::Array& list, bool durable, std::shared_ptr<JobControl> control)
      : WritingTask(list, std::move(control), durable), path_(std::move(path)) {
    const Napi::Object content = TakeObject(list[0u], "content");
    const os::Span head = TakeBytes(content.Get("head"), "head");
    head_.assign(static_cast<const char*>(head.start), head.size_bytes);
    data_ = TakeBytes(content.Get("data"), "data");
  }

  void Run() override { os::WriteNew(path_, {head_.data(), head_.size()}, data_, how()); }

  Napi::Value Result(Napi::Env env) override {
    if (unmoved({data_})) return env.Undefined();
    os::sys.unlinkat(AT_FDCWD, path_.c_str(), 0);
    throw Detached(path_);
  }

 private:
  std::string path_;
  std::string head_;
  os::Span data_;
};

/** Ranges of a file by its path, or of one that is open and stays so. */
class WriteRangesTask : public WritingTask {
 public:
  WriteRangesTask(int fd, std::string path, const Napi::Array& list, bool durable,
                  std::shared_ptr<JobControl> control)
      : WritingTask(list, std::move(control), durable), fd_(fd), path_(std::move(path)) {
    for (uint32_t k = 0; k < list.Length(); k++) {
      const Napi::Object range = TakeObject(list[k], "range");
      ranges_.push_back({static_cast<off_t>(TakeInteger(range.Get("offset"), "offset")),
                         TakeBytes(range.Get("data"), "data")});
    }
  }

  void Run() override {
    if (fd_ < 0) return os::WriteRanges(path_, ranges_, how());
    os::WriteRanges(os::Unowned(fd_).fd(), path_, ranges_, how());
  }

  Napi::Value Result(Napi::Env env) override {
    std::vector<os::Span> spans;
    for (const os::Range& range : ranges_) spans.push_back(range.data);
    if (!unmoved(spans)) throw Detached(path_);
    return env.Undefined();
  }

 private:
  int fd_;
  std::string path_;
  std::vector<os::Range> ranges_;
};

array::Content TakeContent(const Napi::Object& member) {
  const os::Span head = TakeBytes(member.Get("head"), "head");
  return {std::string(static_cast<const char*>(head.start), head.size_bytes),
          TakeBytes(member.Get("data"), "data")};
}

/** Members of a zip file, stored. */
class WriteStoredTask : public WritingTask {
 public:
  WriteStoredTask(std::string path, const Napi::Array& list, std::shared_ptr<JobControl> control)
      : WritingTask(list, std::move(control), false), path_(std::move(path)) {
    for (uint32_t k = 0; k < list.Length(); k++) {
      const Napi::Object member = TakeObject(list[k], "member");
      members_.push_back({TakeInteger(member.Get("offset"), "offset"), TakeContent(member)});
    }
  }

  void Run() override { sums_ = array::WriteStored(path_, members_, how()); }

  Napi::Value Result(Napi::Env env) override {
    std::vector<os::Span> spans;
    for (const array::StoredMember& member : members_) spans.push_back(member.content.data);
    if (!unmoved(spans)) throw Detached(path_);
    Napi::Array out = Napi::Array::New(env, sums_.size());
    for (uint32_t k = 0; k < sums_.size(); k++) out[k] = sums_[k];
    return out;
  }

 private:
  std::string path_;
  std::vector<array::StoredMember> members_;
  std::vector<uint32_t> sums_;
};

/** lib/native.ts's StreamParts. */
Napi::Object Parts(Napi::Env env, const std::vector<uint32_t>& stored_bytes) {
  Napi::Array list = Napi::Array::New(env, stored_bytes.size());
  for (uint32_t k = 0; k < stored_bytes.size(); k++) list[k] = stored_bytes[k];
  Napi::Object out = Napi::Object::New(env);
  out["part_bytes"] = static_cast<double>(array::kPartBytes);
  out["stored_bytes"] = list;
  return out;
}

/** Members of a zip file, deflated. */
class WriteDeflatedTask : public WritingTask {
 public:
  WriteDeflatedTask(std::string path, uint64_t offset, const Napi::Array& list,
                    std::shared_ptr<JobControl> control)
      : WritingTask(list, std::move(control), false), path_(std::move(path)), offset_(offset) {
    for (uint32_t k = 0; k < list.Length(); k++) {
      const Napi::Object member = TakeObject(list[k], "member");
      members_.push_back({TakeInteger(member.Get("lead_bytes"), "lead_bytes"), TakeContent(member)});
    }
  }

  void Run() override { placed_ = array::WriteDeflated(path_, offset_, members_, how()); }

  Napi::Value Result(Napi::Env env) override {
    std::vector<os::Span> spans;
    for (const array::MemberToDeflate& member : members_) spans.push_back(member.content.data);
    if (!unmoved(spans)) throw Detached(path_);
    Napi::Array out = Napi::Array::New(env, placed_.size());
    for (uint32_t k = 0; k < placed_.size(); k++) {
      Napi::Object place = Napi::Object::New(env);
      place["offset"] = static_cast<double>(placed_[k].offset);
      place["stored_bytes"] = static_cast<double>(placed_[k].stored_bytes);
      place["crc"] = placed_[k].crc;
      place["adler"] = placed_[k].adler;
      if (!placed_[k].parts.empty()) place["parts"] = Parts(env, placed_[k].parts);
      out[k] = place;
    }
    return out;
  }

 private:
  std::string path_;
  uint64_t offset_;
  std::vector<array::MemberToDeflate> members_;
  std::vector<array::DeflatedMember> placed_;
};

class CopyTask : public Task {
 public:
  CopyTask(int from, std::string from_path, std::string to_path, const Napi::Array& list,
           std::shared_ptr<JobControl> control)
      : from_(from),
        from_path_(std::move(from_path)),
        to_path_(std::move(to_path)),
        control_(std::move(control)) {
    for (uint32_t k = 0; k < list.Length(); k++) {
      const Napi::Object range = TakeObject(list[k], "range");
      ranges_.push_back({static_cast<off_t>(TakeInteger(range.Get("from"), "from")),
                         static_cast<off_t>(TakeInteger(range.Get("to"), "to")),
                         TakeInteger(range.Get("size_bytes"), "size_bytes")});
    }
  }
  ~CopyTask() override {
    if (control_) control_->Ended();
  }

  void Run() override { os::CopyRanges(from_, from_path_, to_path_, ranges_, control_.get()); }

  Napi::Value Result(Napi::Env env) override { return env.Undefined(); }

 private:
  int from_;
  std::string from_path_;
  std::string to_path_;
  std::vector<os::RangeToCopy> ranges_;
  std::shared_ptr<JobControl> control_;
};

Napi::Value WriteStored(const Napi::CallbackInfo& info) {
  return RunInPool(
      info.Env(), std::make_unique<WriteStoredTask>(TakeString(info[0], "path"), TakeList(info[1], "members"),
                                                    JobControl::Unwrap(info[2])));
}

Napi::Value WriteDeflated(const Napi::CallbackInfo& info) {
  return RunInPool(info.Env(), std::make_unique<WriteDeflatedTask>(
                                   TakeString(info[0], "path"), TakeInteger(info[1], "offset"),
                                   TakeList(info[2], "members"), JobControl::Unwrap(info[3])));
}

Napi::Value CopyRanges(const Napi::CallbackInfo& info) {
  return RunInPool(info.Env(),
                   std::make_unique<CopyTask>(static_cast<int>(TakeInteger(info[0], "fd")),
                                              TakeString(info[1], "from"), TakeString(info[2], "to"),
                                              TakeList(info[3], "ranges"), JobControl::Unwrap(info[4])));
}

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
                                   TakeBoolean(info[2], "durable"), TakeBoolean(info[3], "uncached"),
                                   JobControl::Unwrap(info[4])));
}

Napi::Value WriteFilesSync(const Napi::CallbackInfo& info) {
  const auto files = TakeFiles(TakeList(info[1], "files"));
  return Names(info.Env(), os::CreateFiles(TakeString(info[0], "directory"), files, {}));
}

Napi::Value WriteNew(const Napi::CallbackInfo& info) {
  return RunInPool(info.Env(), std::make_unique<WriteNewTask>(
                                   TakeString(info[0], "path"), TakeList(info[1], "content"),
                                   TakeBoolean(info[2], "durable"), JobControl::Unwrap(info[3])));
}

Napi::Value WriteRanges(const Napi::CallbackInfo& info) {
  return RunInPool(info.Env(), std::make_unique<WriteRangesTask>(
                                   -1, TakeString(info[0], "path"), TakeList(info[1], "ranges"),
                                   TakeBoolean(info[2], "durable"), JobControl::Unwrap(info[3])));
}

Napi::Value WriteOpenRanges(const Napi::CallbackInfo& info) {
  return RunInPool(info.Env(), std::make_unique<WriteRangesTask>(
                                   static_cast<int>(TakeInteger(info[0], "fd")), TakeString(info[1], "file"),
                                   TakeList(info[2], "ranges"), TakeBoolean(info[3], "durable"),
                                   JobControl::Unwrap(info[4])));
}

}  // namespace

void AddFiles(Napi::Object exports) {
  Add(exports, "writeFiles", WriteFiles);
  Add(exports, "writeFilesSync", WriteFilesSync);
  Add(exports, "writeNew", WriteNew);
  Add(exports, "writeRanges", WriteRanges);
  Add(exports, "writeOpenRanges", WriteOpenRanges);
  Add(exports, "writeStored", WriteStored);
  Add(exports, "writeDeflated", WriteDeflated);
  Add(exports, "copyRanges", CopyRanges);
  Add(exports, "checksumRanges", ChecksumRanges);
}

}  // namespace persist::binding
