// DEFLATE and CRC-32 by fast libraries: whole blocks of memory in, whole streams out, several times as
// fast as zlib. Streams that are longer than memory should hold are read by array/stream.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "array/fastest.h"

struct libdeflate_compressor;
struct libdeflate_decompressor;

namespace persist::array {

/** What stands around a stream: nothing in zip files; zlib's two bytes and Adler-32 in HDF5's chunks. */
enum class Wrapper { kNone, kZlib };

/** The level of array/fastest.h. */
constexpr int kFastest = 1;

/** Compresses block after block. One for each thread: making one costs more than a small block. */
class Deflater {
 public:
  /** `level` is kFastest, or one of libdeflate's slower ones, 2 to 12. */
  explicit Deflater(Wrapper wrapper, int level = kFastest);

  /** Room that is always enough for `size` bytes, also for a part. */
  size_t Bound(size_t size) const;

  /** Makes a whole stream, and gives its length; 0 when it does not fit into `room` bytes. */
  size_t Compress(const void* from, size_t size, void* into, size_t room);

  /**
   * Makes a part of a longer stream without a wrapper, at kFastest: parts follow each other byte for byte,
   * and `kLastPart` ends them. `room` is at least `Bound(size)`. So one stream is made on many threads.
   */
  size_t CompressPart(const void* from, size_t size, void* into, size_t room);

 private:
  struct Free {
    void operator()(libdeflate_compressor* compressor) const;
  };
  size_t Wrap(const void* from, size_t size, void* into, size_t room);

  Wrapper wrapper_;
  std::unique_ptr<Fastest> fastest_;                         // at kFastest
  std::unique_ptr<libdeflate_compressor, Free> compressor_;  // at other levels
};

/** An empty last block. */
constexpr unsigned char kLastPart[] = {0x03, 0x00};

/** Decompresses streams whose length is known. One for each thread. */
class Inflater {
 public:
  enum class Result { kExact, kDamaged, kTooShort, kTooLong };

  Inflater();

  /** Fills `into` with exactly `size` bytes, never more. What follows the end of the stream is kDamaged. */
  Result Inflate(Wrapper wrapper, const void* from, size_t from_size, void* into, size_t size);

  /** The same for what may be shorter: sets how long it is. Never kTooShort. */
  Result InflateUpTo(Wrapper wrapper, const void* from, size_t from_size, void* into, size_t most,
                     size_t& size);

 private:
  struct Free {
    void operator()(libdeflate_decompressor* decompressor) const;
  };
  std::unique_ptr<libdeflate_decompressor, Free> decompressor_;
};

/** Continues a CRC-32, which begins with 0. */
uint32_t Crc32(uint32_t crc, const void* data, size_t size);

/** The CRC-32 of two pieces, the second of which is `second_size` bytes long. */
uint32_t JoinCrc32(uint32_t first, uint32_t second, uint64_t second_size);

/** Continues an Adler-32, which begins with 1. */
uint32_t Adler32(uint32_t adler, const void* data, size_t size);

/** The Adler-32 of two pieces, the second of which is `second_size` bytes long. */
uint32_t JoinAdler32(uint32_t first, uint32_t second, uint64_t second_size);

}  // namespace persist::array
