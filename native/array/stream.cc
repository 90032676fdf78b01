#include "array/stream.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace persist::array {

#ifdef __SSE2__

namespace {

constexpr size_t kLine = 64;              // of a cache, which the stores fill whole
constexpr size_t kWorthStreaming = 2048;  // bytes

}  // namespace

void CopyPastCaches(void* into, const void* from, size_t size_bytes) {
  auto* to = static_cast<char*>(into);
  const auto* source = static_cast<const char*>(from);
  if (size_bytes < kWorthStreaming) {
    std::memcpy(to, source, size_bytes);
    return;
  }
  const size_t start = (kLine - reinterpret_cast<uintptr_t>(to) % kLine) % kLine;
  std::memcpy(to, source, start);
  size_t done = start;
  for (; size_bytes - done >= kLine; done += kLine) {
    for (size_t part = done; part < done + kLine; part += sizeof(__m128i)) {
      const void* here = source + part;
      void* there = to + part;
      _mm_stream_si128(static_cast<__m128i*>(there), _mm_loadu_si128(static_cast<const __m128i*>(here)));
    }
  }
  _mm_sfence();  // these stores are seen by other threads in no order of their own
  std::memcpy(to + done, source + done, size_bytes - done);
}

#else

void CopyPastCaches(void* into, const void* from, size_t size_bytes) { std::memcpy(into, from, size_bytes); }

#endif

}  // namespace persist::array
