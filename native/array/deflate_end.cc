#include "array/deflate_end.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <stdexcept>

namespace persist::array {
namespace {

constexpr unsigned kLongestCode = 15;
constexpr size_t kLiterals = 288;
constexpr size_t kDistances = 32;
constexpr unsigned kEndOfBlock = 256;

/** What a table says of the bits that come: how many to skip (codes, and what follows the last of them), and
 * what that was. */
constexpr uint16_t kBits = 0x3f;
constexpr uint16_t kMatch = 0x40;
constexpr uint16_t kEnd = 0x80;
constexpr uint16_t kLong = 0x100;  // a code that is longer than the table looks

/** The stream's bits, the least significant of each byte first; zeros beyond the end. */
class Bits {
 public:
  Bits(const unsigned char* data, size_t size) : start_(data), next_(data), end_(data + size) {}

  /** At least so many bits are there after a refill. */
  static constexpr unsigned kRefilled = 56;
  void Refill() {
    uint64_t more = 0;
    const size_t rest = static_cast<size_t>(end_ - next_);
    if (rest >= sizeof more)
      std::memcpy(&more, next_, sizeof more);
    else
      std::memcpy(&more, next_, rest);
    bits_ |= more << left_;
    const unsigned taken = (63 - left_) / 8;
    if (rest >= sizeof more) {
      next_ += taken;
    } else {
      next_ += std::min<size_t>(taken, rest);
      beyond_ += taken - std::min<size_t>(taken, rest);
    }
    left_ |= kRefilled;
  }
  uint64_t bits() const { return bits_; }
  void Skip(unsigned count) {
    bits_ >>= count;
    left_ -= count;
  }
  unsigned Take(unsigned count) {
    Refill();
    const auto out = static_cast<unsigned>(bits_ & ((1U << count) - 1));
    Skip(count);
    return out;
  }
  /** Goes on behind `count` bytes that begin at the next whole one. */
  void SkipBytes(size_t count) {
    const size_t byte = (at() + 7) / 8 + count;
    Check(byte * 8);
    next_ = start_ + byte;
    bits_ = 0;
    left_ = 0;
  }
  size_t at() const { return 8 * (static_cast<size_t>(next_ - start_) + beyond_) - left_; }
  /** Throws when what was skipped is beyond the end. */
  void Check() const {
    if (beyond_ > 0) Check(at());
  }

 private:
  void Check(size_t bit) const {
    if (bit > 8 * static_cast<size_t>(end_ - start_))
      throw std::logic_error("a DEFLATE stream without an end");
  }

  const unsigned char* start_;
  const unsigned char* next_;
  const unsigned char* end_;
  size_t beyond_ = 0;  // bytes of zeros
  uint64_t bits_ = 0;
  unsigned left_ = 0;  // of them, that are known to be there
};

/** From the next bits to what to do: most codes are found by `kIndex` bits, the others one by one. */
template <unsigned kIndex>
class Table {
 public:
  /** `entry(symbol, length)` says what to do on a symbol whose code has that length. */
  template <typename Entry>
  void Fill(const uint8_t* lengths, size_t count, Entry entry) {
    std::array<unsigned, kLongestCode + 2> many{};
    for (size_t k = 0; k < count; k++) many[lengths[k]]++;
    many[0] = 0;
    // the canonical code: all codes of one length follow those of the length before
    std::array<unsigned, kLongestCode + 2> next{};
    for (unsigned length = 1; length <= kLongestCode; length++) {
      next[length] = (next[length - 1] + many[length - 1]) << 1;
      first_[length] = static_cast<uint16_t>(next[length]);
      place_[length] = static_cast<uint16_t>(place_[length - 1] + many[length - 1]);
      many_[length] = static_cast<uint16_t>(many[length]);
    }
    entries_.fill(kLong);
    for (size_t symbol = 0; symbol < count; symbol++) {
      const unsigned length = lengths[symbol];
      if (length == 0) continue;
      const unsigned code = next[length]++;
      const uint16_t what = entry(symbol, length);
      sorted_[place_[length] + code - first_[length]] = what;
      if (length > kIndex) continue;
      for (size_t k = Reversed(code) >> (16 - length); k < entries_.size(); k += size_t{1} << length) {
        entries_[k] = what;
        lengths_[k] = static_cast<uint8_t>(length);
      }
    }
  }

  uint16_t operator[](uint64_t bits) const { return entries_[bits & (entries_.size() - 1)]; }

  /** What is said of a long code. */
  uint16_t Find(uint64_t bits) const {
    const unsigned code = Reversed(static_cast<unsigned>(bits & 0xffff));
    for (unsigned length = kIndex + 1; length <= kLongestCode; length++) {
      const unsigned mine = (code >> (16 - length)) - first_[length];
      if (mine < many_[length]) return sorted_[place_[length] + mine];
    }
    throw std::logic_error("a DEFLATE stream with an unknown code");
  }

  /** Makes one step of literals, and of what comes behind them, whose codes are all within the index. */
  void Join() {
    const auto single = entries_;
    for (size_t k = 0; k < entries_.size(); k++) {
      uint16_t all = single[k];
      if (all > kBits) continue;
      unsigned used = all;
      for (;;) {
        const uint16_t next = single[k >> used];
        const unsigned code = used + lengths_[k >> used];
        if (next == kLong || code > kIndex) break;
        all = static_cast<uint16_t>(used + next);  // the flags are above the sum
        used = code;
        if (next > kBits) break;
      }
      entries_[k] = all;
    }
  }

