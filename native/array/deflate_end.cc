#include "array/deflate_end.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace persist::array {
namespace {

constexpr unsigned kLongestCode = 15;
constexpr size_t kLiterals = 288;
constexpr size_t kDistances = 32;
constexpr unsigned kEndOfBlock = 256;

/** What a table says of the bits that come: how many to skip (a code and what follows it, or two literals),
 * and what it was. */
constexpr uint8_t kBits = 0x3f;
constexpr uint8_t kMatch = 0x40;
constexpr uint8_t kEnd = 0x80;

/** Reads the stream's bits, the least significant of each byte first. */
class Bits {
 public:
  Bits(const unsigned char* data, size_t size) : data_(data), size_(size) {}

  /** The next bits, at least so many of them; zeros beyond the end. */
  static constexpr unsigned kPeeked = 56;
  uint64_t Peek() const {
    const size_t byte = at_ / 8;
    uint64_t out = 0;
    if (byte + sizeof out <= size_)
      std::memcpy(&out, data_ + byte, sizeof out);
    else if (byte < size_)
      std::memcpy(&out, data_ + byte, size_ - byte);
    return out >> (at_ % 8);
  }
  unsigned Take(unsigned count) {
    const auto out = static_cast<unsigned>(Peek() & ((1U << count) - 1));
    at_ += count;
    return out;
  }
  void Skip(size_t count) { at_ += count; }
  void ToByte() { at_ = (at_ + 7) / 8 * 8; }
  size_t at() const { return at_; }
  void Check() const {
    if (at_ > size_ * 8) throw std::logic_error("a DEFLATE stream without an end");
  }

 private:
  const unsigned char* data_;
  size_t size_;
  size_t at_ = 0;
};

/** From the next bits to what to do: indexed by as many bits as the longest code has. */
struct Table {
  unsigned index_bits = 1;
  std::vector<uint8_t> entries;

  uint8_t operator[](uint64_t bits) const { return entries[bits & ((1U << index_bits) - 1)]; }
};

/** `entry(symbol, length)` says what to do on a symbol whose code has that length. */
template <typename Entry>
void Fill(Table& table, const uint8_t* lengths, size_t count, Entry entry) {
  std::array<unsigned, kLongestCode + 2> next{};
  table.index_bits = 1;
  for (size_t k = 0; k < count; k++) {
    if (lengths[k] == 0) continue;
    next[lengths[k] + 1U]++;
    if (lengths[k] > table.index_bits) table.index_bits = lengths[k];
  }
  // the canonical code: all codes of one length follow those of the length before
  for (unsigned length = 1, code = 0; length <= kLongestCode; length++) {
    const unsigned mine = next[length + 1];
    next[length] = code;
    code = (code + mine) << 1;
  }
  table.entries.assign(size_t{1} << table.index_bits, 1);
  for (size_t symbol = 0; symbol < count; symbol++) {
    const unsigned length = lengths[symbol];
    if (length == 0) continue;
    const unsigned code = next[length]++;
    unsigned reversed = 0;
    for (unsigned k = 0; k < length; k++) reversed |= ((code >> k) & 1U) << (length - 1 - k);
    const uint8_t what = entry(symbol, length);
    for (size_t k = reversed; k < table.entries.size(); k += size_t{1} << length) table.entries[k] = what;
  }
}

uint8_t LiteralEntry(size_t symbol, unsigned length) {
  if (symbol < kEndOfBlock) return static_cast<uint8_t>(length);
  if (symbol == kEndOfBlock) return static_cast<uint8_t>(kEnd | length);
  const size_t extra = symbol < 265 || symbol >= 285 ? 0 : (symbol - 261) / 4;
  return static_cast<uint8_t>(kMatch | (length + extra));
}

uint8_t DistanceEntry(size_t symbol, unsigned length) {
  return static_cast<uint8_t>(length + (symbol < 4 ? 0 : symbol / 2 - 1));
}

/** Two literals whose codes are both in the index are one step. */
void PairLiterals(Table& table) {
  const std::vector<uint8_t> single = table.entries;
  for (size_t k = 0; k < single.size(); k++) {
    const unsigned first = single[k];
    if (first > kBits) continue;
    const unsigned second = single[k >> first];
    if (second <= kBits && first + second <= table.index_bits)
      table.entries[k] = static_cast<uint8_t>(first + second);
  }
}

void ReadFixedCodes(Table& literals, Table& distances) {
  std::array<uint8_t, kLiterals> lengths;
  for (size_t k = 0; k < kLiterals; k++) lengths[k] = k < 144 ? 8 : k < 256 ? 9 : k < 280 ? 7 : 8;
  Fill(literals, lengths.data(), kLiterals, LiteralEntry);
  lengths.fill(5);
  Fill(distances, lengths.data(), kDistances, DistanceEntry);
}

void ReadDynamicCodes(Bits& bits, Table& literals, Table& distances) {
  static constexpr uint8_t kOrder[] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
  const size_t literal_count = bits.Take(5) + 257;
  const size_t distance_count = bits.Take(5) + 1;
  const size_t code_count = bits.Take(4) + 4;
  std::array<uint8_t, 19> code_lengths{};
  for (size_t k = 0; k < code_count; k++) code_lengths[kOrder[k]] = static_cast<uint8_t>(bits.Take(3));
  // the entry here holds both: the symbol above, the code's length (at most 7) below
  Table codes;
  Fill(codes, code_lengths.data(), code_lengths.size(),
       [](size_t symbol, unsigned length) { return static_cast<uint8_t>(symbol << 3 | length); });
  std::array<uint8_t, kLiterals + kDistances> lengths{};
  const size_t count = literal_count + distance_count;
  if (count > lengths.size()) throw std::logic_error("a DEFLATE block with too many codes");
  for (size_t k = 0; k < count;) {
    const uint8_t entry = codes[bits.Peek()];
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
  Fill(literals, lengths.data(), literal_count, LiteralEntry);
  Fill(distances, lengths.data() + literal_count, distance_count, DistanceEntry);
}

void SkipCodes(Bits& bits, const Table& literals, const Table& distances) {
  for (;;) {
    // literals, as many as one look at the bits is good for: most of numbers' bytes are literals
    uint64_t next = bits.Peek();
    unsigned used = 0;
    uint8_t entry = literals[next];
    for (; entry <= kBits && used + kLongestCode <= Bits::kPeeked; entry = literals[next]) {
      next >>= entry;
      used += entry;
    }
    bits.Skip(used);
    bits.Check();
    if (entry <= kBits) continue;
    next = bits.Peek();
    entry = literals[next];
    const unsigned count = entry & kBits;
    bits.Skip(count);
    if (entry & kEnd) return;
    if (entry & kMatch) bits.Skip(distances[next >> count] & kBits);
  }
}

}  // namespace

DeflateEnd FindDeflateEnd(const unsigned char* stream, size_t size) {
  Bits bits(stream, size);
  Table literals;
  Table distances;
  for (;;) {
    const size_t start = bits.at();
    const bool last = bits.Take(1) == 1;
    const unsigned type = bits.Take(2);
    if (type == 0) {
      bits.ToByte();
      const size_t length = bits.Take(16);
      bits.Skip(16 + 8 * length);
    } else if (type == 3) {
      throw std::logic_error("a DEFLATE block of no known type");
    } else {
      if (type == 1)
        ReadFixedCodes(literals, distances);
      else
        ReadDynamicCodes(bits, literals, distances);
      PairLiterals(literals);
      SkipCodes(bits, literals, distances);
    }
    bits.Check();
    if (last) return {start, bits.at()};
  }
}

}  // namespace persist::array
