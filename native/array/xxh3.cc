#include "array/xxh3.h"

#define XXH_INLINE_ALL
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wcast-qual"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#include <xxhash.h>
#pragma GCC diagnostic pop

namespace persist::array {

struct Xxh3::State {
  XXH3_state_t hash;
};

Xxh3::Xxh3() : state_(std::make_unique<State>()) { XXH3_128bits_reset(&state_->hash); }
Xxh3::~Xxh3() = default;

void Xxh3::Update(const void* start, size_t size_bytes) {
  XXH3_128bits_update(&state_->hash, start, size_bytes);
}

std::string Xxh3::Digest() const {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&state_->hash));
  std::string out;
  out.reserve(2 * sizeof(canonical.digest));
  for (const unsigned char byte : canonical.digest) {
    out += "0123456789abcdef"[byte >> 4];
    out += "0123456789abcdef"[byte & 15];
  }
  return out;
}

uint64_t HashOf(const void* start, size_t size_bytes, uint64_t seed) {
  return XXH3_64bits_withSeed(start, size_bytes, seed);
}

}  // namespace persist::array
