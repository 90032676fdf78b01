#include <algorithm>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

#include "array/deflate.h"
#include "array/members.h"
#include "os/error.h"
#include "os/read.h"

namespace persist::array {
namespace {

constexpr size_t kPiece = size_t{256} << 10;  // stays in the cache between reading and summing
/** Below this a second thread takes longer to start than it saves. */
constexpr uint64_t kWorthAThread = uint64_t{1} << 20;

/** Sums up members as far as they are written. */
class Summer : public os::Control {
 public:
  Summer(const os::Fd& file, const std::string& path, const std::vector<StoredMember>& members,
         os::Control* outer)
      : file_(file), path_(path), members_(members), outer_(outer) {}

  /** On a thread of its own, or when all is written. Failures are kept for `Take`. */
  void Run() noexcept {
    try {
      const auto piece = std::make_unique_for_overwrite<char[]>(kPiece);
      uint64_t before = 0;
      for (const auto& [offset, content] : members_) {
        uint32_t crc = 0;
        for (uint64_t done = 0; done < content.size_bytes();) {
          const auto size = static_cast<size_t>(std::min<uint64_t>(content.size_bytes() - done, kPiece));
          if (!Await(before + done + size)) return;
          os::ReadRange(file_.get(), offset + done, piece.get(), size, nullptr, path_);
          crc = Crc32(crc, piece.get(), size);
          done += size;
        }
        before += content.size_bytes();
        sums_.push_back(crc);
      }
    } catch (...) {
      failure_ = std::current_exception();
    }
  }

  /** No more will be written: everything was, or the writer has failed. */
  void Close(bool failed) {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      failed_ = failed;
    }
    changed_.notify_one();
  }

  std::vector<uint32_t> Take() {
    if (failure_) std::rethrow_exception(failure_);
    return std::move(sums_);
  }

 protected:
  void Changed() override {
    uint64_t step;
    {
      const std::lock_guard lock(mutex_);
      step = done_bytes() - written_;
      written_ += step;
    }
    changed_.notify_one();
    if (outer_ != nullptr) outer_->Advance(step);
  }

 private:
  /** Waits until so many bytes are written; false when they never will be. */
  bool Await(uint64_t bytes) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || written_ >= bytes; });
    return !failed_;
  }

  const os::Fd& file_;
  const std::string& path_;
  const std::vector<StoredMember>& members_;
  os::Control* outer_;
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t written_ = 0;
  bool closed_ = false;
  bool failed_ = false;
  std::vector<uint32_t> sums_;
  std::exception_ptr failure_;
};

}  // namespace

std::vector<uint32_t> WriteStored(const std::string& path, const std::vector<StoredMember>& members,
                                  const os::How& how) {
  const os::Fd file(os::sys.openat(AT_FDCWD, path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0));
  if (!file.valid()) throw os::SystemError("openat", path);
  uint64_t total = 0;
  for (const StoredMember& member : members) total += member.content.size_bytes();
  Summer summer(file, path, members, how.control);
  std::thread beside;
  if (total >= kWorthAThread) beside = std::thread([&summer] { summer.Run(); });
  try {
    for (const auto& [offset, content] : members) {
      const auto& [head, data] = content;
      const auto at = static_cast<off_t>(offset);
      os::WriteRange(file, {at, {head.data(), head.size()}}, {how.durable, &summer}, path);
      os::WriteRange(file, {at + static_cast<off_t>(head.size()), data}, {how.durable, &summer}, path);
    }
    summer.Close(false);
  } catch (...) {
    summer.Close(true);
    if (beside.joinable()) beside.join();
    throw;
  }
  if (beside.joinable())
    beside.join();
  else
    summer.Run();
  return summer.Take();
}

}  // namespace persist::array
