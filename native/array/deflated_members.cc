#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

#include "array/deflate.h"
#include "array/members.h"
#include "os/borrow.h"
#include "os/error.h"

namespace persist::array {
namespace {

constexpr unsigned kMostThreads = 16;

/** A part of a member: some of its elements, and the header before the first of them. */
struct Part {
  size_t member;
  uint64_t start;
  size_t size;
  bool first;
  bool last;
};

std::vector<Part> Divide(const std::vector<MemberToDeflate>& members) {
  std::vector<Part> out;
  for (size_t k = 0; k < members.size(); k++) {
    const uint64_t size = members[k].content.data.size_bytes;
    uint64_t start = 0;
    do {
      const auto piece = static_cast<size_t>(std::min<uint64_t>(size - start, kPartBytes));
      out.push_back({k, start, piece, start == 0, start + piece == size});
      start += piece;
    } while (start < size);
  }
  return out;
}

/** A compressed part, on its way to the file. */
struct Packed {
  std::vector<unsigned char> bytes;
  size_t size = 0;      // of `bytes`, as far as used
  size_t raw_size = 0;  // of what was compressed
  uint32_t crc = 0;
  bool ready = false;
};

/** What one thread needs to compress parts. */
class Packer {
 public:
  Packer(const std::vector<MemberToDeflate>& members, const std::string& path)
      : members_(members), path_(path), deflater_(Wrapper::kNone) {}

  void Pack(const Part& part, Packed& out) {
    const Content& content = members_[part.member].content;
    const char* from =
        borrower_.Copy({static_cast<const char*>(content.data.start) + part.start, part.size}, path_);
    out.raw_size = part.size;
    if (part.first) {
      out.raw_size += content.head.size();
      raw_.resize(out.raw_size);
      std::memcpy(raw_.data(), content.head.data(), content.head.size());
      std::memcpy(raw_.data() + content.head.size(), from, part.size);
      from = raw_.data();
    }
    out.bytes.resize(std::max(out.bytes.size(), deflater_.Bound(out.raw_size) + sizeof kLastPart));
    out.crc = Crc32(0, from, out.raw_size);
    if (part.first && part.last) {
      out.size = deflater_.Compress(from, out.raw_size, out.bytes.data(), out.bytes.size());
      return;
    }
    out.size =
        deflater_.CompressPart(from, out.raw_size, out.bytes.data(), out.bytes.size() - sizeof kLastPart);
    if (part.last) {
      std::memcpy(out.bytes.data() + out.size, kLastPart, sizeof kLastPart);
      out.size += sizeof kLastPart;
    }
  }

 private:
  const std::vector<MemberToDeflate>& members_;
  const std::string& path_;
  Deflater deflater_;
  os::Borrower borrower_;
  std::vector<char> raw_;
};

/** The threads that compress; they are joined when it goes. Parts come out in order, and few are in memory.
 */
class Crew {
 public:
  Crew(const std::vector<MemberToDeflate>& members, const std::vector<Part>& parts, const std::string& path)
      : parts_(parts) {
    const size_t wanted = std::min<size_t>(
        {std::max(std::thread::hardware_concurrency(), 1U), kMostThreads, std::max<size_t>(parts.size(), 1)});
    slots_.resize(2 * wanted);
    try {
      for (size_t k = 0; k < wanted; k++)
        threads_.emplace_back([this, &members, &path] { Work(members, path); });
    } catch (const std::exception&) {
      if (threads_.empty()) throw;  // fewer threads do as well
    }
  }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  /** Waits for part `k`; calls go up by one. Throws what a thread has thrown. */
  const Packed& Await(size_t k) {
    std::unique_lock lock(mutex_);
    Packed& slot = slots_[k % slots_.size()];
    changed_.wait(lock, [&] { return slot.ready || failure_; });
    if (failure_) std::rethrow_exception(failure_);
    return slot;
  }

  /** Part `k` was written: its slot is free. */
  void Release(size_t k) {
    {
      const std::lock_guard lock(mutex_);
      slots_[k % slots_.size()].ready = false;
      released_ = k + 1;
    }
    changed_.notify_all();
  }

 private:
  void Work(const std::vector<MemberToDeflate>& members, const std::string& path) noexcept {
    try {
      Packer packer(members, path);
      for (;;) {
        std::unique_lock lock(mutex_);
        if (next_ == parts_.size()) return;
        const size_t mine = next_++;
        changed_.wait(lock, [&] { return stopped_ || failure_ || mine < released_ + slots_.size(); });
        if (stopped_ || failure_) return;
        lock.unlock();
        Packed& slot = slots_[mine % slots_.size()];
        packer.Pack(parts_[mine], slot);
        lock.lock();
        slot.ready = true;
        lock.unlock();
        changed_.notify_all();
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      changed_.notify_all();
    }
  }

  const std::vector<Part>& parts_;
  std::vector<Packed> slots_;
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t next_ = 0;
  size_t released_ = 0;
  bool stopped_ = false;
  std::exception_ptr failure_;
  std::vector<std::thread> threads_;
};

}  // namespace

const size_t kPartBytes = os::Borrower::kMost;

std::vector<DeflatedMember> WriteDeflated(const std::string& path, uint64_t offset,
                                          const std::vector<MemberToDeflate>& members, const os::How& how) {
  const os::Fd file(os::sys.openat(AT_FDCWD, path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0));
  if (!file.valid()) throw os::SystemError("openat", path);
  const std::vector<Part> parts = Divide(members);
  std::vector<DeflatedMember> out;
  out.reserve(members.size());
  const auto write = [&](const Part& part, const Packed& packed) {
    if (part.first) {
      offset += members[part.member].lead_bytes;
      out.push_back({offset, 0, 0, {}});
    }
    DeflatedMember& member = out.back();
    os::WriteRange(file, {static_cast<off_t>(offset), {packed.bytes.data(), packed.size}},
                   {how.durable, nullptr}, path);
    offset += packed.size;
    member.stored_bytes += packed.size;
    if (!(part.first && part.last)) member.parts.push_back(static_cast<uint32_t>(packed.size));
    member.crc = JoinCrc32(member.crc, packed.crc, packed.raw_size);
    if (how.control != nullptr) how.control->Advance(packed.raw_size);
  };
  if (parts.size() == 1) {  // threads would take longer to start
    Packed packed;
    Packer(members, path).Pack(parts[0], packed);
    write(parts[0], packed);
    return out;
  }
  Crew crew(members, parts, path);
  for (size_t k = 0; k < parts.size(); k++) {
    write(parts[k], crew.Await(k));
    crew.Release(k);
  }
  return out;
}

}  // namespace persist::array
