#include "hdf5/symbols.h"

#include <string>

#include "hdf5/extents.h"
#include "hdf5/old_tree.h"

namespace persist::hdf5 {
namespace {

constexpr size_t kMostHead = 40;
constexpr uint64_t kLastGap = 1;  // between names: there is none behind it

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

}  // namespace persist::hdf5
