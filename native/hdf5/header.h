// An object's header, looked at before the library reads it.
#pragma once

#include <cstdint>
#include <string>

#include "hdf5/metadata.h"

namespace persist::hdf5 {

/**
 * Goes through the header of an object, and of those that its messages share, as far as the library will
 * decode them: all of it, or what it takes to look for one link of a group. The address is the library's,
 * behind a user block. Throws CORRUPT, UNSUPPORTED.
 */
void CheckHeader(const Metadata& file, uint64_t address, const std::string* link = nullptr);

}  // namespace persist::hdf5
