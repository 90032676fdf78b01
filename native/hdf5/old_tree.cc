#include "hdf5/old_tree.h"

#include <optional>
#include <string>
#include <vector>

#include "hdf5/cursor.h"

namespace persist::hdf5 {
namespace {

constexpr size_t kHeadBytes = 4 + 1 + 1 + 2;  // and the neighbours

}  // namespace

void WalkOld(const OldTree& tree, const Metadata& file, Claims& claims,
             const std::function<void(const OldTree::Child& child, bool is_leaf)>& visit) {
  const size_t width = file.widths().address_bytes;
  const uint64_t size_bytes =
      kHeadBytes + 2 * width + tree.most_children * width + (tree.most_children + 1) * tree.key_bytes;
  std::vector<uint64_t> level = {tree.address};
  for (std::optional<uint64_t> height; !level.empty();) {
    std::vector<uint64_t> below;
    for (size_t k = 0; k < level.size(); k++) {
      const std::string bytes = file.ReadUpTo(level[k], size_bytes);
      Cursor node(bytes, file.path());
      if (bytes.size() < size_bytes || !node.BeginsWith("TREE"))
        throw node.Corrupt("has a tree without a node");
      claims.Take(level[k], size_bytes);
      node.Skip(4);
      const uint64_t kind = node.Number(1);
      const uint64_t its_height = node.Number(1);
      const uint64_t children = node.Number(2);
      const uint64_t left = node.Number(width);
      const uint64_t right = node.Number(width);
      const bool is_sound = kind == tree.kind && its_height == height.value_or(its_height) &&
                            children <= tree.most_children && (children > 0 || its_height == 0) &&
                            left == (k > 0 ? level[k - 1] : file.nowhere()) &&
                            right == (k + 1 < level.size() ? level[k + 1] : file.nowhere());
      if (!is_sound) throw node.Corrupt("has a tree with a node that cannot be");
      height = its_height;
      for (uint64_t child = 0; child < children; child++) {
        const std::string_view before = node.Part(tree.key_bytes).bytes();
        const uint64_t address = node.Number(width);
        const std::string_view behind = node.bytes().substr(0, tree.key_bytes);
        visit({address, before, behind}, its_height == 0);
        if (its_height > 0) below.push_back(address);
      }
    }
    if (*height > 0) height = *height - 1;
    level = std::move(below);
  }
}

}  // namespace persist::hdf5
