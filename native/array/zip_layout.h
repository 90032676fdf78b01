// Lays the entries of a zip file out and makes their records, with zip64 where a number needs it. Knows
// nothing of what the entries hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace persist::array {

/** An entry of a zip file that is written. */
struct ZipEntry {
  std::string name;  // UTF-8
  uint64_t size_bytes;
  uint64_t stored_bytes;  // in the file
  bool deflated;
  uint32_t crc;
  // Of a stream that was made in parts, which can be read one by one:
  uint32_t part_bytes = 0;
  std::vector<uint32_t> parts;  // stored bytes of each
  // Where it lies:
  uint64_t header_offset = 0;
  uint64_t offset = 0;      // of its first byte
  bool has_header = false;  // its local header was written with it
};

class ZipLayout {
 public:
  /** npy headers are a multiple of this long, so that elements begin at one, too. */
  static constexpr uint64_t kAlignment = 64;

  // Both throw LIMIT for a name that is too long.
  /** Places an entry behind those before it, its first byte at a multiple of the alignment, and gives it. */
  ZipEntry& Place(ZipEntry entry);
  /** Adds an entry whose bytes begin at `offset`, with a local header right before. */
  void Add(ZipEntry entry, uint64_t offset);

  const std::vector<ZipEntry>& entries() const { return entries_; }
  ZipEntry& at(size_t k) { return entries_.at(k); }
  /** Behind the last entry. */
  uint64_t end() const {
    return entries_.empty() ? 0 : entries_.back().offset + entries_.back().stored_bytes;
  }

  /** Bytes of a local header without padding. */
  static size_t HeaderSize(const ZipEntry& entry);
  /** Writes a local header into zeros: all from `header_offset` to `offset`. */
  static void WriteHeader(const ZipEntry& entry, char* into);
  /** The central directory and the end records, which come after the last entry. */
  std::string Directory() const;

 private:
  std::vector<ZipEntry> entries_;
};

}  // namespace persist::array
