#include "hdf5/filters.h"

#include <algorithm>

#include "hdf5/lzf.h"
#include "hdf5/n_bit.h"
#include "hdf5/scale_offset.h"
#include "hdf5/shuffle.h"
#include "hdf5/szip.h"

namespace persist::hdf5 {
namespace {

constexpr size_t kSumBytes = 4;
constexpr size_t kMostHead = 64;  // that other filters put before numbers

uint32_t LittleEndian(const unsigned char* bytes) {
  return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | static_cast<uint32_t>(bytes[3]) << 24;
}

bool IsSkipped(size_t filter, unsigned mask) { return filter < 32 && (mask >> filter & 1) != 0; }

}  // namespace

uint32_t Fletcher32(const unsigned char* data, size_t size_bytes) {
  constexpr size_t kBeforeOverflow = 360;
  uint32_t a = 0;
  uint32_t b = 0;
  const auto fold = [](uint32_t sum) { return (sum & 0xffff) + (sum >> 16); };
  for (size_t words = size_bytes / 2; words > 0;) {
    size_t run = std::min(words, kBeforeOverflow);
    words -= run;
    for (; run > 0; run--, data += 2) {
      a += static_cast<uint32_t>(data[0] << 8 | data[1]);
      b += a;
    }
    a = fold(a);
    b = fold(b);
  }
  if (size_bytes % 2 != 0) {
    a = fold(a + static_cast<uint32_t>(*data << 8));
    b = fold(b + a);
  }
  return fold(b) << 16 | fold(a);
}

Decoder::Length Decoder::LengthBefore(size_t filter, unsigned mask) const {
  Length out = {chunk_bytes_, true};
  for (size_t k = 0; k < filter; k++) {
    if (IsSkipped(k, mask) || filters_[k].id == H5Z_FILTER_SHUFFLE) continue;
    if (filters_[k].id == H5Z_FILTER_FLETCHER32)
      out.bytes += kSumBytes;
    else
      out = {out.bytes + out.bytes / 64 + kMostHead, false};
  }
  return out;
}

void Decoder::CheckSum(Bytes& chunk) const {
  if (chunk.size() < kSumBytes) throw CorruptChunk("is shorter than its checksum", path_);
  const size_t size = chunk.size() - kSumBytes;
  const uint32_t stored = LittleEndian(chunk.data() + size);
  const uint32_t found = Fletcher32(chunk.data(), size);
  // HDF5 before 1.6.3 wrote the bytes of each half in the other order
  const uint32_t old = (found & 0xff00ff) << 8 | (found >> 8 & 0xff00ff);
  if (stored != found && stored != old) throw CorruptChunk("has a wrong checksum (fletcher32)", path_);
  chunk.resize(size);
}

void Decoder::Inflate(Length length, const Bytes& stream) {
  using Result = array::Inflater::Result;
  other_.resize(length.bytes);
  size_t size = 0;
  const Result result = inflater_.InflateUpTo(array::Wrapper::kZlib, stream.data(), stream.size(),
                                              other_.data(), length.bytes, size);
  if (result == Result::kDamaged) throw CorruptChunk("has a damaged DEFLATE stream", path_);
  if (result == Result::kTooLong || (length.is_exact && size != length.bytes)) {
    throw CorruptChunk(
        "does not inflate to the " + std::to_string(length.bytes) + " bytes that it should have", path_);
  }
  other_.resize(size);
}

void Decoder::Unpack(Length length, const Bytes& stream) {
  other_.resize(length.bytes);
  const auto size = UnpackLzf(stream.data(), stream.size(), other_.data(), length.bytes);
  if (!size || (length.is_exact && *size != length.bytes)) {
    throw CorruptChunk("is no LZF of the " + std::to_string(length.bytes) + " bytes that it should have",
                       path_);
  }
  other_.resize(*size);
}

void Decoder::Undo(const Filter& filter, Length length, Bytes& chunk) {
  switch (filter.id) {
    case H5Z_FILTER_FLETCHER32:
      return CheckSum(chunk);
    case H5Z_FILTER_DEFLATE:
      Inflate(length, chunk);
      break;
    case kFilterLzf:
      Unpack(length, chunk);
      break;
    case H5Z_FILTER_SHUFFLE:
      if (filter.parameters.empty() || filter.parameters[0] <= 1) return;
      other_.resize(chunk.size());
      Unshuffle(chunk.data(), other_.data(), chunk.size(), filter.parameters[0]);
      break;
    default: {
      if (!length.is_exact) throw CorruptChunk("went through filters in an impossible order", path_);
      const auto undo = filter.id == H5Z_FILTER_SCALEOFFSET ? UndoScaleOffset
                        : filter.id == H5Z_FILTER_NBIT      ? UndoNBit
                                                            : UndoSzip;
      other_.resize(length.bytes);
      undo(filter.parameters, chunk, other_, path_);
    }
  }
  chunk.swap(other_);
}

void Decoder::Decode(Bytes& chunk, unsigned mask) {
  for (size_t k = filters_.size(); k-- > 0;)
    if (!IsSkipped(k, mask)) Undo(filters_[k], LengthBefore(k, mask), chunk);
  if (chunk.size() != chunk_bytes_) {
    throw CorruptChunk(
        "has " + std::to_string(chunk.size()) + " bytes in place of " + std::to_string(chunk_bytes_), path_);
  }
}

}  // namespace persist::hdf5
