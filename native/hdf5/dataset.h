// A dataset: what it holds, where, and whether that can be true.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hdf5/element.h"
#include "hdf5/file.h"
#include "hdf5/product.h"

namespace persist::hdf5 {

struct Filter {
  H5Z_filter_t id;
  std::vector<unsigned> parameters;
};

struct Dataset {
  Handle id;
  Element element;
  /** Extents along the dataset's own axes; those of an array type follow in `element.axes`. */
  std::vector<uint64_t> shape;
  /** Whether it has no dataspace: h5py's Empty. Its shape is then [0]. */
  bool is_null = false;
  /** Extents of a chunk; empty for another layout. */
  std::vector<uint64_t> chunk;
  bool is_compact = false;      // the elements lie in the header
  bool is_virtual = false;      // they lie in other datasets
  std::vector<Filter> filters;  // in the order in which they were applied
  /** Where the bytes lie in one piece, as the element says they are; for text, references to heaps. */
  std::optional<uint64_t> offset;
  /** Bytes of all elements in memory; 0 for text. */
  uint64_t size_bytes = 0;
  /** Bytes that they take in the file. */
  uint64_t stored_bytes = 0;
  /** Whether chunks that were never written are full of something else than zeros. */
  bool has_fill = false;
  /** Where its object header begins. */
  uint64_t header = 0;
  /** Why it cannot be read. */
  std::optional<os::Error> problem;
};

/** Opens an object of a file by its path. Throws NOT_FOUND for what is missing or no dataset. */
Handle OpenDataset(const File& file, const std::string& name);

/**
 * Describes an open dataset. What its metadata claim is compared with the size of the file; external storage,
 * virtual datasets over other files and unknown filters are a `problem`. Throws what only a broken file
 * gives.
 */
Dataset Describe(Handle id, const File& file, const std::string& name);

/** The element's type in memory, with the axes of an array type. */
Handle MemoryType(const Element& element, const std::string& path);

/** Throws LIMIT where a result is larger than what a file of this size can hold by any filter. */
void CheckClaim(uint64_t size_bytes, const File& file);

}  // namespace persist::hdf5
