// The links of an older group: a tree finds their names, which lie in a heap.
#pragma once

#include "hdf5/claims.h"
#include "hdf5/messages.h"

namespace persist::hdf5 {

/** Sees that the library reads the names of an older group to an end, and not beyond that of their heap. */
void CheckSymbols(const Symbols& symbols, const Metadata& file);

/** Goes through the whole index of an older group: its tree, and the heap that its names lie in. */
void CheckSymbols(const Symbols& symbols, const Metadata& file, Claims& claims);

}  // namespace persist::hdf5
