#include "os/borrow.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "os/error.h"

namespace persist::os {
namespace {

constexpr size_t kMostPieces = 1024;  // what the system takes in one call

}  // namespace

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

void Borrower::Gather(Span from, unsigned char* into, const std::string& file) {
  auto* start = static_cast<char*>(const_cast<void*>(from.start));
  for (size_t rest = from.size_bytes; rest > 0;) {
    const size_t size = std::min(rest, kMost - gathered_);
    pieces_.push_back({start, size});
    targets_.push_back(into);
    gathered_ += size;
    start += size;
    into += size;
    rest -= size;
    if (gathered_ == kMost || pieces_.size() == kMostPieces) Finish(file);
  }
}

void Borrower::Finish(const std::string& file) {
  if (pieces_.empty()) return;
  ssize_t got;
  do got = sys.pwritev(file_.get(), pieces_.data(), static_cast<int>(pieces_.size()), 0);
  while (got < 0 && errno == EINTR);
  if (got < 0 && errno != EFAULT) throw SystemError("pwritev", "memory");
  if (got != static_cast<ssize_t>(gathered_)) throw DetachedMeanwhile(file);
  const auto* from = static_cast<const unsigned char*>(window_);
  for (size_t k = 0; k < pieces_.size(); k++) {
    std::memcpy(targets_[k], from, pieces_[k].iov_len);
    from += pieces_[k].iov_len;
  }
  pieces_.clear();
  targets_.clear();
  gathered_ = 0;
}

}  // namespace persist::os
