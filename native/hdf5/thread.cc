#include "hdf5/thread.h"

#include <hdf5.h>
#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "hdf5/driver.h"

namespace persist::hdf5 {
namespace {

class Queue {
 public:
  Queue() {
    // The library's own clean-up at exit would run beside this thread, and prints when a call had failed.
    H5dont_atexit();
    std::thread thread([this] { Run(); });
    pthread_setname_np(thread.native_handle(), "persist-hdf5");
    thread.detach();
  }

  void Post(PreparedJob job) noexcept {
    {
      std::lock_guard lock(mutex_);
      jobs_.splice(jobs_.end(), job);
    }
    wake_.notify_one();
  }

  void RunFirst(const std::function<void()>& job) {
    std::unique_lock lock(mutex_);
    bool done = false;
    urgent_.push_back([&] {
      job();
      std::lock_guard here(mutex_);
      done = true;
      served_.notify_all();
    });
    wake_.notify_one();
    served_.wait(lock, [&] { return done; });
  }

  /** On the thread: does the urgent work there is. */
  void Serve() {
    for (;;) {
      std::function<void()> job;
      {
        std::lock_guard lock(mutex_);
        if (urgent_.empty()) return;
        job = std::move(urgent_.front());
        urgent_.pop_front();
      }
      job();
      TakeFailure();
    }
  }

 private:
  [[noreturn]] void Run() {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // per thread: errors are exceptions, not lines on stderr
    H5PLset_loading_state(0);                     // no code is loaded because a file asks for a filter
    for (;;) {
      Serve();
      std::function<void()> job;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return !jobs_.empty() || !urgent_.empty(); });
        if (!urgent_.empty()) continue;
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
      job();
      TakeFailure();  // one that the library took lightly is not the next job's
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable served_;
  PreparedJob jobs_;
  std::deque<std::function<void()>> urgent_;
};

Queue& TheQueue() {
  static auto* const queue = new Queue;  // never destroyed: the thread uses it until the process ends
  return *queue;
}

}  // namespace

void Post(PreparedJob job) noexcept { TheQueue().Post(std::move(job)); }

void Post(std::function<void()> job) {
  PreparedJob prepared;
  prepared.push_back(std::move(job));
  TheQueue().Post(std::move(prepared));
}

void RunFirst(const std::function<void()>& job) { TheQueue().RunFirst(job); }

void LetOthersIn() { TheQueue().Serve(); }

}  // namespace persist::hdf5
