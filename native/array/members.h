// Writes arrays as the members of a zip file, with their CRC-32: as they are, or deflated on several threads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "os/write.h"

namespace persist::array {

/** What a member holds: an npy header, and elements of the caller's (os/write.h says how they may be
 * touched). */
struct Content {
  std::string head;
  os::Span data;

  uint64_t size_bytes() const { return head.size() + data.size_bytes; }
};

/** A member to be written as it is, at an offset. */
struct StoredMember {
  uint64_t offset;
  Content content;
};

/**
 * Writes members into an existing file, and gives the CRC-32 of each. A second thread reads what was just
 * written back from the page cache and sums it up: the memory that it came from must not be read here.
 */
std::vector<uint32_t> WriteStored(const std::string& path, const std::vector<StoredMember>& members,
                                  const os::How& how);

/** A member to be deflated. Its own header, of a known length, comes before it. */
struct MemberToDeflate {
  uint64_t lead_bytes;
  Content content;
};

/** Where a deflated member lies. */
struct DeflatedMember {
  uint64_t offset;
  uint64_t stored_bytes;
  uint32_t crc;
  uint32_t adler;               // zlib's checksum, where that stands around the stream
  std::vector<uint32_t> parts;  // stored bytes of each, where there are several
};

/** Bytes of elements in each part but the last. */
extern const size_t kPartBytes;

/**
 * Deflates members into an existing file, one after the other from `offset` on. Parts of 1 MiB are compressed
 * on all cores; memory holds a few of them at a time.
 */
std::vector<DeflatedMember> WriteDeflated(const std::string& path, uint64_t offset,
                                          const std::vector<MemberToDeflate>& members, const os::How& how);

}  // namespace persist::array
