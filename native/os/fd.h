// A file descriptor with one owner.
#pragma once

#include <utility>

#include "os/syscalls.h"

namespace persist::os {

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() {
    if (fd_ >= 0) sys.close(fd_);
  }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

/** A descriptor of someone else's, for as long as it lives: it is not closed here. */
class Unowned {
 public:
  explicit Unowned(int fd) : fd_(fd) {}
  Unowned(const Unowned&) = delete;
  Unowned& operator=(const Unowned&) = delete;
  ~Unowned() { static_cast<void>(fd_.release()); }

  const Fd& fd() const { return fd_; }

 private:
  Fd fd_;
};

}  // namespace persist::os
