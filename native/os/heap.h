// Room in the heap of malloc, from which the engine takes the memory of results.
#pragma once

#include <cstddef>

namespace persist::os {

/**
 * Sees that a block of this size, allocated next on this thread, lies in huge pages where the heap must grow
 * for it.
 *
 * By itself glibc takes a block of more than 128 kB from the system and gives it back, until one of its size
 * was freed; after that its heap grows by as little as it can. Either way each small page is a fault, and
 * faults cost more than what is read into the pages. So the heap grows by much at a time, and huge pages are
 * asked for before any of it is touched. Where the program has no such heap, nothing changes
 * (docs/decisions/0022-result-memory.md).
 */
void GrowHeapAhead(size_t size_bytes);

}  // namespace persist::os
