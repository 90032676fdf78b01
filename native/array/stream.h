// Copies between large pieces of memory.
#pragma once

#include <cstddef>

namespace persist::array {

/** Copies what will not be read again soon, past the processor's caches: what they hold is the program's, and
 * a third of the traffic to memory is saved. The ranges must not overlap. */
void CopyPastCaches(void* into, const void* from, size_t size_bytes);

}  // namespace persist::array
