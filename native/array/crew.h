// Pieces of work that are done on all cores, and whose results come out in order.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "array/parallel.h"

namespace persist::array {

/** The threads that do the work; they are joined when it goes. A few results are in memory at a time. */
template <typename Result>
class Crew {
 public:
  /** Does piece `k`; a result may be one that was used before. */
  using Work = std::function<void(size_t k, Result& into)>;

  /** `begin` makes what one thread needs, on that thread. */
  Crew(size_t pieces, const std::function<Work()>& begin) : pieces_(pieces), begin_(begin) {
    const size_t wanted = ThreadsFor(pieces);
    slots_.resize(2 * wanted);
    try {
      for (size_t k = 0; k < wanted; k++) threads_.emplace_back([this] { Run(); });
    } catch (const std::exception&) {
      if (threads_.empty()) throw;  // fewer threads do as well
    }
  }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  /** Waits for piece `k`; calls go up by one. Throws what a thread has thrown. */
  const Result& Await(size_t k) {
    std::unique_lock lock(mutex_);
    Slot& slot = slots_[k % slots_.size()];
    changed_.wait(lock, [&] { return slot.ready || failure_; });
    if (failure_) std::rethrow_exception(failure_);
    return slot.result;
  }

  /** The result of piece `k` was used: its slot is free. */
  void Release(size_t k) {
    {
      const std::lock_guard lock(mutex_);
      slots_[k % slots_.size()].ready = false;
      released_ = k + 1;
    }
    changed_.notify_all();
  }

 private:
  struct Slot {
    Result result{};
    bool ready = false;
  };

  void Run() noexcept {
    try {
      const Work work = begin_();
      for (;;) {
        std::unique_lock lock(mutex_);
        if (next_ == pieces_) return;
        const size_t mine = next_++;
        changed_.wait(lock, [&] { return stopped_ || failure_ || mine < released_ + slots_.size(); });
        if (stopped_ || failure_) return;
        lock.unlock();
        Slot& slot = slots_[mine % slots_.size()];
        work(mine, slot.result);
        lock.lock();
        slot.ready = true;
        lock.unlock();
        changed_.notify_all();
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      changed_.notify_all();
    }
  }

  size_t pieces_;
  std::function<Work()> begin_;
  std::vector<Slot> slots_;
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t next_ = 0;
  size_t released_ = 0;
  bool stopped_ = false;
  std::exception_ptr failure_;
  std::vector<std::thread> threads_;
};

}  // namespace persist::array
