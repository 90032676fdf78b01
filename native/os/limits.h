// Limits on this process, for one that reads what may attack it.
#pragma once

#include <cstdint>

namespace persist::os {

/**
 * From now on this process may take `memory_bytes` more, and `cpu_s` seconds of CPU time more; it can make no
 * file longer and leaves no core. Throws IO.
 */
void LimitProcess(uint64_t memory_bytes, uint64_t cpu_s);

}  // namespace persist::os
