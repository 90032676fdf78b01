#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <new>
#include <stdexcept>

#include "array/fastest.h"

namespace persist::array {
namespace {

constexpr int kLevel = 1;
constexpr int kWindowBits = -15;  // the whole window, and nothing around the stream
constexpr int kMemoryLevel = 9;
/** The empty block that ends a part, and the block that zlib has begun before it. */
constexpr size_t kFlushBytes = 16;

}  // namespace

/** libdeflate makes whole streams only, zlib, which takes three times as long, parts as well. */
struct Fastest::State {
  State() : whole(libdeflate_alloc_compressor(kLevel)) {
    if (whole == nullptr) throw std::bad_alloc();
    if (deflateInit2(&parts, kLevel, Z_DEFLATED, kWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
      libdeflate_free_compressor(whole);
      throw std::bad_alloc();
    }
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    deflateEnd(&parts);
    libdeflate_free_compressor(whole);
  }

  libdeflate_compressor* whole;
  z_stream parts{};
};

Fastest::Fastest() : state_(std::make_unique<State>()) {}
Fastest::~Fastest() = default;

size_t Fastest::Bound(size_t size) const {
  return std::max<size_t>(libdeflate_deflate_compress_bound(state_->whole, size),
                          deflateBound(&state_->parts, static_cast<uLong>(size)) + kFlushBytes);
}

size_t Fastest::Compress(const void* from, size_t size, void* into, size_t room, bool is_whole) {
  if (is_whole) return libdeflate_deflate_compress(state_->whole, from, size, into, room);
  z_stream& stream = state_->parts;
  if (deflateReset(&stream) != Z_OK) throw std::logic_error("zlib refused to begin anew");
  stream.next_in = static_cast<Bytef*>(const_cast<void*>(from));  // which is only read
  stream.avail_in = In32Bits(size);
  stream.next_out = static_cast<Bytef*>(into);
  stream.avail_out = In32Bits(std::min<size_t>(room, UINT32_MAX));
  const uInt most = stream.avail_out;
  if (deflate(&stream, Z_SYNC_FLUSH) != Z_OK) throw std::logic_error("zlib refused to compress");
  // where some room is left nothing is left to be written
  return stream.avail_out == 0 ? 0 : most - stream.avail_out;
}

}  // namespace persist::array
