#include "hdf5/index.h"

#include <bit>
#include <string>

#include "hdf5/product.h"
#include "os/read.h"

namespace persist::hdf5 {
namespace {

constexpr uint64_t kUnlimited = ~uint64_t{0};
constexpr size_t kMostHead = 4 + 3 + 6 + 8 * 7;
constexpr uint64_t kFewChunks = uint64_t{1} << 18;  // which the index of a small file may be long for
constexpr uint64_t kMaskBytes = 4;                  // of a chunk's filters
constexpr uint64_t kNodeBytes = 4 + 1 + 1 + 4;      // of a tree's node, beside its records
constexpr uint64_t kDeepest = 20;

/** Whether no chunk of the dataset lies behind the end of an array of them. */
bool HasRoom(uint64_t elements, const Said& said) {
  if (said.chunk.empty() || said.largest.size() + 1 != said.chunk.size()) return false;
  std::vector<uint64_t> counts;
  for (size_t axis = 0; axis < said.largest.size(); axis++) {
    if (said.largest[axis] == kUnlimited) return false;
    counts.push_back(said.largest[axis] / said.chunk[axis] +
                     (said.largest[axis] % said.chunk[axis] > 0 ? 1 : 0));
  }
  const auto count = Product(1, counts);
  return count && *count <= elements;
}

/** Bytes of what stands for a chunk in an array. */
void CheckElement(const Cursor& head, uint64_t filtered, uint64_t size_bytes, const Widths& widths) {
  const uint64_t least = widths.address_bytes + (filtered == 1 ? 1 + kMaskBytes : 0);
  const uint64_t most = widths.address_bytes + (filtered == 1 ? 8 + kMaskBytes : 0);
  if (filtered > 1 || size_bytes < least || size_bytes > most)
    throw head.Corrupt("has an index of chunks with elements of another size");
}

void CheckFixed(Cursor head, const Said& said, const File& file) {
  const uint64_t filtered = head.Number(1);
  const uint64_t element_bytes = head.Number(1);
  const uint64_t page_bits = head.Number(1);
  const uint64_t elements = head.Number(file.widths().length_bytes);
  CheckElement(head, filtered, element_bytes, file.widths());
  if (page_bits == 0 || page_bits > 63 || !HasRoom(elements, said) ||
      elements > file.size_bytes() / element_bytes)
    throw head.Corrupt("has an index of another number of chunks");
}

void CheckExtensible(Cursor head, const Said& said, const File& file) {
  const uint64_t filtered = head.Number(1);
  const uint64_t element_bytes = head.Number(1);
  const uint64_t element_bits = head.Number(1);
  const uint64_t in_index = head.Number(1);
  const uint64_t in_block = head.Number(1);
  const uint64_t pointers = head.Number(1);
  const uint64_t page_bits = head.Number(1);
  head.Skip(4 * file.widths().length_bytes);
  const uint64_t used = head.Number(file.widths().length_bytes);
  CheckElement(head, filtered, element_bytes, file.widths());
  uint64_t growing = 0;
  for (const uint64_t extent : said.largest) growing += extent == kUnlimited ? 1 : 0;
  if (growing != 1 || element_bits == 0 || element_bits > 64 || in_index == 0 ||
      !std::has_single_bit(in_block) || !std::has_single_bit(pointers) || pointers < 2 || page_bits == 0 ||
      page_bits > 63)
    throw head.Corrupt("has an index of chunks that cannot be");
  if (used > kFewChunks && used > file.size_bytes())
    throw os::Error("PERSIST_LIMIT", file.path() + " has an index of more chunks than there can be",
                    file.path());
}

void CheckTree(Cursor head, const File& file) {
  head.Skip(1);
  const uint64_t node_bytes = head.Number(4);
  const uint64_t record_bytes = head.Number(2);
  const uint64_t depth = head.Number(2);
  const uint64_t split = head.Number(1);
  const uint64_t merge = head.Number(1);
  const uint64_t root = head.Number(file.widths().address_bytes);
  const uint64_t in_root = head.Number(2);
  const bool is_sound = record_bytes > 0 && node_bytes >= kNodeBytes + 2 * record_bytes &&
                        (root == kUnlimited || node_bytes <= file.size_bytes()) && depth <= kDeepest &&
                        split > 0 && split <= 100 && merge > 0 && merge < split &&
                        in_root <= (node_bytes - kNodeBytes) / record_bytes;
  if (!is_sound) throw head.Corrupt("has a tree whose nodes cannot be");
}

}  // namespace

void CheckIndex(const Index& index, const Said& said, const File& file) {
  const size_t width = file.widths().address_bytes;
  if (index.address == kUnlimited >> (64 - 8 * width)) return;  // there is none yet
  const std::string start = file.ReadUpTo(index.address, kMostHead);
  Cursor head(start, file.path());
  const char* const signature = index.kind == Index::kFixed        ? "FAHD"
                                : index.kind == Index::kExtensible ? "EAHD"
                                                                   : "BTHD";
  if (!head.BeginsWith(signature)) throw head.Corrupt("has no index where one should be");
  head.Skip(4 + 1);
  if (index.kind == Index::kFixed)
    CheckFixed(head, said, file);
  else if (index.kind == Index::kExtensible)
    CheckExtensible(head, said, file);
  else
    CheckTree(head, file);
}

}  // namespace persist::hdf5
