#include "array/deflate.h"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <iterator>
#include <new>
#include <stdexcept>

namespace persist::array {
namespace {

/** zlib's: DEFLATE with a window of 32 KiB, by the fastest compressor (RFC 1950). Behind the stream stands an
 * Adler-32. */
constexpr unsigned char kZlibHead[] = {0x78, 0x01};
constexpr size_t kZlibTail = 4;

}  // namespace

void Deflater::Free::operator()(libdeflate_compressor* compressor) const {
  libdeflate_free_compressor(compressor);
}

Deflater::Deflater(Wrapper wrapper, int level) : wrapper_(wrapper) {
  if (level == kFastest) {
    fastest_ = std::make_unique<Fastest>();
    return;
  }
  compressor_.reset(libdeflate_alloc_compressor(level));
  if (compressor_ == nullptr) throw std::bad_alloc();
}

size_t Deflater::Bound(size_t size) const {
  if (fastest_ != nullptr) return fastest_->Bound(size) + sizeof kZlibHead + kZlibTail;
  return wrapper_ == Wrapper::kZlib ? libdeflate_zlib_compress_bound(compressor_.get(), size)
                                    : libdeflate_deflate_compress_bound(compressor_.get(), size);
}

size_t Deflater::Compress(const void* from, size_t size, void* into, size_t room) {
  if (fastest_ != nullptr)
    return wrapper_ == Wrapper::kZlib ? Wrap(from, size, into, room)
                                      : fastest_->Compress(from, size, into, room, true);
  return wrapper_ == Wrapper::kZlib ? libdeflate_zlib_compress(compressor_.get(), from, size, into, room)
                                    : libdeflate_deflate_compress(compressor_.get(), from, size, into, room);
}

size_t Deflater::CompressPart(const void* from, size_t size, void* into, size_t room) {
  if (size == 0) return 0;
  const size_t got = fastest_->Compress(from, size, into, room, false);
  if (got == 0) throw std::logic_error("a part of a DEFLATE stream did not fit");
  return got;
}

size_t Deflater::Wrap(const void* from, size_t size, void* into, size_t room) {
  auto* out = static_cast<unsigned char*>(into);
  if (room < sizeof kZlibHead + kZlibTail) return 0;
  std::copy(std::begin(kZlibHead), std::end(kZlibHead), out);
  out += sizeof kZlibHead;
  const size_t got = fastest_->Compress(from, size, out, room - sizeof kZlibHead - kZlibTail, true);
  if (got == 0) return 0;
  const uint32_t sum = Adler32(1, from, size);
  for (size_t k = 0; k < kZlibTail; k++)
    out[got + k] = static_cast<unsigned char>(sum >> (8 * (kZlibTail - 1 - k)));
  return sizeof kZlibHead + got + kZlibTail;
}

void Inflater::Free::operator()(libdeflate_decompressor* decompressor) const {
  libdeflate_free_decompressor(decompressor);
}

Inflater::Inflater() : decompressor_(libdeflate_alloc_decompressor()) {
  if (decompressor_ == nullptr) throw std::bad_alloc();
}

Inflater::Result Inflater::Inflate(Wrapper wrapper, const void* from, size_t from_size, void* into,
                                   size_t size) {
  size_t got = 0;
  const Result out = InflateUpTo(wrapper, from, from_size, into, size, got);
  return out == Result::kExact && got < size ? Result::kTooShort : out;
}

Inflater::Result Inflater::InflateUpTo(Wrapper wrapper, const void* from, size_t from_size, void* into,
                                       size_t most, size_t& size) {
  const auto inflate =
      wrapper == Wrapper::kZlib ? libdeflate_zlib_decompress_ex : libdeflate_deflate_decompress_ex;
  size_t used = 0;
  switch (inflate(decompressor_.get(), from, from_size, into, most, &used, &size)) {
    case LIBDEFLATE_SUCCESS:
      return used == from_size ? Result::kExact : Result::kDamaged;
    case LIBDEFLATE_INSUFFICIENT_SPACE:
      return Result::kTooLong;
    default:
      return Result::kDamaged;
  }
}

uint32_t Crc32(uint32_t crc, const void* data, size_t size) { return libdeflate_crc32(crc, data, size); }

uint32_t JoinCrc32(uint32_t first, uint32_t second, uint64_t second_size) {
  return static_cast<uint32_t>(::crc32_combine(first, second, static_cast<z_off_t>(second_size)));
}

uint32_t Adler32(uint32_t adler, const void* data, size_t size) {
  return libdeflate_adler32(adler, data, size);
}

uint32_t JoinAdler32(uint32_t first, uint32_t second, uint64_t second_size) {
  return static_cast<uint32_t>(::adler32_combine(first, second, static_cast<z_off_t>(second_size)));
}

}  // namespace persist::array
