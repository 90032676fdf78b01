// Work that is divided over the machine's cores.
#pragma once

#include <cstddef>
#include <functional>

namespace persist::array {

/**
 * Calls `work(k)` for every k below `count`, on as many threads as there are cores, this one among them. What
 * one of them throws is thrown here, when all have ended; no further k is begun then.
 */
void OnAllCores(size_t count, const std::function<void(size_t)>& work);

}  // namespace persist::array
