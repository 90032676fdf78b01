#include "os/mapping.h"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>

#include "os/error.h"
#include "os/syscalls.h"

namespace persist::os {
namespace {

std::atomic<int64_t> live{0};

// MAP_NORESERVE: a private mapping of a file larger than memory and swap is fine as long as few pages are
// written.
int Flags(bool shared) { return shared ? MAP_SHARED : MAP_PRIVATE | MAP_NORESERVE; }

}  // namespace

size_t Mapping::PageSize() {
  static const auto size = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

int64_t Mapping::Live() { return live; }

Mapping::Mapping(int fd, uint64_t offset, size_t size_bytes, bool shared, const std::string& file)
    : size_bytes_(size_bytes) {
  const uint64_t skip = offset % PageSize();
  whole_bytes_ = static_cast<size_t>(skip) + size_bytes;
  start_ = sys.mmap(nullptr, whole_bytes_, PROT_READ | PROT_WRITE, Flags(shared), fd,
                    static_cast<off_t>(offset - skip));
  if (start_ == MAP_FAILED) throw SystemError("mmap", file);
  data_ = static_cast<char*>(start_) + skip;
  guard_.emplace(start_, whole_bytes_);
  ++live;
}

void Mapping::Unmap() {
  if (start_ == nullptr) return;
  if (guard_) guard_->Release();  // absent when its making threw
  sys.munmap(start_, whole_bytes_);
  start_ = nullptr;
  --live;
}

void Mapping::Over(void* at, int fd, uint64_t offset, size_t size_bytes, bool shared,
                   const std::string& file) {
  void* got = sys.mmap(at, size_bytes, PROT_READ | PROT_WRITE, Flags(shared) | MAP_FIXED, fd,
                       static_cast<off_t>(offset));
  if (got == MAP_FAILED) throw SystemError("mmap", file);
}

}  // namespace persist::os
