// The B-trees of newer files, which find chunks, links, attributes and what is too large for a heap.
#pragma once

#include <functional>
#include <optional>

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
  void Walk(const Visit& visit) const { Walk(visit, std::nullopt); }

  /** The same for the nodes alone in which the library looks for a hash, with which records begin. */
  void WalkTo(uint32_t hash, const Visit& visit) const { Walk(visit, hash); }

 private:
  struct Node {
    uint64_t address;
    uint64_t records;
    size_t height;  // above the leaves
  };

  /** How many records a node may have, and how pointers to its children are written. */
  struct Level {
    uint64_t most_records;
    uint64_t pointer_bytes;
  };

  void Walk(const Visit& visit, std::optional<uint32_t> hash) const;
  void FindLevels(uint64_t depth, const Cursor& head);
  Cursor Open(const Node& node, const std::string& bytes) const;

  const Metadata& file_;
  unsigned kind_;
  uint64_t node_bytes_ = 0;
  uint64_t record_bytes_ = 0;
  size_t count_bytes_ = 0;     // of the number of records in a child
  std::vector<Level> levels_;  // from the leaves up
  uint64_t total_records_ = 0;
  Node root_ = {};
};

}  // namespace persist::hdf5
