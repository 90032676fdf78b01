// Reads small members of a zip file that lie as they are, many with one call of the system.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "array/zip_index.h"

namespace persist::array {

/** An npy file in a piece of the zip file. */
struct LittleMember {
  uint32_t start;      // in the piece
  uint32_t head_size;  // of its header, with what comes before
  uint32_t size;
  bool is_like_last;  // its header has the same bytes as that of the member before
};

/**
 * Reads members of up to `most` bytes into a piece of memory: the first of `entries`, which come in the order
 * of the file, and those close behind it. What is anything but plain ends the list, which may be empty: a
 * member that is compressed or not where it should be, that contradicts the directory or its checksum. Who
 * reads it by itself finds out what is wrong. Throws TRUNCATED, IO.
 */
std::vector<LittleMember> ReadLittle(int fd, const ZipIndex& index, std::span<const uint32_t> entries,
                                     size_t most, std::span<char> piece);

}  // namespace persist::array
