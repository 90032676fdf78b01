// Writes arrays in compressed chunks: gzip, after a shuffle where that helps, on all cores.
#pragma once

#include <string>
#include <vector>

#include "hdf5/chunks.h"
#include "os/write.h"

namespace persist::hdf5 {

/** An array in C order, in memory of the caller's (os/write.h says how that may be touched). */
struct ArrayToPack {
  std::vector<uint64_t> shape;  // none of the extents is 0
  std::vector<uint64_t> chunk;  // as many
  size_t itemsize;
  int level;  // array::Deflater's, 1 to 9
  os::Span data;
  bool shuffle = false;  // whether the bytes of numbers are sorted by significance first
};

/** Whether a shuffle makes the result smaller: tries it on a few pieces. */
bool ShuffleHelps(const ArrayToPack& array, const std::string& path);

/**
 * Writes all chunks into an open file, one after the other from `offset` on, and gives their places in C
 * order. One that does not become smaller is stored as it is, and its mask says so.
 */
std::vector<ChunkPlace> WriteChunks(const os::Fd& file, const std::string& path, uint64_t offset,
                                    const ArrayToPack& array, const os::How& how);

}  // namespace persist::hdf5
