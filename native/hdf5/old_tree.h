// The B-trees of older files, which find the chunks of a dataset or the links of a group: between the
// children of a node stand keys.
#pragma once

#include <functional>
#include <string_view>

#include "hdf5/claims.h"
#include "hdf5/metadata.h"

namespace persist::hdf5 {

/** One whose nodes are of a kind. */
struct OldTree {
  enum Kind : uint64_t { kSymbols = 0, kChunks = 1 } kind;
  uint64_t address;
  size_t key_bytes;
  uint64_t most_children;

  struct Child {
    uint64_t address;
    std::string_view before;  // the key
    std::string_view behind;
  };
};

/**
 * Goes through the children of all leaves, in order, and claims the nodes. The neighbours of each node must
 * be what they are said to be. Throws CORRUPT.
 */
void WalkOld(const OldTree& tree, const Metadata& file, Claims& claims,
             const std::function<void(const OldTree::Child& child, bool is_leaf)>& visit);

}  // namespace persist::hdf5
