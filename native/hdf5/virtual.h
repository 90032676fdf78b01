// Virtual datasets: their elements lie in other datasets of the file.
#pragma once

#include "hdf5/read.h"

namespace persist::hdf5 {

/**
 * Reads a selection of any dataset, as ReadElements does of those that are not virtual. Of a virtual one all
 * is put together first. Throws UNSUPPORTED where its parts are no simple steps, or of other types.
 */
Elements ReadAny(const Dataset& dataset, const std::vector<Range>& ranges, File& file, os::Control* control);

}  // namespace persist::hdf5
