#include "array/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace persist::array {
namespace {

constexpr size_t kMostThreads = 16;

/** The k that are left, and what went wrong. */
class Rest {
 public:
  Rest(size_t count, const std::function<void(size_t)>& work) : count_(count), work_(work) {}

  void Run() noexcept {
    try {
      for (size_t k = next_++; k < count_; k = next_++) work_(k);
    } catch (...) {
      next_ = count_;
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
    }
  }

  void Check() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  size_t count_;
  const std::function<void(size_t)>& work_;
  std::atomic<size_t> next_{0};
  std::mutex mutex_;
  std::exception_ptr failure_;
};

}  // namespace

size_t ThreadsFor(uint64_t pieces) {
  // the system reads a file each time it is asked
  static const size_t cores = std::max(std::thread::hardware_concurrency(), 1U);
  return static_cast<size_t>(std::min<uint64_t>({cores, kMostThreads, std::max<uint64_t>(pieces, 1)}));
}

void OnAllCores(size_t count, const std::function<void(size_t)>& work) {
  Rest rest(count, work);
  const size_t wanted = ThreadsFor(count);
  std::vector<std::thread> threads;
  try {
    while (threads.size() + 1 < wanted) threads.emplace_back([&rest] { rest.Run(); });
  } catch (const std::exception&) {
    // fewer threads do as well
  }
  rest.Run();
  for (std::thread& thread : threads) thread.join();
  rest.Check();
}

}  // namespace persist::array
