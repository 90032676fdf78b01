// Checksums of memory: at once on the environment's thread, or of what nobody else can take away in the pool.
#include <algorithm>
#include <optional>

#include "array/xxh3.h"
#include "binding/arguments.h"
#include "binding/environment.h"
#include "binding/functions.h"
#include "binding/owned.h"
#include "binding/task.h"
#include "binding/writing_task.h"
#include "os/borrow.h"

namespace persist::binding {
namespace {

constexpr size_t kPiece = os::Borrower::kMost;  // an abort is seen after this many bytes
const napi_type_tag kChecksumTag = {0x7065727369737420ULL, 0x636865636b73756dULL};

Napi::Value CreateChecksum(const Napi::CallbackInfo& info) {
  return Owned(info.Env(), std::make_unique<array::Xxh3>(), kChecksumTag, [](array::Xxh3&) {});
}

array::Xxh3& TakeChecksum(const Napi::Value& value) {
  if (value.IsExternal()) {
    const auto external = value.As<Napi::External<array::Xxh3>>();
    if (external.CheckTypeTag(&kChecksumTag)) return *external.Data();
  }
  throw Napi::TypeError::New(value.Env(), "a checksum is expected");
}

Napi::Value UpdateChecksum(const Napi::CallbackInfo& info) {
  const os::Span bytes = TakeBytes(info[1], "bytes");
  TakeChecksum(info[0]).Update(bytes.start, bytes.size_bytes);
  return info.Env().Undefined();
}

Napi::Value ChecksumDigest(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), TakeChecksum(info[0]).Digest());
}

class MemoryChecksumTask : public Task {
 public:
  /** With a path (for messages) the memory is the caller's, and the kernel copies it before it is read. */
  MemoryChecksumTask(const Napi::Value& bytes, std::optional<std::string> path,
                     std::shared_ptr<JobControl> control)
      : bytes_(TakeBytes(bytes, "bytes")),
        path_(std::move(path)),
        control_(std::move(control)),
        owner_(Napi::Persistent(bytes.As<Napi::Object>())) {}
  ~MemoryChecksumTask() override {
    if (control_) control_->Ended();
  }

  void Run() override {
    array::Xxh3 sum;
    std::optional<os::Borrower> copies;
    if (path_) copies.emplace();
    const auto* start = static_cast<const char*>(bytes_.start);
    for (size_t done = 0; done < bytes_.size_bytes; done += kPiece) {
      if (control_) control_->Check();
      const os::Span piece{start + done, std::min(bytes_.size_bytes - done, kPiece)};
      sum.Update(copies ? copies->Copy(piece, *path_) : piece.start, piece.size_bytes);
    }
    digest_ = sum.Digest();
  }

  Napi::Value Result(Napi::Env env) override {
    const os::Span now = TakeBytes(owner_.Value(), "bytes");
    const bool moved =
        now.size_bytes != bytes_.size_bytes || (now.size_bytes > 0 && now.start != bytes_.start);
    if (path_ && moved) throw Detached(*path_);
    return Napi::String::New(env, digest_);
  }

 private:
  os::Span bytes_;
  std::optional<std::string> path_;
  std::shared_ptr<JobControl> control_;
  Napi::ObjectReference owner_;
  std::string digest_;
};

Napi::Value ChecksumMemory(const Napi::CallbackInfo& info) {
  return RunInPool(info.Env(),
                   std::make_unique<MemoryChecksumTask>(info[0], std::nullopt, JobControl::Unwrap(info[1])));
}

Napi::Value ChecksumBorrowed(const Napi::CallbackInfo& info) {
  return RunInPool(info.Env(), std::make_unique<MemoryChecksumTask>(info[0], TakeString(info[1], "path"),
                                                                    JobControl::Unwrap(info[2])));
}

}  // namespace

void AddChecksums(Napi::Object exports) {
  Add(exports, "createChecksum", CreateChecksum);
  Add(exports, "updateChecksum", UpdateChecksum);
  Add(exports, "checksumDigest", ChecksumDigest);
  Add(exports, "checksumMemory", ChecksumMemory);
  Add(exports, "checksumBorrowed", ChecksumBorrowed);
}

}  // namespace persist::binding
