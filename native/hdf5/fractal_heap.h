// Heaps of newer files, in which many links or attributes lie: blocks in rows, which are twice as long from
// row to row.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "hdf5/claims.h"
#include "hdf5/metadata.h"

namespace persist::hdf5 {

class FractalHeap {
 public:
  /** Looks at the head of one whose keys are so long. Throws CORRUPT; UNSUPPORTED for one that is filtered.
   */
  FractalHeap(uint64_t address, size_t key_bytes, const Metadata& file);

  /** The bytes of the object that a key stands for. Throws CORRUPT where it does not lie in a block. */
  std::string Find(std::string_view key);

  /**
   * Goes through all blocks, and the lists of what is free in them, which the library believes when it puts
   * objects there. Throws CORRUPT.
   */
  void FindRoom(Claims& claims);

  /** Notes where the object of a key lies, which may be neither free nor another's. Throws CORRUPT. */
  void Take(std::string_view key);

 private:
  struct Block {
    uint64_t address;
    uint64_t start;  // in the heap
    uint64_t size_bytes;
  };

  /** A block that was looked at. */
  struct Held {
    uint64_t size_bytes;
    std::string bytes;
  };

  uint64_t RowBytes(uint64_t row) const { return row == 0 ? first_bytes_ : first_bytes_ << (row - 1); }
  uint64_t RowsIn(uint64_t block_bytes) const;
  Block BlockOf(uint64_t offset) const;
  const Held& Hold(const Block& block);
  std::pair<uint64_t, const Held&> HeldAt(uint64_t offset);
  uint64_t HeadBytes() const;
  uint64_t WalkBlocks(Claims& claims);
  void ReadRoom(Claims& claims);
  void TakeRoom(uint64_t start, uint64_t size_bytes);
  void CheckRows(Cursor rows, uint64_t start, uint64_t size_bytes);
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
  uint64_t address_bits_ = 0;
  uint64_t most_direct_bytes_ = 0;
  size_t head_bytes_ = 0;
  uint64_t room_at_ = 0;           // the lists of what is free
  uint64_t managed_bytes_ = 0;     // that all blocks have or would have
  uint64_t next_block_ = 0;        // where in the heap
  std::map<uint64_t, Held> held_;  // by where they begin in the heap
  uint64_t held_bytes_ = 0;
  /** By where they begin in the heap. */
  std::map<uint64_t, uint64_t> direct_;             // bytes
  std::map<uint64_t, std::vector<bool>> indirect_;  // which of their entries are there
  Extents used_;                                    // or free
  struct Place {
    uint64_t address;
    uint64_t size_bytes;
  };
  std::map<uint64_t, Place> large_;
};

}  // namespace persist::hdf5
