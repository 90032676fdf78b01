// An object's header, looked at before the library reads it.
#pragma once

#include <cstdint>
#include <string>

#include "hdf5/claims.h"
#include "hdf5/messages.h"

namespace persist::hdf5 {

/**
 * Goes through the header of an object, and of those that its messages share, as far as the library will
 * decode them: all of it, or what it takes to look for one link of a group. The address is the library's,
 * behind a user block. Gives what the object's own messages say. Throws CORRUPT, UNSUPPORTED.
 */
Said CheckHeader(const Metadata& file, uint64_t address, const std::string* link = nullptr);

/**
 * Looks also at what the library goes through when it changes the links of a group, or removes a dataset: the
 * whole of a group's index, and what is free in it; all that belongs to it is claimed. Gives whether a
 * dataset's room is found by more than that. Throws as above.
 */
bool CheckToChange(const Metadata& file, uint64_t address, Claims& claims);

}  // namespace persist::hdf5
