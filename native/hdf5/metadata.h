// The metadata of a file as they lie in it: what is looked at before the library is asked.
#pragma once

#include <cstdint>
#include <string>

namespace persist::hdf5 {

/** How many bytes numbers in a file take. */
struct Widths {
  size_t address_bytes = 8;
  size_t length_bytes = 8;
};

/** How many entries the nodes of older trees have at most: half of it. */
struct Ranks {
  uint64_t symbols = 4;  // in a leaf, of a group
  uint64_t leaves = 16;  // of a group, in a node
  uint64_t chunks = 32;  // in a node
};

class Metadata {
 public:
  Metadata(int fd, uint64_t size_bytes, std::string path)
      : fd_(fd), size_bytes_(size_bytes), path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  int fd() const { return fd_; }
  /** Of the file as it was opened, up to where its superblock says that it ends. */
  uint64_t size_bytes() const { return size_bytes_; }
  const Widths& widths() const { return widths_; }
  const Ranks& ranks() const { return ranks_; }
  void SetRanks(const Ranks& ranks) { ranks_ = ranks; }
  /** What addresses in the file count from: the end of the user block. */
  uint64_t base() const { return base_; }
  /** Bytes of the superblock, which begins there. */
  uint64_t superblock_bytes() const { return superblock_bytes_; }
  /** Whether the superblock has a block for a driver, which none has that lies in one file. */
  bool has_driver_block() const { return has_driver_block_; }
  /** The header of the root group. */
  uint64_t root() const { return root_; }
  /** The header of what the library decodes while it opens the file, too; nowhere for most. */
  uint64_t extension() const { return extension_; }
  /** The address of what there is none of. */
  uint64_t nowhere() const { return ~uint64_t{0} >> (64 - 8 * widths_.address_bytes); }

  /** Bytes from an address on, fewer where the file ends. Throws CORRUPT where there are none. */
  std::string ReadUpTo(uint64_t address, uint64_t most_bytes) const;

  /** Finds the superblock, and in it the rest. Throws FORMAT where there is none; CORRUPT, UNSUPPORTED. */
  void ReadSuperblock();

 private:
  int fd_;
  uint64_t size_bytes_;
  std::string path_;
  Widths widths_;
  Ranks ranks_;
  uint64_t base_ = 0;
  uint64_t superblock_bytes_ = 0;
  bool has_driver_block_ = false;
  uint64_t root_ = 0;
  uint64_t extension_ = 0;
};

}  // namespace persist::hdf5
