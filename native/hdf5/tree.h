// The B-trees of newer files, which find chunks, links, attributes and what is too large for a heap.
#pragma once

#include <functional>
#include <optional>

#include "hdf5/claims.h"
#include "hdf5/cursor.h"
#include "hdf5/metadata.h"

namespace persist::hdf5 {

class Tree {
 public:
  using IsRecordSize = std::function<bool(uint64_t size_bytes)>;
  using Visit = std::function<void(Cursor record)>;

  /** Looks at the head of one whose records are of a kind. Throws CORRUPT. */
  Tree(uint64_t address, unsigned kind, const IsRecordSize& is_record_size, const Metadata& file);

  /**
   * Goes through the nodes, in any order: the library takes as many records from one as its parent says,
   * whether or not there is room, and makes room for as many as the head says. Leaves are read only where
   * somebody wants their records. Throws CORRUPT.
   */
  void Walk(const Visit& visit) const { Walk(visit, {}); }

  /** The same for the nodes alone in which the library looks for a hash, with which records begin. */
  void WalkTo(uint32_t hash, const Visit& visit) const {
    Walk(visit, {.key_bytes = sizeof hash, .only = hash});
  }

  /** Goes through all, whose records must be in the order of the numbers that they begin with; claims the
   * nodes. */
  void WalkInOrder(size_t key_bytes, const Visit& visit, Claims& claims) const;

 private:
  struct Node {
    uint64_t address;
    uint64_t records;
    size_t height;       // above the leaves
    uint64_t least = 0;  // of the keys in it and beneath it
    uint64_t most = ~uint64_t{0};
  };

  /** What is looked at besides. */
  struct Look {
    size_t key_bytes = 0;  // that records begin with
    std::optional<uint64_t> only{};
    Claims* claims = nullptr;
  };

  /** How many records a node may have, and how pointers to its children are written. */
  struct Level {
    uint64_t most_records;
    uint64_t pointer_bytes;
  };

  void Walk(const Visit& visit, const Look& look) const;
  void FindLevels(uint64_t depth, const Cursor& head);
  Cursor Open(const Node& node, const std::string& bytes) const;

  const Metadata& file_;
  unsigned kind_;
  uint64_t address_;
  size_t head_bytes_ = 0;
  uint64_t node_bytes_ = 0;
  uint64_t record_bytes_ = 0;
  size_t count_bytes_ = 0;     // of the number of records in a child
  std::vector<Level> levels_;  // from the leaves up
  uint64_t total_records_ = 0;
  Node root_ = {};
};

}  // namespace persist::hdf5
