// Copies memory of the caller's for use by a worker. Its owner may detach it at any moment, so nobody reads
// it in user space: the kernel copies it into memory of our own, and answers EFAULT where it is gone.
#pragma once

#include <sys/uio.h>

#include <string>
#include <vector>

#include "os/fd.h"
#include "os/write.h"

namespace persist::os {

/** A window of memory that the kernel copies into. One for each thread. */
class Borrower {
 public:
  static constexpr size_t kMost = size_t{1} << 20;

  Borrower();
  Borrower(const Borrower&) = delete;
  Borrower& operator=(const Borrower&) = delete;
  ~Borrower();

  /** A copy of up to `kMost` bytes, which stays until the next one. Throws DETACHED; `file` is for messages.
   */
  const char* Copy(Span from, const std::string& file);

  /** Copies a piece of any length to `into`, by the next `Finish` at the latest: many small pieces are one
   * call. */
  void Gather(Span from, unsigned char* into, const std::string& file);
  void Finish(const std::string& file);

 private:
  Fd file_;
  void* window_;
  std::vector<iovec> pieces_;
  std::vector<unsigned char*> targets_;
  size_t gathered_ = 0;
};

}  // namespace persist::os
