// What finds the chunks of a dataset.
#pragma once

#include "hdf5/claims.h"
#include "hdf5/messages.h"

namespace persist::hdf5 {

/** Looks at the start of an index before the library believes its numbers. Throws CORRUPT, LIMIT. */
void CheckIndex(const Index& index, const Said& said, const Metadata& file);

/** Goes through an older tree that finds chunks. */
void CheckChunkTree(uint64_t address, const Said& said, const Metadata& file, Claims& claims);

}  // namespace persist::hdf5
