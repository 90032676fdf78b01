#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <stdexcept>

#include "array/fastest.h"

namespace persist::array {
namespace {

/** What is not compressed stands in blocks of up to 64 KiB with five bytes before each, and an empty one ends
 * a part. */
constexpr size_t kStoredBlock = 1 << 15;  // half of it, to be on the safe side
constexpr size_t kStoredLead = 5;
constexpr size_t kRest = 64;

}  // namespace

/** Each stream begins it anew. */
struct Fastest::State {
  isal_zstream stream;
  uint8_t tables[ISAL_DEF_LVL1_DEFAULT];
};

Fastest::Fastest() : state_(std::make_unique<State>()) {}
Fastest::~Fastest() = default;

size_t Fastest::Bound(size_t size) const { return size + (size / kStoredBlock + 1) * kStoredLead + kRest; }

size_t Fastest::Compress(const void* from, size_t size, void* into, size_t room, bool is_whole) {
  isal_zstream& stream = state_->stream;
  isal_deflate_init(&stream);
  stream.level = 1;
  stream.level_buf = state_->tables;
  stream.level_buf_size = sizeof state_->tables;
  stream.flush = is_whole ? NO_FLUSH : SYNC_FLUSH;
  stream.end_of_stream = is_whole ? 1 : 0;
  stream.next_in = static_cast<uint8_t*>(const_cast<void*>(from));  // which is only read
  stream.avail_in = In32Bits(size);
  stream.next_out = static_cast<uint8_t*>(into);
  stream.avail_out = In32Bits(std::min<size_t>(room, UINT32_MAX));
  const uint32_t most = stream.avail_out;
  if (isal_deflate(&stream) != COMP_OK) throw std::logic_error("ISA-L refused to compress");
  // where some room is left nothing is left to be written
  return stream.avail_out == 0 ? 0 : most - stream.avail_out;
}

}  // namespace persist::array
