// CRC-32 of what lies in a file, for zip archives.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "os/control.h"

namespace persist::array {

struct FileRange {
  uint64_t offset;
  uint64_t size_bytes;
};

/**
 * The CRC-32 of each range of a file. What was just written is read back from the page cache: the memory that
 * it came from belongs to JavaScript and must not be read here (os/write.h). Throws TRUNCATED, IO.
 */
std::vector<uint32_t> ChecksumRanges(const std::string& path, const std::vector<FileRange>& ranges,
                                     os::Control* control);

}  // namespace persist::array
