// Datasets in one piece of plain numbers, described by their headers alone: the library takes five times as
// long, which counts where there are thousands.
#pragma once

#include <optional>

#include "hdf5/dataset.h"

namespace persist::hdf5 {

/**
 * Describes the object whose header is at an address, if that is of the earliest kind and says no more than
 * shape, type and place: integers that fill their bytes or IEEE's numbers, and no attributes. Nothing
 * for any other, and for what cannot be true: those are the library's.
 */
std::optional<Dataset> DescribePlain(const File& file, uint64_t address);

}  // namespace persist::hdf5
