#include "array/parted_stream.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>

#include "array/deflate.h"
#include "array/parallel.h"
#include "os/read.h"

namespace persist::array {

bool PartedStream::Fits(const Deflated& stream) {
  if (stream.part_bytes == 0 || stream.head_bytes > stream.size_bytes) return false;
  const uint64_t elements = stream.size_bytes - stream.head_bytes;
  const uint64_t wanted = elements / stream.part_bytes + (elements % stream.part_bytes == 0 ? 0 : 1);
  const uint64_t stored = std::accumulate(stream.parts.begin(), stream.parts.end(), uint64_t{0});
  return stream.parts.size() == wanted && stored == stream.stored_bytes;
}

PartedStream::PartedStream(int fd, const Deflated& stream, const std::string& file)
    : fd_(fd), stream_(stream), file_(file) {
  starts_.reserve(stream.parts.size() + 1);
  uint64_t at = stream.start;
  for (const uint32_t size : stream.parts) {
    starts_.push_back(at);
    at += size;
  }
  starts_.push_back(at);
}

uint64_t PartedStream::raw_start(size_t k) const {
  return k == 0 ? 0 : std::min(stream_.head_bytes + k * stream_.part_bytes, stream_.size_bytes);
}

void PartedStream::Inflate(size_t k, void* into) const {
  const auto size = static_cast<size_t>(starts_[k + 1] - starts_[k]);
  const auto packed = std::make_unique_for_overwrite<unsigned char[]>(size + sizeof kLastPart);
  os::ReadRange(fd_, starts_[k], packed.get(), size, nullptr, file_);
  const bool last = k + 1 == count();
  // with an empty last block behind it each part is a stream by itself
  std::memcpy(packed.get() + size, kLastPart, sizeof kLastPart);
  Inflater inflater;
  const auto room = static_cast<size_t>(raw_start(k + 1) - raw_start(k));
  const auto result =
      inflater.Inflate(Wrapper::kNone, packed.get(), last ? size : size + sizeof kLastPart, into, room);
  if (result != Inflater::Result::kExact) throw DamagedStream(file_, "is damaged");
}

void PartedStream::InflateAll(void* into, os::Control* control) const {
  std::vector<uint32_t> sums(count());
  OnAllCores(count(), [&](size_t k) {
    const auto size = static_cast<size_t>(raw_start(k + 1) - raw_start(k));
    auto* to = static_cast<char*>(into) + raw_start(k) - (k == 0 ? 0 : stream_.head_bytes);
    if (k == 0) {
      const auto first = std::make_unique_for_overwrite<char[]>(size);
      Inflate(k, first.get());
      sums[k] = Crc32(0, first.get(), size);
      std::memcpy(to, first.get() + stream_.head_bytes, size - stream_.head_bytes);
    } else {
      Inflate(k, to);
      sums[k] = Crc32(0, to, size);
    }
    if (control != nullptr) control->Advance(size);
  });
  uint32_t sum = 0;
  for (size_t k = 0; k < count(); k++) sum = JoinCrc32(sum, sums[k], raw_start(k + 1) - raw_start(k));
  if (sum != stream_.crc.value_or(sum)) throw WrongSum(file_);
}

void PartedSource::Read(uint64_t offset, void* into, size_t size) {
  auto* to = static_cast<char*>(into);
  // parts but the first are of one size; the first is found by looking
  for (size_t k = part_ == SIZE_MAX || offset < stream_.raw_start(part_) ? 0 : part_; size > 0; k++) {
    if (k == stream_.count()) throw DamagedStream(stream_.file(), "ends too early");
    const uint64_t end = stream_.raw_start(k + 1);
    if (offset >= end) continue;
    if (k != part_) {
      bytes_.resize(static_cast<size_t>(end - stream_.raw_start(k)));
      stream_.Inflate(k, bytes_.data());
      part_ = k;
    }
    const auto piece = static_cast<size_t>(std::min<uint64_t>(size, end - offset));
    std::memcpy(to, bytes_.data() + (offset - stream_.raw_start(k)), piece);
    to += piece;
    offset += piece;
    size -= piece;
  }
}

}  // namespace persist::array
