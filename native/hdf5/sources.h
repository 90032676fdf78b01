// Where the elements of a virtual dataset come from, as a heap has it.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "hdf5/metadata.h"

namespace persist::hdf5 {

/** Goes through it before the library does, which does not look where it ends. Throws CORRUPT. */
void CheckSources(std::string_view block, std::optional<size_t> axes, const Metadata& file);

}  // namespace persist::hdf5
