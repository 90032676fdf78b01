// What finds the parts of an object: the chunks of a dataset, or many links or attributes.
#pragma once

#include "hdf5/messages.h"

namespace persist::hdf5 {

/** Looks at the start of an index before the library believes its numbers. Throws CORRUPT, LIMIT. */
void CheckIndex(const Index& index, const Said& said, const Metadata& file);

}  // namespace persist::hdf5
