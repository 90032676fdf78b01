// Locks on bytes of a file. They are advisory, and belong to an open file description: two descriptions
// exclude each other, whether processes, threads or one thread hold them. However their process ends, the
// system drops them. The bytes need not exist.
#pragma once

#include <functional>
#include <string>

#include "os/fd.h"

namespace persist::os {

/** What to lock. With a gate, that byte is locked first, exclusively, and left as soon as `at` is locked. */
struct LockRequest {
  off_t at;
  off_t gate;  // -1: none
  bool exclusive;
};

/** Who is in the way of a request. */
struct LockHolder {
  bool exclusive;
  pid_t pid;  // 0: not known, as with every lock of this kind
};

/** A file description of its own, for the locks that it takes; they are dropped with it. */
class LockFile {
 public:
  /**
   * Opens the file, and makes it where it is missing; for reading only where it cannot be written. Follows no
   * link. Throws SYMLINK, NOT_REGULAR_FILE, NOT_FOUND, IO.
   */
  explicit LockFile(std::string path);

  const std::string& path() const { return path_; }
  bool writable() const { return writable_; }
  /** Device and inode: the same for two paths of one file. */
  const std::string& identity() const { return identity_; }

  /** Takes a lock if that needs no wait. Throws LOCKS_UNAVAILABLE, READ_ONLY, CORRUPT, IO. */
  bool Try(const LockRequest& request);

  /** Locks one byte, in a way of its own; gives whether it did. */
  using LockByte = std::function<bool(off_t at, bool exclusive)>;

  /**
   * Takes a lock, byte by byte:
   *
   *  1. Lock the gate, where there is one, exclusively. Whoever waits for the lock proper holds it, so nobody
   *     who comes later overtakes: neither readers a writer, nor a process that takes the lock again and
   * again.
   *  2. Lock the byte itself.
   *  3. Leave the gate.
   *  4. See that the file still has its name.
   *
   * Gives false when either could not be locked; then neither is.
   */
  bool Acquire(const LockRequest& request, const LockByte& lock);

  /** Waits for one byte. Gives false when `lock` was made invalid meanwhile (os/lock_wait.h). */
  bool Wait(struct flock* lock);

  /** Drops a lock; does nothing where there is none. */
  void Release(off_t at) noexcept;

  /** Asks the system; `pid` is 0 and `exclusive` false when nobody is in the way any more. */
  LockHolder FindHolder(const LockRequest& request);

  /** Writes a line for people into the file, unless what is in the file is not ours. Failure does no harm. */
  void WriteNote(int line, const std::string& text) noexcept;

  /** The line that was written last, or nothing. */
  std::string ReadNote(int line) noexcept;

 private:
  void CheckInPlace() const;
  bool IsOurs() noexcept;

  std::string path_;
  Fd fd_;
  bool writable_ = true;
  std::string identity_;
};

/** A lock of one byte, as the system wants it. */
struct flock OneByte(off_t at, bool exclusive);

}  // namespace persist::os
