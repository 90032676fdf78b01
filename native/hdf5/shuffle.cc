#include "hdf5/shuffle.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace persist::hdf5 {
namespace {

constexpr size_t kSide = 8;
/** Numbers whose bytes stay in the cache while all their parts are placed. */
constexpr size_t kBlock = 1024;

/** Exchanges rows and columns of 8 x 8 bytes, in squares of 4, 2 and 1. */
void Transpose(uint64_t (&rows)[kSide]) {
  constexpr uint64_t kLow[] = {0x00000000ffffffff, 0x0000ffff0000ffff, 0x00ff00ff00ff00ff};
  size_t step = 4;
  for (const uint64_t low : kLow) {
    for (size_t k = 0; k < kSide; k++) {
      if ((k & step) != 0) continue;
      const uint64_t a = rows[k];
      const uint64_t b = rows[k + step];
      rows[k] = (a & low) | (b & low) << (8 * step);
      rows[k + step] = (a >> (8 * step) & low) | (b & ~low);
    }
    step /= 2;
  }
}

/** Moves squares of 8 numbers and 8 of their bytes; gives how many numbers that were. */
template <bool kForward>
size_t MoveSquares(const unsigned char* from, unsigned char* into, size_t count, size_t width) {
  if (width % kSide != 0) return 0;
  const size_t whole = count - count % kSide;
  for (size_t k = 0; k < whole; k += kSide) {
    for (size_t part = 0; part < width; part += kSide) {
      uint64_t rows[kSide];
      for (size_t row = 0; row < kSide; row++)
        std::memcpy(&rows[row], from + (kForward ? (k + row) * width + part : (part + row) * count + k),
                    kSide);
      Transpose(rows);
      for (size_t row = 0; row < kSide; row++)
        std::memcpy(into + (kForward ? (part + row) * count + k : (k + row) * width + part), &rows[row],
                    kSide);
    }
  }
  return whole;
}

template <bool kForward>
void Move(const unsigned char* from, unsigned char* into, size_t size, size_t width) {
  const size_t count = size / width;
  for (size_t block = MoveSquares<kForward>(from, into, count, width); block < count; block += kBlock) {
    const size_t end = std::min(count, block + kBlock);
    for (size_t part = 0; part < width; part++) {
      for (size_t k = block; k < end; k++) {
        if constexpr (kForward)
          into[part * count + k] = from[k * width + part];
        else
          into[k * width + part] = from[part * count + k];
      }
    }
  }
  std::memcpy(into + count * width, from + count * width, size - count * width);
}

}  // namespace

void Shuffle(const unsigned char* from, unsigned char* into, size_t size, size_t width) {
  Move<true>(from, into, size, width);
}

void Unshuffle(const unsigned char* from, unsigned char* into, size_t size, size_t width) {
  Move<false>(from, into, size, width);
}

}  // namespace persist::hdf5
