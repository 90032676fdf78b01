#include "os/open.h"

#include "os/error.h"

namespace persist::os {
namespace {

Error NotRegular(const std::string& path) {
  return Error("PERSIST_NOT_REGULAR_FILE", path + " is not a regular file", path);
}

}  // namespace

Fd OpenRegular(const std::string& path, bool writable) {
  const int flags = (writable ? O_RDWR : O_RDONLY) | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  Fd out(sys.openat(AT_FDCWD, path.c_str(), flags, 0));
  if (!out.valid()) throw errno == EISDIR || errno == ENXIO ? NotRegular(path) : SystemError("openat", path);
  struct stat found;
  if (sys.fstat(out.get(), &found) != 0) throw SystemError("fstat", path);
  if (!S_ISREG(found.st_mode)) throw NotRegular(path);
  return out;
}

uint64_t SizeOf(int fd, const std::string& file) {
  struct stat found;
  if (sys.fstat(fd, &found) != 0) throw SystemError("fstat", file);
  return static_cast<uint64_t>(found.st_size);
}

size_t ReadStart(int fd, void* into, size_t room, const std::string& file) {
  for (size_t done = 0;;) {
    const ssize_t got = sys.pread(fd, static_cast<char*>(into) + done, room - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw SystemError("pread", file);
    done += static_cast<size_t>(got);
    if (got == 0 || done == room) return done;
  }
}

}  // namespace persist::os
