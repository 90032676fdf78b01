#include "os/heap.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace persist::os {
namespace {

constexpr uintptr_t kHugePage = uintptr_t{2} << 20;
/** A little less than the largest block that glibc takes from its heap once it has freed one. */
constexpr size_t kStep = (size_t{32} << 20) - (size_t{64} << 10);
constexpr size_t kSmallest = size_t{64} << 10;  // below this, asking costs as much as it saves
constexpr size_t kLargest = kStep / 2;          // above this, most of a block lies in huge pages of its own

uintptr_t HeapEnd() { return reinterpret_cast<uintptr_t>(::sbrk(0)); }

/** Where a block would end that is allocated now. */
uintptr_t NextEnd(size_t size_bytes) {
  void* volatile block = std::malloc(size_bytes);  // volatile, or the compiler leaves both calls out
  const uintptr_t end = reinterpret_cast<uintptr_t>(block) + size_bytes;
  std::free(block);
  return end;
}

/** Lets the heap grow, and gives up to where it lies in huge pages: 0 where there is no such heap. */
uintptr_t Grow() {
  // twice: the first block may come from the system, and that it was freed lets the next come from the heap
  for (int tries = 0; tries < 2; tries++) {
    void* volatile block = std::malloc(kStep);
    const uintptr_t from = reinterpret_cast<uintptr_t>(block) / kHugePage * kHugePage;
    const uintptr_t end = HeapEnd();
    const bool in_heap = from != 0 && from < end;
    if (in_heap)
      ::madvise(reinterpret_cast<void*>(from), end - from, MADV_HUGEPAGE);  // advice may be refused
    std::free(block);
    if (in_heap) return end;
  }
  return 0;
}

}  // namespace

void GrowHeapAhead(size_t size_bytes) {
  if (size_bytes < kSmallest || size_bytes > kLargest) return;
  thread_local uintptr_t huge_until = 0;
  // blocks come from elsewhere: from an arena of this thread, or from another allocator
  thread_local bool elsewhere = false;
  if (elsewhere) return;
  huge_until = std::min(huge_until, HeapEnd());
  if (NextEnd(size_bytes) <= huge_until) return;
  huge_until = Grow();
  elsewhere = huge_until == 0;
}

}  // namespace persist::os
