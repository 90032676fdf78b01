#include "os/faults.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <map>
#include <mutex>
#include <optional>

#include "os/syscalls.h"

namespace persist::os {
namespace {

std::mutex mutex;
std::vector<Fault> plan;
std::map<std::string, uint64_t> counts;

/** Counts a call and says what is planned for it. A planned death happens here. */
std::optional<Fault> Count(const char* call) {
  std::optional<Fault> due;
  {
    std::lock_guard lock(mutex);
    const uint64_t mine = ++counts[call];
    const uint64_t all = ++counts["any"];
    for (const Fault& fault : plan)
      if (fault.call == call ? fault.at == mine : fault.call == "any" && fault.at == all) due = fault;
  }
  if (due && due->how == Fault::How::kKill) ::raise(SIGKILL);
  return due;
}

bool Fails(const char* call) {
  const auto due = Count(call);
  if (due && due->how == Fault::How::kTorn) ::raise(SIGKILL);
  if (!due || due->how != Fault::How::kFail) return false;
  errno = due->error;
  return true;
}

int OpenAt(int directory, const char* path, int flags, mode_t mode) {
  return Fails("openat") ? -1 : system_calls.openat(directory, path, flags, mode);
}
int Fstat(int fd, struct stat* out) { return Fails("fstat") ? -1 : system_calls.fstat(fd, out); }
int UnlinkAt(int directory, const char* path, int flags) {
  return Fails("unlinkat") ? -1 : system_calls.unlinkat(directory, path, flags);
}
int RenameAt(int from_directory, const char* from, int to_directory, const char* to) {
  return Fails("renameat") ? -1 : system_calls.renameat(from_directory, from, to_directory, to);
}
int Ftruncate(int fd, off_t size_bytes) {
  return Fails("ftruncate") ? -1 : system_calls.ftruncate(fd, size_bytes);
}
int Fallocate(int fd, int mode, off_t offset, off_t size_bytes) {
  return Fails("fallocate") ? -1 : system_calls.fallocate(fd, mode, offset, size_bytes);
}
int SyncFileRange(int fd, off_t offset, off_t size_bytes, unsigned flags) {
  return Fails("sync_file_range") ? -1 : system_calls.sync_file_range(fd, offset, size_bytes, flags);
}
int SetFlags(int fd, int flags) { return Fails("set_flags") ? -1 : system_calls.set_flags(fd, flags); }
ssize_t ReadMemory(iovec into, const iovec* parts, unsigned long count) {
  return Fails("read_memory") ? -1 : system_calls.read_memory(into, parts, count);
}
int FdataSync(int fd) { return Fails("fdatasync") ? -1 : system_calls.fdatasync(fd); }
int Fsync(int fd) { return Fails("fsync") ? -1 : system_calls.fsync(fd); }
void* Mmap(void* at, size_t size_bytes, int protection, int flags, int fd, off_t offset) {
  return Fails("mmap") ? reinterpret_cast<void*>(-1)
                       : system_calls.mmap(at, size_bytes, protection, flags, fd, offset);
}
int Lock(int fd, int command, struct flock* lock) {
  return Fails("lock") ? -1 : system_calls.lock(fd, command, lock);
}

int MemfdCreate(const char* name, unsigned flags) {
  return Fails("memfd_create") ? -1 : system_calls.memfd_create(name, flags);
}
ssize_t CopyFileRange(int from, off_t* from_offset, int to, off_t* to_offset, size_t size_bytes,
                      unsigned flags) {
  const auto due = Count("copy_file_range");
  if (due && due->how == Fault::How::kFail) {
    errno = due->error;
    return -1;
  }
  return system_calls.copy_file_range(from, from_offset, to, to_offset,
                                      due ? (size_bytes + 1) / 2 : size_bytes, flags);
}

ssize_t Pread(int fd, void* into, size_t size_bytes, off_t offset) {
  const auto due = Count("pread");
  if (due && due->how == Fault::How::kFail) {
    errno = due->error;
    return -1;
  }
  return system_calls.pread(fd, into, due ? (size_bytes + 1) / 2 : size_bytes, offset);
}

ssize_t PwriteV(int fd, const iovec* parts, int count, off_t offset) {
  const auto due = Count("pwritev");
  if (due && due->how == Fault::How::kFail) {
    errno = due->error;
    return -1;
  }
  if (!due) return system_calls.pwritev(fd, parts, count, offset);
  // Half of the bytes: a short write, or what a torn one leaves.
  size_t total = 0;
  for (int k = 0; k < count; k++) total += parts[k].iov_len;
  size_t rest = (total + 1) / 2;
  std::vector<iovec> half;
  for (int k = 0; k < count && rest > 0; k++) {
    half.push_back({parts[k].iov_base, std::min(rest, parts[k].iov_len)});
    rest -= half.back().iov_len;
  }
  const ssize_t done = system_calls.pwritev(fd, half.data(), static_cast<int>(half.size()), offset);
  if (due->how == Fault::How::kTorn) ::raise(SIGKILL);
  return done;
}

}  // namespace

uint64_t Plan(std::vector<Fault> faults) {
  std::lock_guard lock(mutex);
  const uint64_t counted = counts["any"];
  counts.clear();
  plan = std::move(faults);
  sys = system_calls;
  if (!plan.empty()) {
    sys.openat = OpenAt;
    sys.fstat = Fstat;
    sys.unlinkat = UnlinkAt;
    sys.renameat = RenameAt;
    sys.pread = Pread;
    sys.pwritev = PwriteV;
    sys.ftruncate = Ftruncate;
    sys.fallocate = Fallocate;
    sys.sync_file_range = SyncFileRange;
    sys.set_flags = SetFlags;
    sys.read_memory = ReadMemory;
    sys.fdatasync = FdataSync;
    sys.fsync = Fsync;
    sys.mmap = Mmap;
    sys.memfd_create = MemfdCreate;
    sys.copy_file_range = CopyFileRange;
    sys.lock = Lock;
  }
  return counted;
}

}  // namespace persist::os
