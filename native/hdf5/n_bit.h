// HDF5's n-bit filter: of each number in an element only the bits that count.
#pragma once

#include <string>
#include <vector>

#include "hdf5/bytes.h"

namespace persist::hdf5 {

/** Undoes it, as UndoScaleOffset does its own. */
void UndoNBit(const std::vector<unsigned>& parameters, const Bytes& stored, Bytes& into,
              const std::string& path);

}  // namespace persist::hdf5
