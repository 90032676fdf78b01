// The one thread of the process on which HDF5 is called. The library is not re-entrant, and waiting for it
// under a lock in libuv's pool would stop every file operation of the process.
#pragma once

#include <functional>
#include <list>

namespace persist::hdf5 {

/** A job in a list of its own, so that nothing can fail when it is queued. */
using PreparedJob = std::list<std::function<void()>>;

/** Queues a job; jobs run one after the other, in order. A job must not throw. */
void Post(PreparedJob job) noexcept;
void Post(std::function<void()> job);

/** Runs a short job before all that wait, and returns when it is done. Long jobs let it in between (see
 * LetOthersIn). */
void RunFirst(const std::function<void()>& job);

/** To be called by long jobs between two pieces of a few milliseconds: does the work that a thread is waiting
 * for. */
void LetOthersIn();

}  // namespace persist::hdf5
