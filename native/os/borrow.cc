#include "os/borrow.h"

#include <sys/mman.h>

#include "os/error.h"

namespace persist::os {

// A file in memory, seen through a mapping: pwritev into it is the copy.
Borrower::Borrower() : file_(sys.memfd_create("persist-archive", MFD_CLOEXEC)) {
  if (!file_.valid()) throw SystemError("memfd_create", "memory");
  if (sys.ftruncate(file_.get(), kMost) != 0) throw SystemError("ftruncate", "memory");
  window_ = sys.mmap(nullptr, kMost, PROT_READ, MAP_SHARED, file_.get(), 0);
  if (window_ == MAP_FAILED) throw SystemError("mmap", "memory");
}

Borrower::~Borrower() { sys.munmap(window_, kMost); }

const char* Borrower::Copy(Span from, const std::string& file) {
  WriteRange(file_, {0, from}, {}, file);
  return static_cast<const char*>(window_);
}

}  // namespace persist::os
