// Threads that lock, wait and cancel at random, each through a file description of its own, under
// ThreadSanitizer:
//
//     npm run test:locks
//
// ThreadSanitizer holds signals back until a call that it knows as blocking, so that under it nothing is
// cancelled at the worst moment ("contend"); without it, everything is.
//
// Whoever has the lock looks whether it is alone; whoever cancels must be told at once, however the signal
// meets the call.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>
#include <vector>

#include "os/lock.h"
#include "os/lock_wait.h"

namespace {

using persist::os::LockFile;
using persist::os::LockRequest;
using persist::os::LockWait;

constexpr LockRequest kRequest{1 << 20, (1 << 20) + 1, true};
constexpr LockRequest kTaken{1 << 21, -1, true};

std::atomic<int> inside{0};
std::atomic<long> held_count{0};
std::atomic<long> cancelled_count{0};

void Fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

/** What a wait has come to. */
struct End {
  std::mutex mutex;
  std::condition_variable told;
  bool is_over = false;
  bool held = false;
};

/** Waits for a lock in a thread of its own, and cancels that after a while. Gives whether it is held. */
bool Wait(const std::shared_ptr<LockFile>& file, const LockRequest& request, unsigned after_us,
          bool cancels) {
  const auto end = std::make_shared<End>();
  const auto wait = std::make_shared<LockWait>(
      file, request, [end](bool held, const std::optional<persist::os::Error>& failure) {
        if (failure) Fail(failure->message.c_str());
        const std::lock_guard lock(end->mutex);
        end->is_over = true;
        end->held = held;
        end->told.notify_one();
      });
  wait->Start();
  // spinning, not sleeping: the moment right before the system call is what is to be met
  const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(after_us);
  while (std::chrono::steady_clock::now() < until) {
  }
  if (cancels) wait->Cancel();
  std::unique_lock lock(end->mutex);
  if (!end->told.wait_for(lock, std::chrono::seconds(10), [&] { return end->is_over; }))
    Fail("a wait did not end");
  return end->held;
}

/** Locks that are really had: never two at a time. */
void Contend(const std::shared_ptr<LockFile>& file, std::mt19937& random) {
  for (int k = 0; k < 400; k++) {
    if (!Wait(file, kRequest, random() % 300, random() % 2 == 0)) {
      cancelled_count++;
      continue;
    }
    if (inside++ != 0) Fail("two have the lock");
    held_count++;
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 100));
    inside--;
    file->Release(kRequest.at);
  }
}

/** A lock that is never to be had: every wait ends by being cancelled. */
void Cancel(const std::shared_ptr<LockFile>& file, std::mt19937& random) {
  for (int k = 0; k < 5000; k++) {
    if (Wait(file, kTaken, random() % 80, true)) Fail("a lock that another has");
    cancelled_count++;
  }
}

}  // namespace

int main(int count, char** values) {
  if (count < 2) Fail("a path is expected");
  const bool cancels = count == 2;
  LockFile taker(values[1]);
  if (!taker.Try(kTaken)) Fail("the lock was taken");
  std::vector<std::thread> threads;
  for (unsigned seed = 0; seed < (cancels ? 8 : 6); seed++) {
    threads.emplace_back([seed, path = std::string(values[1])] {
      std::mt19937 random(seed);
      (seed < 6 ? Contend : Cancel)(std::make_shared<LockFile>(path), random);
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::printf("%ld held, %ld cancelled\n", held_count.load(), cancelled_count.load());
  return held_count > 0 && cancelled_count > 0 ? 0 : 1;
}