 private:
  static unsigned Reversed(unsigned code) {
    code = (code & 0x5555U) << 1 | (code >> 1 & 0x5555U);
    code = (code & 0x3333U) << 2 | (code >> 2 & 0x3333U);
    code = (code & 0x0f0fU) << 4 | (code >> 4 & 0x0f0fU);
    return (code & 0xffU) << 8 | code >> 8;
  }

  std::array<uint16_t, size_t{1} << kIndex> entries_;
  std::array<uint8_t, size_t{1} << kIndex> lengths_{};  // of the codes
  // of codes of each length: the first one, how many, where they are in `sorted_`
  std::array<uint16_t, kLongestCode + 1> first_{};
  std::array<uint16_t, kLongestCode + 1> many_{};
  std::array<uint16_t, kLongestCode + 1> place_{};
  std::array<uint16_t, kLiterals> sorted_;
};

using Literals = Table<11>;
using Distances = Table<9>;

uint16_t LiteralEntry(size_t symbol, unsigned length) {
  if (symbol < kEndOfBlock) return static_cast<uint16_t>(length);
  if (symbol == kEndOfBlock) return static_cast<uint16_t>(kEnd | length);
  const size_t extra = symbol < 265 || symbol >= 285 ? 0 : (symbol - 261) / 4;
  return static_cast<uint16_t>(kMatch | (length + extra));
}

uint16_t DistanceEntry(size_t symbol, unsigned length) {
  return static_cast<uint16_t>(length + (symbol < 4 ? 0 : symbol / 2 - 1));
}

void ReadFixedCodes(Literals& literals, Distances& distances) {
  std::array<uint8_t, kLiterals> lengths;
  for (size_t k = 0; k < kLiterals; k++) lengths[k] = k < 144 ? 8 : k < 256 ? 9 : k < 280 ? 7 : 8;
  literals.Fill(lengths.data(), kLiterals, LiteralEntry);
  lengths.fill(5);
  distances.Fill(lengths.data(), kDistances, DistanceEntry);
}

void ReadDynamicCodes(Bits& bits, Literals& literals, Distances& distances) {
  static constexpr uint8_t kOrder[] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
  const size_t literal_count = bits.Take(5) + 257;
  const size_t distance_count = bits.Take(5) + 1;
  const size_t code_count = bits.Take(4) + 4;
  std::array<uint8_t, 19> code_lengths{};
  for (size_t k = 0; k < code_count; k++) code_lengths[kOrder[k]] = static_cast<uint8_t>(bits.Take(3));
  // the entry here holds both: the symbol above, the code's length (at most 7) below
  Table<7> codes;
  codes.Fill(code_lengths.data(), code_lengths.size(),
             [](size_t symbol, unsigned length) { return static_cast<uint16_t>(symbol << 3 | length); });
  std::array<uint8_t, kLiterals + kDistances> lengths{};
  const size_t count = literal_count + distance_count;
  if (count > lengths.size()) throw std::logic_error("a DEFLATE block with too many codes");
  for (size_t k = 0; k < count;) {
    bits.Refill();
    const uint16_t entry = codes[bits.bits()];
    if (entry == kLong) throw std::logic_error("a DEFLATE stream with an unknown code");
    bits.Skip(entry & 7U);
    const unsigned symbol = entry >> 3;
    size_t times = 1;
    uint8_t length = static_cast<uint8_t>(symbol);
    if (symbol >= 16) {
      times = symbol == 16 ? 3 + bits.Take(2) : symbol == 17 ? 3 + bits.Take(3) : 11 + bits.Take(7);
      length = symbol == 16 && k > 0 ? lengths[k - 1] : 0;
    }
    for (; times > 0 && k < count; times--) lengths[k++] = length;
  }
  literals.Fill(lengths.data(), literal_count, LiteralEntry);
  distances.Fill(lengths.data() + literal_count, distance_count, DistanceEntry);
}

void SkipCodes(Bits& from, const Literals& literals, const Distances& distances) {
  Bits bits = from;  // of this function alone: in registers
  bits.Refill();
  uint16_t entry = literals[bits.bits()];
  for (;;) {
    bits.Check();
    // the next look at the table does not wait for the refill
    if (entry <= kBits) {
      bits.Skip(entry);
      entry = literals[bits.bits()];
      bits.Refill();
      continue;
    }
    if (entry == kLong) entry = literals.Find(bits.bits());
    bits.Skip(entry & kBits);
    if (entry & kEnd) break;
    if (entry & kMatch) {
      uint16_t distance = distances[bits.bits()];
      if (distance == kLong) distance = distances.Find(bits.bits());
      bits.Skip(distance);
    }
    bits.Refill();
    entry = literals[bits.bits()];
  }
  from = bits;
}

}  // namespace

DeflateEnd FindDeflateEnd(const unsigned char* stream, size_t size) {
  Bits bits(stream, size);
  Literals literals;
  Distances distances;
  for (;;) {
    const size_t start = bits.at();
    const bool last = bits.Take(1) == 1;
    const unsigned type = bits.Take(2);
    if (type == 0) {
      bits.SkipBytes(0);
      const size_t length = bits.Take(16);
      bits.Take(16);
      bits.SkipBytes(length);
    } else if (type == 3) {
      throw std::logic_error("a DEFLATE block of no known type");
    } else {
      if (type == 1)
        ReadFixedCodes(literals, distances);
      else
        ReadDynamicCodes(bits, literals, distances);
      literals.Join();
      SkipCodes(bits, literals, distances);
    }
    bits.Check();
    if (last) return {start, bits.at()};
  }
}

}  // namespace persist::array
