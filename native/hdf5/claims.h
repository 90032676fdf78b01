// What of a file belongs to something that changes. The library frees what a removed dataset had, and fills
// it anew: what belongs to two things would be lost, and what is freed twice confuses it.
#pragma once

#include <map>

#include "hdf5/cursor.h"
#include "hdf5/extents.h"
#include "hdf5/metadata.h"

namespace persist::hdf5 {

class Claims {
 public:
  explicit Claims(const Metadata& file) : file_(file) { Take(0, file.superblock_bytes()); }

  /** Throws CORRUPT where something else has it, or the file has no such bytes. */
  void Take(uint64_t address, uint64_t size_bytes) {
    const uint64_t end = file_.size_bytes() - file_.base();
    if (address > end || size_bytes > end - address)
      throw Cursor({}, file_.path()).Corrupt("has parts beyond the end of the file");
    if (!taken_.Take(address, size_bytes))
      throw Cursor({}, file_.path()).Corrupt("has parts that belong to something else, too");
  }

  /** What was found of the objects that have been gone through, by their addresses. */
  std::map<uint64_t, bool> known;

 private:
  const Metadata& file_;
  Extents taken_;
};

}  // namespace persist::hdf5
