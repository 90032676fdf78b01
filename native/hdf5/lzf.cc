#include "hdf5/lzf.h"

#include <cstring>

namespace persist::hdf5 {
namespace {

constexpr size_t kMostLiterals = 32;
constexpr size_t kLongReference = 7;  // a byte with the rest of its length follows
constexpr size_t kLeastReference = 2;

}  // namespace

std::optional<size_t> UnpackLzf(const unsigned char* packed, size_t packed_bytes, unsigned char* out,
                                size_t most_bytes) {
  size_t at = 0;
  size_t done = 0;
  while (at < packed_bytes) {
    const size_t control = packed[at++];
    if (control < kMostLiterals) {
      const size_t count = control + 1;
      if (count > packed_bytes - at || count > most_bytes - done) return std::nullopt;
      std::memcpy(out + done, packed + at, count);
      at += count;
      done += count;
      continue;
    }
    size_t count = control >> 5;
    if (packed_bytes - at < (count == kLongReference ? size_t{2} : size_t{1})) return std::nullopt;
    if (count == kLongReference) count += packed[at++];
    count += kLeastReference;
    const size_t distance = ((control & 0x1f) << 8 | packed[at++]) + 1;
    if (distance > done || count > most_bytes - done) return std::nullopt;
    // Byte by byte: where it reaches into what it writes, that repeats.
    for (const size_t end = done + count; done < end; done++) out[done] = out[done - distance];
  }
  return done;
}

}  // namespace persist::hdf5
