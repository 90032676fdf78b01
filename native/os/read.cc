#include "os/read.h"

#include <sys/mman.h>

#include <algorithm>

#include "os/error.h"
#include "os/syscalls.h"

namespace persist::os {
namespace {

constexpr size_t kPiece = size_t{8} << 20;
constexpr size_t kHugePage = size_t{2} << 20;

}  // namespace

void AdviseHuge(void* start, size_t size_bytes) {
  const auto from = (reinterpret_cast<uintptr_t>(start) + kHugePage - 1) / kHugePage * kHugePage;
  const auto to = (reinterpret_cast<uintptr_t>(start) + size_bytes) / kHugePage * kHugePage;
  if (to > from) ::madvise(reinterpret_cast<void*>(from), to - from, MADV_HUGEPAGE);  // advice may be refused
}

void ReadRange(int fd, uint64_t offset, void* into, size_t size_bytes, Control* control,
               const std::string& file) {
  for (size_t done = 0; done < size_bytes;) {
    const size_t piece = std::min(size_bytes - done, control != nullptr ? kPiece : size_bytes);
    const ssize_t got =
        sys.pread(fd, static_cast<char*>(into) + done, piece, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw SystemError("pread", file);
    if (got == 0) {
      throw Error("PERSIST_TRUNCATED",
                  file + " ends after " + std::to_string(offset + done) + " bytes, and " +
                      std::to_string(offset + size_bytes) + " are expected",
                  file);
    }
    done += static_cast<size_t>(got);
    if (control != nullptr) control->Advance(static_cast<uint64_t>(got));
  }
}

}  // namespace persist::os
