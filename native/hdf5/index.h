// What finds the parts of an object: the chunks of a dataset, or many links or attributes.
#pragma once

#include "hdf5/claims.h"
#include "hdf5/messages.h"

namespace persist::hdf5 {

/** Looks at the start of an index before the library believes its numbers. Throws CORRUPT, LIMIT. */
void CheckIndex(const Index& index, const Said& said, const Metadata& file);

/** Sees that the library reads the names of an older group to an end, and not beyond that of their heap. */
void CheckSymbols(const Symbols& symbols, const Metadata& file);

/** Goes through the whole index of an older group: its tree, and the heap that its names lie in. */
void CheckSymbols(const Symbols& symbols, const Metadata& file, Claims& claims);

/** Goes through an older tree that finds chunks. */
void CheckChunkTree(uint64_t address, const Said& said, const Metadata& file, Claims& claims);

}  // namespace persist::hdf5
