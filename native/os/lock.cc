#include "os/lock.h"

#include <fcntl.h>

#include <algorithm>

#include "os/error.h"

namespace persist::os {
namespace {

constexpr size_t kLine = 128;
constexpr size_t kLines = 4;
/** The first line of a lock file with notes. */
const std::string kTitle =
    "persist-archive lock file. Leave it in place. Held last by (the system alone knows whether it is held):";

std::string Padded(const std::string& text) {
  std::string out = text.substr(0, kLine - 1);
  out.resize(kLine - 1, ' ');
  return out + '\n';
}

void Write(int fd, const std::string& text, off_t at) {
  const iovec part{const_cast<char*>(text.data()), text.size()};
  static_cast<void>(sys.pwritev(fd, &part, 1, at));
}

/** Why a lock failed with something else than a holder in the way. */
Error LockError(const std::string& path, int error) {
  Error out = SystemError("fcntl", path, error);
  // EINVAL: a kernel without locks of this kind (before Linux 3.15), or a file system that refuses them.
  if (error == ENOLCK || error == EOPNOTSUPP || error == EINVAL || error == ENOSYS) {
    out.code = "PERSIST_LOCKS_UNAVAILABLE";
    out.message = "the file system of " + path + " refuses locks (" + Describe(error) +
                  "); without them two processes could overwrite each other's work";
  } else if (error == EBADF) {
    out.code = "PERSIST_READ_ONLY";
    out.message = path + " cannot be locked exclusively: there is no permission to write it";
  }
  return out;
}

}  // namespace

struct flock OneByte(off_t at, bool exclusive) {
  struct flock out = {};
  out.l_type = static_cast<short>(exclusive ? F_WRLCK : F_RDLCK);
  out.l_whence = SEEK_SET;
  out.l_start = at;
  out.l_len = 1;
  return out;
}

LockFile::LockFile(std::string path) : path_(std::move(path)) {
  constexpr int flags = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  fd_ = Fd(sys.openat(AT_FDCWD, path_.c_str(), O_RDWR | O_CREAT | flags, 0666));
  if (!fd_.valid() && (errno == EACCES || errno == EROFS)) {
    const int refusal = errno;
    fd_ = Fd(sys.openat(AT_FDCWD, path_.c_str(), O_RDONLY | flags, 0));
    writable_ = false;
    if (!fd_.valid() && errno == ENOENT) errno = refusal;
  }
  if (!fd_.valid()) {
    if (errno == ELOOP)
      throw Error("PERSIST_SYMLINK", path_ + " is a symbolic link; links are not followed", path_);
    if (errno == EISDIR || errno == ENXIO)
      throw Error("PERSIST_NOT_REGULAR_FILE", path_ + " is not a regular file", path_);
    throw SystemError("openat", path_);
  }
  struct stat found;
  if (sys.fstat(fd_.get(), &found) != 0) throw SystemError("fstat", path_);
  if (!S_ISREG(found.st_mode))
    throw Error("PERSIST_NOT_REGULAR_FILE", path_ + " is not a regular file", path_);
  identity_ = std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino);
}

bool LockFile::Acquire(const LockRequest& request, const LockByte& lock) {
  const bool gated = request.gate >= 0 && writable_;  // whoever cannot write the file cannot close the gate
  if (gated && !lock(request.gate, true)) return false;
  try {
    const bool held = lock(request.at, request.exclusive);
    if (gated) Release(request.gate);
    if (held) CheckInPlace();
    return held;
  } catch (...) {
    if (gated) Release(request.gate);
    Release(request.at);
    throw;
  }
}

bool LockFile::Try(const LockRequest& request) {
  return Acquire(request, [this](off_t at, bool exclusive) {
    struct flock lock = OneByte(at, exclusive);
    if (sys.lock(fd_.get(), F_OFD_SETLK, &lock) == 0) return true;
    if (errno == EAGAIN || errno == EACCES) return false;
    throw LockError(path_, errno);
  });
}

bool LockFile::Wait(struct flock* lock) {
  while (sys.lock(fd_.get(), F_OFD_SETLKW, lock) != 0) {
    const int error = errno;
    if (lock->l_whence != SEEK_SET) return false;
    if (error != EINTR) throw LockError(path_, error);
  }
  return true;
}

void LockFile::Release(off_t at) noexcept {
  struct flock lock = OneByte(at, false);
  lock.l_type = F_UNLCK;
  sys.lock(fd_.get(), F_OFD_SETLK, &lock);
}

LockHolder LockFile::FindHolder(const LockRequest& request) {
  struct flock lock = OneByte(request.at, request.exclusive);
  if (sys.lock(fd_.get(), F_OFD_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return {false, 0};
  return {lock.l_type == F_WRLCK, std::max(lock.l_pid, 0)};
}

void LockFile::CheckInPlace() const {
  struct stat found;
  if (sys.fstat(fd_.get(), &found) != 0) throw SystemError("fstat", path_);
  if (found.st_nlink == 0) {
    throw Error(
        "PERSIST_CORRUPT",
        path_ + " was deleted or replaced while it was in use, so others may hold locks on another file",
        path_);
  }
}

bool LockFile::IsOurs() noexcept {
  char start[64];
  const ssize_t got = sys.pread(fd_.get(), start, sizeof start, 0);
  return got == static_cast<ssize_t>(sizeof start) &&
         kTitle.compare(0, sizeof start, start, sizeof start) == 0;
}

void LockFile::WriteNote(int line, const std::string& text) noexcept {
  struct stat found;
  if (!writable_ || sys.fstat(fd_.get(), &found) != 0) return;
  if (found.st_size == 0) {
    std::string lines = Padded(kTitle);
    for (size_t k = 1; k < kLines; k++) lines += Padded("");
    Write(fd_.get(), lines, 0);
  } else if (!IsOurs()) {
    return;
  }
  Write(fd_.get(), Padded(text), static_cast<off_t>(kLine) * line);
}

std::string LockFile::ReadNote(int line) noexcept {
  if (!IsOurs()) return {};
  std::string text(kLine, '\0');
  const ssize_t got = sys.pread(fd_.get(), text.data(), kLine, static_cast<off_t>(kLine) * line);
  text.resize(static_cast<size_t>(std::max<ssize_t>(got, 0)));
  return text.substr(0, text.find_last_not_of(" \n") + 1);
}

}  // namespace persist::os
