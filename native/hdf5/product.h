// Extents multiplied.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace persist::hdf5 {

/** Nothing where that passes 2^63. */
inline std::optional<uint64_t> Product(uint64_t size, const std::vector<uint64_t>& extents) {
  bool empty = size == 0;
  uint64_t out = 1;
  for (const uint64_t extent : extents) {
    if (extent == 0)
      empty = true;
    else if (__builtin_mul_overflow(out, extent, &out))
      return std::nullopt;
  }
  if (__builtin_mul_overflow(out, std::max<uint64_t>(size, 1), &out) || out >> 63 != 0) return std::nullopt;
  return empty ? 0 : out;
}

}  // namespace persist::hdf5
