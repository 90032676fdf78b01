// The one thread of the process on which HDF5 is called. The library is not re-entrant, and waiting for it
// under a lock in libuv's pool would stop every file operation of the process.
#pragma once

#include <functional>

namespace persist::hdf5 {

/** Queues a job; jobs run one after the other, in order. A job must not throw. */
void Post(std::function<void()> job);

}  // namespace persist::hdf5
