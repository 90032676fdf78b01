// XXH3-128, the checksum of array data: not against malice, but against disks, cables and mistakes.
// https://github.com/Cyan4973/xxHash/blob/v0.8.1/doc/xxhash_spec.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace persist::array {

/** The checksum of bytes that come in pieces. */
class Xxh3 {
 public:
  Xxh3();
  ~Xxh3();
  void Update(const void* start, size_t size_bytes);

  /** 32 lower-case hexadecimal digits, the most significant first (XXH128's canonical form). */
  std::string Digest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/** XXH3 of 64 bits, for tables: without the seed nobody knows what meets in one place. */
uint64_t HashOf(const void* start, size_t size_bytes, uint64_t seed);

}  // namespace persist::array
