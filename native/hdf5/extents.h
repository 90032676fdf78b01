// Ranges of bytes of which no two may lie over each other.
#pragma once

#include <cstdint>
#include <iterator>
#include <map>

namespace persist::hdf5 {

class Extents {
 public:
  /** Adds a range; false where it lies over another, or has no end. */
  bool Take(uint64_t start, uint64_t size_bytes) {
    if (size_bytes == 0) return true;
    const uint64_t end = start + size_bytes;
    if (end < start || Overlap(start, end)) return false;
    ends_[start] = end;
    return true;
  }

  bool Overlap(uint64_t start, uint64_t end) const {
    const auto next = ends_.lower_bound(end);
    return next != ends_.begin() && std::prev(next)->second > start;
  }

 private:
  std::map<uint64_t, uint64_t> ends_;  // by starts
};

}  // namespace persist::hdf5
