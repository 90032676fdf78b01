#include "hdf5/metadata.h"

#include <algorithm>

#include "hdf5/cursor.h"
#include "os/read.h"

namespace persist::hdf5 {

std::string Metadata::ReadUpTo(uint64_t address, uint64_t most_bytes) const {
  if (base_ > size_bytes_ || address >= size_bytes_ - base_)
    throw os::Error("PERSIST_CORRUPT", path_ + " refers to what lies beyond its end", path_);
  std::string out(std::min(most_bytes, size_bytes_ - base_ - address), '\0');
  os::ReadRange(fd_, base_ + address, out.data(), out.size(), nullptr, path_);
  return out;
}

void Metadata::ReadSuperblock() {
  constexpr size_t kMostBytes = 128;
  constexpr size_t kWidest = sizeof(uint64_t);
  constexpr std::string_view kSignature = "\211HDF\r\n\032\n";
  constexpr uint64_t kFirstBlock = 512;  // of a user, who may have any power of two from here on
  std::string start;
  for (base_ = 0; base_ < size_bytes_; base_ = base_ == 0 ? kFirstBlock : 2 * base_) {
    start = ReadUpTo(0, kMostBytes);
    if (Cursor(start, path_).BeginsWith(kSignature)) break;
  }
  if (base_ >= size_bytes_) throw os::Error("PERSIST_FORMAT", path_ + " is not an HDF5 file", path_);
  Cursor head(start, path_);
  head.Skip(kSignature.size());
  const uint64_t version = head.Number(1);
  if (version > 3) {
    throw os::Error("PERSIST_UNSUPPORTED", path_ + " is an HDF5 file of a version that is not known", path_);
  }
  const bool is_old = version < 2;
  if (is_old) head.Skip(4);
  widths_ = {head.Number(1), head.Number(1)};
  for (const size_t width : {widths_.address_bytes, widths_.length_bytes}) {
    if (width == 2 || width == 4 || width == kWidest) continue;
    throw os::Error("PERSIST_UNSUPPORTED",
                    path_ + " has addresses or lengths of " + std::to_string(width) + " bytes", path_);
  }
  head.Skip(1);
  if (is_old) {
    ranks_.symbols = head.Number(2);
    ranks_.leaves = head.Number(2);
    head.Skip(4);
    if (version == 1) {
      ranks_.chunks = head.Number(2);
      head.Skip(2);
    }
  }
  const uint64_t written_base = head.Number(widths_.address_bytes);
  extension_ = head.Number(widths_.address_bytes);
  const uint64_t written_end = head.Number(widths_.address_bytes);
  // The library takes nothing for a part of the file that lies behind the end as it was written.
  if (written_end >= written_base)
    size_bytes_ = base_ + std::min(size_bytes_ - base_, written_end - written_base);
  if (is_old) {
    has_driver_block_ = head.Number(widths_.address_bytes) != nowhere();
    head.Skip(widths_.length_bytes);
  }
  root_ = head.Number(widths_.address_bytes);
  constexpr size_t kRootsRest = 4 + 4 + 16;  // of its entry
  constexpr size_t kSumBytes = 4;
  superblock_bytes_ = start.size() - head.rest() + (is_old ? kRootsRest : kSumBytes);
}

}  // namespace persist::hdf5
