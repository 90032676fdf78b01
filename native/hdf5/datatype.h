// An element's type as it is written in a file.
#pragma once

#include "hdf5/cursor.h"

namespace persist::hdf5 {

struct WrittenType {
  uint64_t size_bytes;
  bool is_text;  // a string of variable length
};

/** Goes through a type. Throws CORRUPT for one that does not fit into its bytes, or cannot be true. */
WrittenType CheckDatatype(Cursor& from, size_t address_bytes);

}  // namespace persist::hdf5
