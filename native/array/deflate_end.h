// Finds where a DEFLATE stream ends, to the bit, without decompressing it: libdeflate tells whole bytes only.
#pragma once

#include <cstddef>

namespace persist::array {

struct DeflateEnd {
  size_t last_block_bit;  // of the bit that marks the last block
  size_t end_bit;         // behind the last code
};

/** For streams that libdeflate has just made: throws std::logic_error for what is no whole stream. */
DeflateEnd FindDeflateEnd(const unsigned char* stream, size_t size);

}  // namespace persist::array
