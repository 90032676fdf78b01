// Strings in global heaps, where HDF5 keeps what has no fixed length. Read by ourselves: the library copies
// an object as long as the heap says into memory as long as the reference says, whether or not they agree.
#pragma once

#include <map>
#include <string_view>

#include "hdf5/collection.h"
#include "hdf5/cursor.h"
#include "hdf5/metadata.h"

namespace persist::hdf5 {

class Heap {
 public:
  explicit Heap(const Metadata& file) : file_(file) {}

  /** How many a reference in the file has: a length, an address and a number. */
  static size_t ReferenceBytes(const Widths& widths) { return 4 + widths.address_bytes + 4; }

  /** The bytes that a reference in the file stands for. Throws CORRUPT, IO. */
  std::string_view Get(Cursor reference);

  /** The object of a number in the collection at an address. Throws likewise. */
  std::string_view Find(uint64_t address, uint64_t number);

 private:
  const Collection& At(uint64_t address);

  const Metadata& file_;
  std::map<uint64_t, Collection> collections_;
};

}  // namespace persist::hdf5
