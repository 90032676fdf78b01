// Keeps the process alive when a mapped file is cut short (or its disk fails) under a mapping: the system
// answers the next access beyond the end with SIGBUS, which would end the process.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace persist::os {

/**
 * Guards a range of memory as long as it lives: a page of it that the file no longer has becomes a page of
 * zeros, and the range is marked as torn. Signals for other memory go to whoever handled SIGBUS before.
 */
class BusGuard {
 public:
  BusGuard(const void* start, size_t size_bytes);
  BusGuard(const BusGuard&) = delete;
  BusGuard& operator=(const BusGuard&) = delete;
  ~BusGuard() { Release(); }

  /** Whether a page has been missing. */
  bool torn() const;

  /** To be called before the memory is unmapped: another mapping may get its place. */
  void Release();

  /** What the signal handler sees of a range. Slots are never freed, only used again. */
  struct Slot {
    std::atomic<uintptr_t> start{0};  // 0: free
    std::atomic<uintptr_t> end{0};
    std::atomic<bool> torn{false};
  };

 private:
  Slot* slot_;
  bool was_torn_ = false;
};

}  // namespace persist::os
