// Heaps of newer files, in which many links or attributes lie: blocks in rows, which are twice as long from
// row to row.
#pragma once

#include <map>
#include <set>

#include "hdf5/metadata.h"

namespace persist::hdf5 {

class FractalHeap {
 public:
  /** Looks at the head of one whose keys are so long. Throws CORRUPT; UNSUPPORTED for one that is filtered.
   */
  FractalHeap(uint64_t address, size_t key_bytes, const Metadata& file);

  /** The bytes of the object that a key stands for. Throws CORRUPT where it does not lie in a block. */
  std::string Find(std::string_view key);

 private:
  struct Block {
    uint64_t address;
    uint64_t start;  // in the heap
    uint64_t size_bytes;
  };

  uint64_t RowBytes(uint64_t row) const { return row == 0 ? first_bytes_ : first_bytes_ << (row - 1); }
  uint64_t RowsIn(uint64_t block_bytes) const;
  Block BlockOf(uint64_t offset) const;
  void CheckBlock(const Block& block);
  std::string FindLarge(uint64_t number);
  void ReadLarge();

  const Metadata& file_;
  uint64_t address_;
  bool has_sums_ = false;
  uint64_t large_at_ = 0;
  uint64_t width_ = 0;
  uint64_t first_bytes_ = 0;
  uint64_t direct_rows_ = 0;  // of those, blocks that hold objects
  size_t offset_bytes_ = 0;
  size_t length_bytes_ = 0;
  uint64_t root_ = 0;
  uint64_t rows_ = 0;
  std::set<uint64_t> checked_;
  struct Place {
    uint64_t address;
    uint64_t size_bytes;
  };
  std::map<uint64_t, Place> large_;
};

}  // namespace persist::hdf5
