// Waiting for a lock. The system can only be waited for by a thread that sleeps in the call, so each wait has
// a thread of its own, which lives no longer: waiters in libuv's pool would freeze every file operation of
// the process.
//
// To end a wait, its thread is sent a signal. One that came just before the call would be lost, and the
// thread would sleep on: so the handler also makes the request invalid, which the system reads when the call
// begins. There is no moment in between, and nothing is tried again by the clock.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "os/error.h"
#include "os/lock.h"

namespace persist::os {

class LockWait : public std::enable_shared_from_this<LockWait> {
 public:
  /** Told on the wait's thread, once: whether the lock is held, or why it failed. */
  using Ended = std::function<void(bool held, const std::optional<Error>& failure)>;

  LockWait(std::shared_ptr<LockFile> file, LockRequest request, Ended ended)
      : file_(std::move(file)), request_(request), ended_(std::move(ended)) {}

  /** Starts the thread, which keeps this object. Throws PERSIST_LIMIT where the system has no more threads.
   */
  void Start();

  /** From any thread, at any time: ends the wait, unless the lock is held already. */
  void Cancel();

 private:
  void Run();
  bool Lock(off_t at, bool exclusive);

  const std::shared_ptr<LockFile> file_;
  const LockRequest request_;
  Ended ended_;

  std::mutex mutex_;  // of what is below
  pid_t thread_ = 0;  // 0: not in a call that could sleep
  bool cancelled_ = false;
};

}  // namespace persist::os
