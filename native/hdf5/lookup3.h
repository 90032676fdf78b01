// Bob Jenkins' lookup3: the checksum of HDF5's metadata, and the hash of names in its trees.
#pragma once

#include <cstddef>
#include <cstdint>

namespace persist::hdf5 {

uint32_t Lookup3(const char* data, size_t size_bytes);

}  // namespace persist::hdf5
