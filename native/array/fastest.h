// Raw DEFLATE at the fastest level, whole or in parts: by ISA-L where it is there (fastest_isal.cc),
// elsewhere by libdeflate and zlib (fastest_portable.cc).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>

namespace persist::array {

/** Compresses block after block. */
class Fastest {
 public:
  Fastest();
  ~Fastest();

  /** Room that is always enough for `size` bytes, also for a part. */
  size_t Bound(size_t size) const;

  /**
   * Makes a stream, or a part of one, which ends with an empty stored block at a whole byte. Gives its
   * length; 0 when it does not fit into `room` bytes. Throws std::length_error for 4 GiB or more.
   */
  size_t Compress(const void* from, size_t size, void* into, size_t room, bool is_whole);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/** A size for the libraries behind it, which count in 32 bits. */
inline uint32_t In32Bits(size_t size) {
  if (size > UINT32_MAX) throw std::length_error("4 GiB or more to compress at once");
  return static_cast<uint32_t>(size);
}

}  // namespace persist::array
