// Work that is divided over the machine's cores.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace persist::array {

/** On how many threads so many pieces of work are done: the machine's cores, within reason; at least 1. */
size_t ThreadsFor(uint64_t pieces);

/**
 * Calls `work(k)` for every k below `count`, on as many threads as there are cores, this one among them. What
 * one of them throws is thrown here, when all have ended; no further k is begun then.
 */
void OnAllCores(size_t count, const std::function<void(size_t)>& work);

}  // namespace persist::array
