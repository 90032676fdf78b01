#include "hdf5/lookup3.h"

#include <bit>
#include <cstring>

namespace persist::hdf5 {

uint32_t Lookup3(const char* data, size_t size_bytes) {
  uint32_t a = 0xdeadbeef + static_cast<uint32_t>(size_bytes);
  uint32_t b = a;
  uint32_t c = a;
  const auto add = [&](size_t count) {
    uint32_t words[3] = {};
    std::memcpy(words, data, count);
    a += words[0];
    b += words[1];
    c += words[2];
    data += count;
    size_bytes -= count;
  };
  const auto mix = [](uint32_t& x, uint32_t& y, uint32_t& z, int by) {
    x = (x - z) ^ std::rotl(z, by);
    z += y;
  };
  const auto finish = [](uint32_t& x, uint32_t y, int by) { x = (x ^ y) - std::rotl(y, by); };
  while (size_bytes > 12) {
    add(12);
    mix(a, b, c, 4);
    mix(b, c, a, 6);
    mix(c, a, b, 8);
    mix(a, b, c, 16);
    mix(b, c, a, 19);
    mix(c, a, b, 4);
  }
  if (size_bytes == 0) return c;
  add(size_bytes);
  finish(c, b, 14);
  finish(a, c, 11);
  finish(b, a, 25);
  finish(c, b, 16);
  finish(a, c, 4);
  finish(b, a, 14);
  finish(c, b, 24);
  return c;
}

}  // namespace persist::hdf5
