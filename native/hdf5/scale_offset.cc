#include "hdf5/scale_offset.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "array/selection.h"
#include "hdf5/bits.h"

namespace persist::hdf5 {
namespace {

enum Parameter { kScale, kFactor, kCount, kClass, kSize, kSign, kOrder, kHasFill, kFill, kAll = 20 };
constexpr unsigned kInteger = 0;  // of the classes
constexpr unsigned kFloat = 1;
constexpr unsigned kDecimal = 0;  // of the scales: by powers of ten, of floating-point numbers
constexpr unsigned kWhole = 2;    // of integers
constexpr size_t kHead = 21;      // the bits of a number, and the least of them
constexpr size_t kLeastAt = 5;

/** How the numbers of a chunk are stored. */
struct Packing {
  unsigned bits;
  uint64_t least;
  bool has_fill;
  uint64_t fill;
  int exponent;  // of ten, by which floating-point numbers were multiplied
};

/** One number after the other, and what stands for it. */
template <typename Number, typename Unpack>
void Fill(Bits bits, const Packing& packing, Bytes& into, Unpack unpack) {
  const uint64_t highest = (uint64_t{1} << packing.bits) - 1;
  Number fill;
  std::memcpy(&fill, &packing.fill, sizeof fill);
  for (size_t at = 0; at < into.size(); at += sizeof(Number)) {
    const uint64_t stored = bits.Take(packing.bits);
    const Number number = packing.has_fill && stored == highest ? fill : unpack(stored);
    std::memcpy(into.data() + at, &number, sizeof number);
  }
}

template <typename Number>
void FillIntegers(Bits bits, const Packing& packing, Bytes& into) {
  Fill<Number>(bits, packing, into,
               [&](uint64_t stored) { return static_cast<Number>(stored + packing.least); });
}

template <typename Number, typename Integer>
void FillFloats(Bits bits, const Packing& packing, Bytes& into) {
  Number least;
  std::memcpy(&least, &packing.least, sizeof least);
  const Number power = std::pow(Number{10}, static_cast<Number>(packing.exponent));
  Fill<Number>(bits, packing, into, [&](uint64_t stored) {
    return static_cast<Number>(static_cast<Integer>(stored)) / power + least;
  });
}

/** Parameters that can be: numbers that there are types for, as many as fill a chunk. */
bool AreSound(const std::vector<unsigned>& parameters, size_t chunk_bytes) {
  if (parameters.size() != kAll) return false;
  const unsigned size_bytes = parameters[kSize];
  const bool is_integer = parameters[kClass] == kInteger && parameters[kScale] == kWhole &&
                          (size_bytes == 1 || size_bytes == 2 || size_bytes == 4 || size_bytes == 8) &&
                          static_cast<int>(parameters[kFactor]) <= static_cast<int>(8 * size_bytes);
  const bool is_float =
      parameters[kClass] == kFloat && parameters[kScale] == kDecimal && (size_bytes == 4 || size_bytes == 8);
  return (is_integer || is_float) && uint64_t{parameters[kCount]} * size_bytes == chunk_bytes;
}

}  // namespace

void UndoScaleOffset(const std::vector<unsigned>& parameters, const Bytes& stored, Bytes& into,
                     const std::string& path) {
  if (!AreSound(parameters, into.size())) throw CorruptChunk("has a scale and offset that cannot be", path);
  const unsigned width = parameters[kSize];
  const bool is_integer = parameters[kClass] == kInteger;
  if (is_integer && parameters[kFactor] == 8 * width) {
    if (stored.size() != into.size()) throw CorruptChunk("is not as long as its numbers", path);
    std::copy(stored.begin(), stored.end(), into.begin());
    return;
  }
  if (stored.size() < kHead) throw CorruptChunk("is too short for a scale and offset", path);
  Packing packing = {0, 0, parameters[kHasFill] == 1, parameters[kFill],
                     static_cast<int>(parameters[kFactor])};
  packing.fill |= uint64_t{parameters[kFill + 1]} << 32;
  std::memcpy(&packing.bits, stored.data(), sizeof packing.bits);
  std::memcpy(&packing.least, stored.data() + kLeastAt,
              std::min<size_t>(stored[kLeastAt - 1], sizeof packing.least));
  if (packing.bits > 8 * width ||
      uint64_t{parameters[kCount]} * packing.bits > 8 * uint64_t{stored.size() - kHead})
    throw CorruptChunk("has fewer bits than its numbers take", path);
  const Bits bits(stored.data() + kHead);
  if (packing.bits == 8 * width)
    std::copy_n(stored.begin() + kHead, into.size(), into.begin());
  else if (!is_integer && width == sizeof(float))
    FillFloats<float, int32_t>(bits, packing, into);
  else if (!is_integer)
    FillFloats<double, int64_t>(bits, packing, into);
  else if (width == 1)
    FillIntegers<uint8_t>(bits, packing, into);
  else if (width == 2)
    FillIntegers<uint16_t>(bits, packing, into);
  else if (width == 4)
    FillIntegers<uint32_t>(bits, packing, into);
  else
    FillIntegers<uint64_t>(bits, packing, into);
  if (parameters[kOrder] == 1) array::SwapBytes(into.data(), into.size(), width);
}

}  // namespace persist::hdf5
