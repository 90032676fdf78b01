// Promises for work on other threads. A task is a plain struct made from the arguments; workers never see
// JavaScript values.
#pragma once

#include <napi.h>

#include <memory>
#include <optional>

#include "os/control.h"
#include "os/error.h"

namespace persist::binding {

class Task {
 public:
  virtual ~Task() = default;

  /** On a worker: does the work. Throws os::Error. */
  virtual void Run() = 0;

  /** On the environment's thread, after success: what the promise resolves to. May throw os::Error. */
  virtual Napi::Value Result(Napi::Env env) = 0;
};

/** Runs it in libuv's pool. The task is destroyed on the environment's thread. */
Napi::Promise RunInPool(Napi::Env env, std::unique_ptr<Task> task);

/** Runs it on the HDF5 thread. Such a task may be destroyed there: it must hold no reference to JavaScript.
 */
Napi::Promise RunOnHdf5Thread(Napi::Env env, std::unique_ptr<Task> task);

/** Runs it there before all that wait, and waits for it on this thread: for work of well below a millisecond.
 */
Napi::Value RunFirstOnHdf5Thread(Napi::Env env, Task& task);

/** What JavaScript holds of a job that it may stop and watch. */
class JobControl : public os::Control, public std::enable_shared_from_this<JobControl> {
 public:
  JobControl(Napi::Env env, Napi::Function on_progress);

  static Napi::Value Wrap(Napi::Env env, std::shared_ptr<JobControl> control);
  /** Null for undefined. Throws TypeError for what is no control. */
  static std::shared_ptr<JobControl> Unwrap(const Napi::Value& value);

  /** On the environment's thread, when the job has ended. */
  void Ended() { on_progress_.Reset(); }

 protected:
  void Changed() override;

 private:
  std::shared_ptr<class Mailbox> mailbox_;
  Napi::FunctionReference on_progress_;
  bool watched_;
  std::atomic<bool> posted_{false};
};

}  // namespace persist::binding
