#include "hdf5/index.h"

#include <bit>
#include <cstring>
#include <string>

#include "hdf5/old_tree.h"
#include "hdf5/product.h"
#include "hdf5/tree.h"
#include "os/read.h"

namespace persist::hdf5 {
namespace {

constexpr uint64_t kUnlimited = ~uint64_t{0};
constexpr size_t kMostHead = 160;
constexpr uint64_t kFewChunks = uint64_t{1} << 18;  // which the index of a small file may be long for
constexpr uint64_t kMaskBytes = 4;                  // of a chunk's filters

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

}  // namespace

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
