// Chunks, decoded here: each must give exactly its size, which the library does not check, and checksums are
// compared.
#pragma once

#include "hdf5/filters.h"
#include "hdf5/read.h"

namespace persist::hdf5 {

/** How the elements of an array lie in chunks. */
struct Chunking {
  const std::vector<uint64_t>& chunk;
  const std::vector<Filter>& filters;
  /** One element, as in the file: what chunks are full of that were never written. */
  const Bytes& fill;
};

/** Where a chunk is stored in a file. */
struct ChunkPlace {
  uint64_t offset;
  uint64_t stored_bytes;  // 0 for a chunk that was never written
  uint32_t mask;          // a bit for each filter that was left out
};

/**
 * Reads a selection into zeroed memory in C order; elements are as long as the fill value, and as in the
 * file. Chunks are fetched by the library on this thread, and decoded on all cores.
 */
void ReadChunks(const Dataset& dataset, const std::vector<Range>& ranges, const Bytes& fill, void* into,
                const File& file, os::Control* control);

/** The same without the library: `places` has each chunk that the selection touches, in C order. On any
 * thread. */
void ReadPlacedChunks(const Chunking& chunking, const std::vector<Range>& ranges,
                      const std::vector<ChunkPlace>& places, void* into, int fd, const std::string& path,
                      os::Control* control);

/** How many chunks a selection touches. */
uint64_t CountChunks(const std::vector<uint64_t>& chunk, const std::vector<Range>& ranges);

/** One element of those that were never written, as `type` has it. */
Bytes FillValue(const Dataset& dataset, hid_t type, const std::string& path);

}  // namespace persist::hdf5
