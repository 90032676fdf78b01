// Planned failures of system calls, for tests: fail, do half, or die at the k-th call.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace persist::os {

struct Fault {
  enum class How { kFail, kShort, kKill, kTorn };
  std::string call;  // a name of the table, or "any"
  uint64_t at;       // counted from 1 since the plan was made, for that name
  How how;
  int error;  // errno for kFail
};

/**
 * Replaces the plan and starts counting anew; an empty plan restores the system's own table. Gives how many
 * calls the plan before this one has counted. To be called while no job runs.
 */
uint64_t Plan(std::vector<Fault> faults);

}  // namespace persist::os
