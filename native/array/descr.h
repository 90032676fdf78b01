// npy's descriptors of element types, as far as HDF5 needs them. lib/dtype.ts is the reader of foreign ones.
#pragma once

#include <cstddef>
#include <string>

namespace persist::array {

struct Descr {
  char kind;         // b i u f c M m S U V
  size_t itemsize;   // bytes of one element
  std::string text;  // as it came: "<M8[ns]"
};

/** Takes apart a little-endian descriptor that lib/dtype.ts made. Throws FORMAT for anything else. */
Descr ParseDescr(const std::string& text);

}  // namespace persist::array
