#include "hdf5/filters.h"

#include <algorithm>

#include "hdf5/lzf.h"
#include "hdf5/shuffle.h"

namespace persist::hdf5 {
namespace {

constexpr size_t kSumBytes = 4;

os::Error Corrupt(const std::string& what, const std::string& path) {
  return os::Error("PERSIST_CORRUPT", path + ": a chunk " + what, path);
}

uint32_t LittleEndian(const unsigned char* bytes) {
  return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | static_cast<uint32_t>(bytes[3]) << 24;
}

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

void Decoder::Inflate(const Bytes& stream) {
  const auto result =
      inflater_.Inflate(array::Wrapper::kZlib, stream.data(), stream.size(), other_.data(), other_.size());
  if (result == array::Inflater::Result::kExact) return;
  throw Corrupt(
      result == array::Inflater::Result::kDamaged
          ? "has a damaged DEFLATE stream"
          : "does not inflate to the " + std::to_string(other_.size()) + " bytes that it should have",
      path_);
}

void Decoder::Unpack(const Bytes& stream) {
  if (!UnpackLzf(stream.data(), stream.size(), other_.data(), other_.size()))
    throw Corrupt("is no LZF of the " + std::to_string(other_.size()) + " bytes that it should have", path_);
}

void Decoder::Decode(Bytes& chunk, unsigned mask) {
  const auto skipped = [&](size_t k) { return k < 32 && (mask >> k & 1) != 0; };
  for (size_t k = filters_.size(); k-- > 0;) {
    if (skipped(k)) continue;
    const Filter& filter = filters_[k];
    if (filter.id == H5Z_FILTER_FLETCHER32) {
      if (chunk.size() < kSumBytes) throw Corrupt("is shorter than its checksum", path_);
      const size_t size = chunk.size() - kSumBytes;
      const uint32_t stored = LittleEndian(chunk.data() + size);
      const uint32_t found = Fletcher32(chunk.data(), size);
      // HDF5 before 1.6.3 wrote the bytes of each half in the other order
      const uint32_t old = (found & 0xff00ff) << 8 | (found >> 8 & 0xff00ff);
      if (stored != found && stored != old) throw Corrupt("has a wrong checksum (fletcher32)", path_);
      chunk.resize(size);
    } else if (filter.id == H5Z_FILTER_DEFLATE || filter.id == kFilterLzf) {
      size_t size = chunk_bytes_;
      for (size_t before = 0; before < k; before++)
        if (filters_[before].id == H5Z_FILTER_FLETCHER32 && !skipped(before)) size += kSumBytes;
      other_.resize(size);
      if (filter.id == kFilterLzf)
        Unpack(chunk);
      else
        Inflate(chunk);
      chunk.swap(other_);
    } else if (!filter.parameters.empty() && filter.parameters[0] > 1) {
      other_.resize(chunk.size());
      Unshuffle(chunk.data(), other_.data(), chunk.size(), filter.parameters[0]);
      chunk.swap(other_);
    }
  }
  if (chunk.size() != chunk_bytes_) {
    throw Corrupt(
        "has " + std::to_string(chunk.size()) + " bytes in place of " + std::to_string(chunk_bytes_), path_);
  }
}

}  // namespace persist::hdf5
