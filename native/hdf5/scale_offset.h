// HDF5's scale-offset filter: numbers above the least of a chunk, in as few bits as the greatest needs.
#pragma once

#include <string>
#include <vector>

#include "hdf5/bytes.h"

namespace persist::hdf5 {

/**
 * Undoes it: turns what is stored of a chunk into `into`, which is as long as it must become. Throws CORRUPT
 * where the parameters are not those of a chunk so long, or fewer bits are stored than it takes.
 */
void UndoScaleOffset(const std::vector<unsigned>& parameters, const Bytes& stored, Bytes& into,
                     const std::string& path);

}  // namespace persist::hdf5
