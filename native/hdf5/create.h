// Creates HDF5 files whose datasets have a known place, so that the write engine can fill them and anyone can
// map them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "array/descr.h"

namespace persist::hdf5 {

struct NewDataset {
  std::string name;
  array::Descr descr;
  std::vector<uint64_t> shape;
};

/**
 * Creates a file that must not exist, with contiguous datasets in its root group, allocated and not filled.
 * Gives where the bytes of each begin (0 for one without elements). On failure the file is removed. On the
 * HDF5 thread only.
 */
std::vector<uint64_t> CreateFile(const std::string& path, const std::vector<NewDataset>& datasets);

}  // namespace persist::hdf5
