#include "array/deflate.h"

#include <libdeflate.h>
#include <zlib.h>

#include <new>

#include "array/deflate_end.h"

namespace persist::array {
namespace {

/** An empty stored block: three bits, zeros to the next byte, and a length of 0 with its complement. */
constexpr size_t kStoredBits = 3;
constexpr unsigned char kStoredLength[] = {0x00, 0x00, 0xff, 0xff};
constexpr size_t kPartBytes = 1 + sizeof kStoredLength;

}  // namespace

void Deflater::Free::operator()(libdeflate_compressor* compressor) const {
  libdeflate_free_compressor(compressor);
}

Deflater::Deflater(Wrapper wrapper, int level)
    : wrapper_(wrapper), compressor_(libdeflate_alloc_compressor(level)) {
  if (compressor_ == nullptr) throw std::bad_alloc();
}

size_t Deflater::Bound(size_t size) const {
  return wrapper_ == Wrapper::kZlib ? libdeflate_zlib_compress_bound(compressor_.get(), size)
                                    : libdeflate_deflate_compress_bound(compressor_.get(), size) + kPartBytes;
}

size_t Deflater::Compress(const void* from, size_t size, void* into, size_t room) {
  return wrapper_ == Wrapper::kZlib ? libdeflate_zlib_compress(compressor_.get(), from, size, into, room)
                                    : libdeflate_deflate_compress(compressor_.get(), from, size, into, room);
}

size_t Deflater::CompressPart(const void* from, size_t size, void* into, size_t room) {
  if (size == 0) return 0;
  auto* out = static_cast<unsigned char*>(into);
  const size_t whole = libdeflate_deflate_compress(compressor_.get(), from, size, into, room - kPartBytes);
  // libdeflate ends every stream with a block that is marked as the last: take the mark away, and go on to a
  // whole byte.
  const DeflateEnd end = FindDeflateEnd(out, whole);
  out[end.last_block_bit / 8] &= static_cast<unsigned char>(~(1U << (end.last_block_bit % 8)));
  const size_t used = end.end_bit % 8;
  if (used != 0) out[end.end_bit / 8] &= static_cast<unsigned char>((1U << used) - 1);
  size_t at = (end.end_bit + 7) / 8;
  for (const size_t wanted = (end.end_bit + kStoredBits + 7) / 8; at < wanted; at++) out[at] = 0;
  for (const unsigned char byte : kStoredLength) out[at++] = byte;
  return at;
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
