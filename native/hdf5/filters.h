// What HDF5's filters do to the bytes of a chunk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "array/deflate.h"
#include "hdf5/bytes.h"
#include "hdf5/dataset.h"

namespace persist::hdf5 {

/** Undoes the filters of chunks, one after the other. One for each thread. */
class Decoder {
 public:
  /** A chunk is `chunk_bytes` long before any filter. `path` is for messages. */
  Decoder(const std::vector<Filter>& filters, size_t chunk_bytes, const std::string& path)
      : filters_(filters), chunk_bytes_(chunk_bytes), path_(path) {}

  /**
   * Turns what is stored into the chunk's bytes; `mask` has a bit for each filter that was left out. Throws
   * CORRUPT when a checksum is wrong, a stream damaged, or the result not exactly as long as a chunk.
   */
  void Decode(Bytes& chunk, unsigned mask);

 private:
  /** How long a chunk was before a filter: exactly so long, or at most. */
  struct Length {
    size_t bytes;
    bool is_exact;
  };
  Length LengthBefore(size_t filter, unsigned mask) const;
  void Undo(const Filter& filter, Length length, Bytes& chunk);
  void CheckSum(Bytes& chunk) const;
  /** These fill `other_` with what comes out of a stream. */
  void Inflate(Length length, const Bytes& stream);
  void Unpack(Length length, const Bytes& stream);

  const std::vector<Filter>& filters_;
  size_t chunk_bytes_;
  const std::string& path_;
  array::Inflater inflater_;
  Bytes other_;
};

/** HDF5's Fletcher-32 of memory. */
uint32_t Fletcher32(const unsigned char* data, size_t size_bytes);

}  // namespace persist::hdf5
