// Bytes of a chunk.
#pragma once

#include <string>
#include <vector>

#include "os/error.h"

namespace persist::hdf5 {

using Bytes = std::vector<unsigned char>;

inline os::Error CorruptChunk(const std::string& what, const std::string& path) {
  return os::Error("PERSIST_CORRUPT", path + ": a chunk " + what, path);
}

}  // namespace persist::hdf5
