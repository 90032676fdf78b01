#include "hdf5/index.h"

#include <bit>
#include <cstring>
#include <functional>
#include <string>

#include "hdf5/extents.h"
#include "hdf5/product.h"
#include "hdf5/tree.h"
#include "os/read.h"

namespace persist::hdf5 {
namespace {

constexpr uint64_t kUnlimited = ~uint64_t{0};
constexpr size_t kMostHead = 160;
constexpr uint64_t kFewChunks = uint64_t{1} << 18;  // which the index of a small file may be long for
constexpr uint64_t kMaskBytes = 4;                  // of a chunk's filters
constexpr uint64_t kLastGap = 1;                    // between names: there is none behind it

/** How many chunks the dataset may have; nothing where it may grow. */
std::optional<uint64_t> CountOf(const Said& said) {
  if (said.chunk.empty() || said.largest.size() + 1 != said.chunk.size()) return std::nullopt;
  std::vector<uint64_t> counts;
  for (size_t axis = 0; axis < said.largest.size(); axis++) {
    const uint64_t extent = said.largest[axis];
    if (extent == kUnlimited) return std::nullopt;
    counts.push_back(extent / said.chunk[axis] + (extent % said.chunk[axis] > 0 ? 1 : 0));
  }
  return Product(1, counts);
}

/** All chunks lie in one piece. */
void CheckImplicit(const Said& said, const Metadata& file) {
  const auto count = CountOf(said);
  const auto size_bytes = count ? Product(*count, said.chunk) : std::nullopt;
  if (!size_bytes || *size_bytes > file.size_bytes())
    throw os::Error("PERSIST_CORRUPT", file.path() + " has more chunks than it has room for", file.path());
}

/** What stands for a chunk in an array. Gives its bytes. */
uint64_t CheckElement(Cursor& head, const Said& said, const Widths& widths) {
  const uint64_t filtered = head.Number(1);
  const uint64_t size_bytes = head.Number(1);
  const uint64_t least = widths.address_bytes + (said.is_filtered ? 1 + kMaskBytes : 0);
  const uint64_t most = widths.address_bytes + (said.is_filtered ? 8 + kMaskBytes : 0);
  if (filtered != (said.is_filtered ? 1 : 0) || size_bytes < least || size_bytes > most)
    throw head.Corrupt("has an index of chunks of another kind");
  return size_bytes;
}

void CheckFixed(Cursor head, const Said& said, const Metadata& file) {
  const uint64_t element_bytes = CheckElement(head, said, file.widths());
  const uint64_t page_bits = head.Number(1);
  const uint64_t elements = head.Number(file.widths().length_bytes);
  const auto count = CountOf(said);
  if (page_bits == 0 || page_bits > 63 || !count || *count > elements ||
      elements > file.size_bytes() / element_bytes)
    throw head.Corrupt("has an index of another number of chunks");
}

void CheckExtensible(Cursor head, const Said& said, const Metadata& file) {
  CheckElement(head, said, file.widths());
  const uint64_t element_bits = head.Number(1);
  const uint64_t in_index = head.Number(1);
  const uint64_t in_block = head.Number(1);
  const uint64_t pointers = head.Number(1);
  const uint64_t page_bits = head.Number(1);
  head.Skip(4 * file.widths().length_bytes);
  const uint64_t used = head.Number(file.widths().length_bytes);
  uint64_t growing = 0;
  for (const uint64_t extent : said.largest) growing += extent == kUnlimited ? 1 : 0;
  if (growing != 1 || element_bits == 0 || element_bits > 64 || in_index == 0 ||
      !std::has_single_bit(in_block) || !std::has_single_bit(pointers) || pointers < 2 || page_bits == 0 ||
      page_bits > 63)
    throw head.Corrupt("has an index of chunks that cannot be");
  if (used > kFewChunks && used > file.size_bytes()) {
    throw os::Error("PERSIST_LIMIT", file.path() + " has an index of more chunks than there can be",
                    file.path());
  }
}

/** A tree that finds chunks, filtered or not. */
void CheckTree(uint64_t address, const Said& said, const Metadata& file) {
  enum : unsigned { kChunks = 10, kFilteredChunks = 11 };
  const uint64_t place = file.widths().address_bytes + 8 * (said.chunk.size() - 1);
  const auto is_record = [&](uint64_t size_bytes) {
    return said.is_filtered ? size_bytes > place + kMaskBytes && size_bytes <= place + kMaskBytes + 8
                            : size_bytes == place;
  };
  Tree(address, said.is_filtered ? kFilteredChunks : kChunks, is_record, file).Walk(nullptr);
}

/** What the head of the heap says in which an older group's names lie. */
struct NamesHead {
  uint64_t head_bytes;
  uint64_t size_bytes;  // of the names, and what is free between them
  uint64_t free_at;     // among them, the first of a list
  uint64_t data_at;
};

NamesHead ReadNamesHead(uint64_t address, const Metadata& file) {
  const Widths& widths = file.widths();
  const std::string start = file.ReadUpTo(address, kMostHead);
  Cursor head(start, file.path());
  if (!head.BeginsWith("HEAP")) throw head.Corrupt("has no index where one should be");
  head.Skip(4 + 1 + 3);
  NamesHead out = {};
  out.size_bytes = head.Number(widths.length_bytes);
  out.free_at = head.Number(widths.length_bytes);
  out.data_at = head.Number(widths.address_bytes);
  out.head_bytes = start.size() - head.rest();
  return out;
}

/** The library follows the list of what is free in circles. */
void CheckGaps(const NamesHead& names, const Metadata& file) {
  const Cursor nowhere({}, file.path());
  const size_t width = file.widths().length_bytes;
  if (names.size_bytes > file.size_bytes()) throw nowhere.Corrupt("has names that are longer than the file");
  uint64_t free_at = names.free_at;
  for (uint64_t most = names.size_bytes / (2 * width); free_at != kLastGap; most--) {
    if (most == 0 || free_at > names.size_bytes - 2 * width)
      throw nowhere.Corrupt("has names whose gaps cannot be");
    const std::string gap = file.ReadUpTo(names.data_at + free_at, 2 * width);
    free_at = Cursor(gap, file.path()).Number(width);
  }
}

constexpr size_t kOldHead = 4 + 1 + 1 + 2;  // and the neighbours

/** An older tree, of nodes of one kind: between its children stand keys. */
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

/** Goes through the children of all leaves, in order. The neighbours of each node must be what they are said
 * to be. */
void WalkOld(const OldTree& tree, const Metadata& file, Claims& claims,
             const std::function<void(const OldTree::Child& child, bool is_leaf)>& visit) {
  const size_t width = file.widths().address_bytes;
  const uint64_t size_bytes =
      kOldHead + 2 * width + tree.most_children * width + (tree.most_children + 1) * tree.key_bytes;
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

/** The names of an older group, and what is free between them. */
class NameHeap {
 public:
  NameHeap(uint64_t address, const Metadata& file, Claims& claims) : path_(file.path()) {
    const size_t width = file.widths().length_bytes;
    const NamesHead head = ReadNamesHead(address, file);
    bytes_ = file.ReadUpTo(head.data_at, head.size_bytes);
    claims.Take(address, head.head_bytes);
    claims.Take(head.data_at, head.size_bytes);
    if (bytes_.size() < head.size_bytes)
      throw Cursor({}, path_).Corrupt("has names beyond the end of the file");
    uint64_t free_at = head.free_at;
    // that they follow each other to an end was seen before
    while (free_at != kLastGap) {
      Cursor gap(std::string_view(bytes_).substr(free_at), path_);
      const uint64_t next = gap.Number(width);
      const uint64_t gap_bytes = gap.Number(width);
      if (gap_bytes < 2 * width) throw gap.Corrupt("has names whose gaps cannot be");
      Take(free_at, gap_bytes);
      gaps_.Take(free_at, gap_bytes);
      free_at = next;
    }
  }

  /** A name that begins there, with its end. */
  std::string_view At(uint64_t offset) const {
    if (offset >= bytes_.size()) throw Cursor({}, path_).Corrupt("has a name that is not among its names");
    Cursor from(std::string_view(bytes_).substr(offset), path_);
    const std::string_view whole = from.bytes();
    return whole.substr(0, from.Text());
  }

  /** The same for one that no other may be written over. */
  std::string_view Key(uint64_t offset) const {
    const std::string_view out = At(offset);
    if (gaps_.Overlap(offset, offset + out.size() + 1))
      throw Cursor({}, path_).Corrupt("has a key that is no name");
    return out;
  }

  /** The room of a name, or of what a link leads to: the library gives and takes whole words. */
  void TakeName(uint64_t offset, std::string_view name) {
    constexpr uint64_t kWord = 8;
    if (offset % kWord != 0) throw Cursor({}, path_).Corrupt("has a name between two words");
    Take(offset, (name.size() + kWord) / kWord * kWord);
  }

 private:
  void Take(uint64_t offset, uint64_t size_bytes) {
    const bool is_within = offset <= bytes_.size() && size_bytes <= bytes_.size() - offset;
    if (!is_within || !taken_.Take(offset, size_bytes))
      throw Cursor({}, path_).Corrupt("has names that lie over each other");
  }

  const std::string& path_;
  std::string bytes_;
  Extents taken_;
  Extents gaps_;
};

/** A leaf's links: their names in order, between its keys. */
void CheckLeaf(uint64_t address, std::string_view before, std::string_view last, NameHeap& names,
               const Metadata& file, Claims& claims) {
  enum : uint64_t { kNone = 0, kGroup = 1, kSoft = 2 };
  const Widths& widths = file.widths();
  const uint64_t most = 2 * file.ranks().symbols;
  const uint64_t link_bytes = widths.length_bytes + widths.address_bytes + 4 + 4 + 16;
  const std::string bytes = file.ReadUpTo(address, 8 + most * link_bytes);
  Cursor leaf(bytes, file.path());
  if (!leaf.BeginsWith("SNOD")) throw leaf.Corrupt("has a tree without a leaf");
  leaf.Skip(4 + 1 + 1);
  const uint64_t links = leaf.Number(2);
  if (links > most || leaf.rest() < most * link_bytes) throw leaf.Corrupt("has a leaf of another size");
  claims.Take(address, bytes.size());
  for (uint64_t k = 0; k < links; k++) {
    Cursor link = leaf.Part(link_bytes);
    const uint64_t name_at = link.Number(widths.length_bytes);
    const std::string_view name = names.At(name_at);
    if (name <= before || name > last) throw leaf.Corrupt("has names that are not in order");
    names.TakeName(name_at, name);
    before = name;
    link.Skip(widths.address_bytes);
    const uint64_t kind = link.Number(4);
    if (kind > kSoft) throw leaf.Corrupt("has a link of an unknown kind");
    link.Skip(4);
    if (kind == kSoft) {
      const uint64_t at = link.Number(4);
      const std::string_view target = names.At(at);
      if (target.empty()) throw leaf.Corrupt("has a link to nothing");
      names.TakeName(at, target);
    }
  }
}

}  // namespace

void CheckSymbols(const Symbols& symbols, const Metadata& file, Claims& claims) {
  const size_t key_bytes = file.widths().length_bytes;
  NameHeap names(symbols.heap, file, claims);
  // what the library takes for the key before the first name
  const std::string_view least = names.At(0);
  if (!least.empty()) throw Cursor({}, file.path()).Corrupt("has no empty name before its names");
  names.TakeName(0, least);
  const auto name_of = [&](std::string_view key) {
    return names.Key(Cursor(key, file.path()).Number(key_bytes));
  };
  const OldTree tree = {OldTree::kSymbols, symbols.tree, key_bytes, 2 * file.ranks().leaves};
  WalkOld(tree, file, claims, [&](const OldTree::Child& child, bool is_leaf) {
    const std::string_view before = name_of(child.before);
    const std::string_view last = name_of(child.behind);
    if (before > last) throw Cursor({}, file.path()).Corrupt("has names that are not in order");
    if (is_leaf) CheckLeaf(child.address, before, last, names, file, claims);
  });
}

void CheckSymbols(const Symbols& symbols, const Metadata& file) {
  const NamesHead names = ReadNamesHead(symbols.heap, file);
  CheckGaps(names, file);
  // With a zero at the heap's end every name has an end. Without one, which old libraries may have left so,
  // all names are looked at.
  const uint64_t last_at = names.data_at + names.size_bytes - 1;
  if (names.size_bytes == 0 || file.ReadUpTo(last_at, 1) == std::string(1, '\0')) return;
  Claims claims(file);
  CheckSymbols(symbols, file, claims);
}

void CheckChunkTree(uint64_t address, const Said& said, const Metadata& file, Claims& claims) {
  if (address == file.nowhere()) return;
  const size_t key_bytes = 4 + kMaskBytes + 8 * said.chunk.size();
  const OldTree tree = {OldTree::kChunks, address, key_bytes, 2 * file.ranks().chunks};
  WalkOld(tree, file, claims, [&](const OldTree::Child& child, bool is_leaf) {
    if (is_leaf) claims.Take(child.address, Cursor(child.before, file.path()).Number(4));
  });
}

void CheckIndex(const Index& index, const Said& said, const Metadata& file) {
  if (index.address == file.nowhere()) return;  // there is none yet
  const std::string start = file.ReadUpTo(index.address, kMostHead);
  const auto head = [&](const char* signature) {
    Cursor out(start, file.path());
    if (!out.BeginsWith(signature)) throw out.Corrupt("has no index where one should be");
    out.Skip(std::strlen(signature) + 1);  // and the version
    return out;
  };
  switch (index.kind) {
    case Index::kImplicit:
      return CheckImplicit(said, file);
    case Index::kFixed:
      return CheckFixed(head("FAHD"), said, file);
    case Index::kExtensible:
      return CheckExtensible(head("EAHD"), said, file);
    case Index::kChunkTree:
      return CheckTree(index.address, said, file);
  }
}

}  // namespace persist::hdf5
