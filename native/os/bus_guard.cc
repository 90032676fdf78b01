#include "os/bus_guard.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <mutex>

namespace persist::os {
namespace {

/** Slots are found by the handler without a lock, so they lie in blocks that are only ever added. */
struct Block {
  std::array<BusGuard::Slot, 256> slots;
  std::atomic<Block*> next{nullptr};
};

Block first;
std::mutex mutex;  // for whoever takes a slot; the handler takes none
struct sigaction previous;
uintptr_t page_bytes;

BusGuard::Slot* Find(uintptr_t address) {
  for (Block* block = &first; block != nullptr; block = block->next.load(std::memory_order_acquire)) {
    for (BusGuard::Slot& slot : block->slots) {
      const uintptr_t start = slot.start.load(std::memory_order_acquire);
      if (start != 0 && address >= start && address < slot.end.load(std::memory_order_relaxed)) return &slot;
    }
  }
  return nullptr;
}

/** What would have happened without this handler. */
void PassOn(int signal, siginfo_t* info, void* context) {
  const bool was_sent = info->si_code <= 0;
  if ((previous.sa_flags & SA_SIGINFO) != 0) {
    previous.sa_sigaction(signal, info, context);
  } else if (previous.sa_handler == SIG_IGN && was_sent) {
    return;
  } else if (previous.sa_handler == SIG_DFL || previous.sa_handler == SIG_IGN) {
    // On return the access is tried again, or the signal comes again, and then ends the process as it would
    // have.
    ::signal(SIGBUS, SIG_DFL);
    if (was_sent) ::raise(signal);
  } else {
    previous.sa_handler(signal);
  }
}

/** Runs inside the access that failed, on any thread: atomics and raw system calls only. */
void OnBusError(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  const auto address = reinterpret_cast<uintptr_t>(info->si_addr);
  // A signal that another process sent has no address.
  BusGuard::Slot* slot = info->si_code > 0 ? Find(address) : nullptr;
  const uintptr_t page = address / page_bytes * page_bytes;
  if (slot != nullptr) {
    const long made = ::syscall(SYS_mmap, page, page_bytes, PROT_READ | PROT_WRITE,
                                MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0L);
    if (made == static_cast<long>(page)) {
      slot->torn.store(true, std::memory_order_release);
      errno = saved_errno;
      return;
    }
  }
  PassOn(signal, info, context);
}

void Install() {
  page_bytes = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  struct sigaction action = {};
  action.sa_sigaction = OnBusError;
  // Not SA_RESETHAND; and on the alternate stack where a thread has one, as Node's own handlers are.
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGBUS, &action, &previous);
}

BusGuard::Slot* Take(uintptr_t start, uintptr_t end) {
  const std::lock_guard lock(mutex);
  for (Block* block = &first;;) {
    for (BusGuard::Slot& slot : block->slots) {
      if (slot.start.load(std::memory_order_relaxed) != 0) continue;
      slot.torn.store(false, std::memory_order_relaxed);
      slot.end.store(end, std::memory_order_relaxed);
      slot.start.store(start, std::memory_order_release);
      return &slot;
    }
    Block* next = block->next.load(std::memory_order_relaxed);
    if (next == nullptr) {
      next = new Block;  // kept for good: a handler may be looking at it
      block->next.store(next, std::memory_order_release);
    }
    block = next;
  }
}

}  // namespace

BusGuard::BusGuard(const void* start, size_t size_bytes) {
  static std::once_flag installed;
  std::call_once(installed, Install);
  const auto from = reinterpret_cast<uintptr_t>(start);
  slot_ = Take(from, from + size_bytes);
}

bool BusGuard::torn() const {
  return slot_ == nullptr ? was_torn_ : slot_->torn.load(std::memory_order_acquire);
}

void BusGuard::Release() {
  if (slot_ == nullptr) return;
  was_torn_ = torn();
  slot_->start.store(0, std::memory_order_release);
  slot_ = nullptr;
}

}  // namespace persist::os
