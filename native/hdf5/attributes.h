// Attributes of an object: named small values, such as units.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hdf5/file.h"

namespace persist::hdf5 {

struct Attribute {
  std::string name;
  /** npy's descriptor of the elements; empty for strings. */
  std::string descr;
  std::vector<uint64_t> shape;
  bool is_null = false;  // h5py's Empty
  std::string bytes;     // of all elements
  std::vector<std::string> strings;
};

/** All attributes that arrays or strings can hold; others (references, lists) are left out. Throws LIMIT,
 * FORMAT. */
std::vector<Attribute> AttributesOf(hid_t object, const File& file);

}  // namespace persist::hdf5
