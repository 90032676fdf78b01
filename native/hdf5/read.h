// Reads elements of a dataset that do not lie in the file as they are.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hdf5/dataset.h"

namespace persist::hdf5 {

/** Elements start, start + step, … along one axis, count of them; within the extent, step at least 1. */
struct Range {
  uint64_t start;
  uint64_t step;
  uint64_t count;
};

/** Fresh memory, all zeros: pages of the system, given back when the last owner goes. */
class Memory {
 public:
  /** Throws LIMIT when there is no such room. */
  explicit Memory(size_t size_bytes);
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory();

  void* data() const { return data_; }
  size_t size_bytes() const { return size_bytes_; }

 private:
  void* data_ = nullptr;
  size_t size_bytes_;
};

/** What was read: the elements in C order, little-endian but for the fields of records. */
struct Elements {
  std::unique_ptr<Memory> memory;
  /** For text: the characters of the longest string, all padded to it with zeros (UTF-32, little-endian). */
  size_t characters = 0;
};

/** Turns elements as they are stored into the order of bytes of this machine; records stay as they are. */
void MakeNative(const Element& element, void* data, size_t size_bytes);

/**
 * Reads a selection of a dataset that is not virtual: one range for each of its axes. Chunks are decoded
 * here, each to exactly its size, and converted by the library where that is needed. Throws CORRUPT, FORMAT,
 * LIMIT, IO; CLOSED when the control says stop.
 */
Elements ReadElements(const Dataset& dataset, const std::vector<Range>& ranges, File& file,
                      os::Control* control);

}  // namespace persist::hdf5
