#include "os/lock_wait.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <system_error>
#include <thread>

namespace persist::os {
namespace {

/** The request that this thread is about to make, or sleeps in. */
thread_local struct flock* volatile current = nullptr;

void OnWake(int) {
  struct flock* const request = current;
  if (request != nullptr) request->l_whence = -1;  // the system refuses it
}

/** A real-time signal that nobody in the process uses; its handler is ours from now on. */
int WakeSignal() {
  static const int chosen = [] {
    for (int signal = SIGRTMAX - 1; signal > SIGRTMIN; signal--) {
      struct sigaction found;
      if (::sigaction(signal, nullptr, &found) != 0 || found.sa_handler != SIG_DFL) continue;
      struct sigaction action = {};
      action.sa_handler = OnWake;  // without SA_RESTART: the call is to end
      sigemptyset(&action.sa_mask);
      ::sigaction(signal, &action, nullptr);
      return signal;
    }
    throw Error("PERSIST_LIMIT", "all real-time signals of this process are in use, and one is needed");
  }();
  return chosen;
}

/** What a new thread inherits: no signal of the program's is handled there, but for its own faults. */
class SignalsBlocked {
 public:
  explicit SignalsBlocked(int except) {
    sigset_t all;
    sigfillset(&all);
    for (const int signal : {except, SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGABRT}) sigdelset(&all, signal);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace

void LockWait::Start() {
  const SignalsBlocked blocked(WakeSignal());
  try {
    std::thread([self = shared_from_this()] { self->Run(); }).detach();
  } catch (const std::system_error& error) {
    throw Error("PERSIST_LIMIT",
                std::string("no thread could be started to wait for a lock: ") + error.what(), file_->path());
  }
}

void LockWait::Cancel() {
  const std::lock_guard lock(mutex_);
  cancelled_ = true;
  if (thread_ != 0) ::syscall(SYS_tgkill, ::getpid(), thread_, WakeSignal());
}

void LockWait::Run() {
  ::pthread_setname_np(::pthread_self(), "persist-lock");
  bool held = false;
  std::optional<Error> failure;
  try {
    held = file_->Acquire(request_, [this](off_t at, bool exclusive) { return Lock(at, exclusive); });
  } catch (const Error& error) {
    failure = error;
  }
  const Ended ended = std::move(ended_);
  ended(held, failure);
}

bool LockWait::Lock(off_t at, bool exclusive) {
  struct flock request = OneByte(at, exclusive);
  {
    const std::lock_guard lock(mutex_);
    if (cancelled_) return false;
    current = &request;
    thread_ = static_cast<pid_t>(::syscall(SYS_gettid));
  }
  const auto leave = [this] {
    const std::lock_guard lock(mutex_);
    thread_ = 0;
    current = nullptr;
  };
  try {
    const bool held = file_->Wait(&request);
    leave();
    return held;
  } catch (...) {
    leave();
    throw;
  }
}

}  // namespace persist::os
