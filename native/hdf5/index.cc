#include "hdf5/index.h"

#include <bit>
#include <cstring>
#include <string>

#include "hdf5/product.h"
#include "os/read.h"

namespace persist::hdf5 {
namespace {

constexpr uint64_t kUnlimited = ~uint64_t{0};
constexpr size_t kMostHead = 160;
constexpr uint64_t kFewChunks = uint64_t{1} << 18;  // which the index of a small file may be long for
constexpr uint64_t kMaskBytes = 4;                  // of a chunk's filters
constexpr uint64_t kNodeBytes = 4 + 1 + 1 + 4;      // of a tree's node, beside its records
constexpr uint64_t kDeepest = 20;
constexpr uint64_t kMostBlock = uint64_t{1} << 32;  // of a heap

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

/** Whether a tree of chunks, links or attributes may have records of a size. */
bool IsRecordSize(uint64_t size_bytes, unsigned records, const Said& said, const Widths& widths) {
  enum : unsigned { kLinkName = 5, kLinkOrder, kAttributeName = 8, kAttributeOrder, kChunk, kFilteredChunk };
  const uint64_t place = widths.address_bytes + 8 * (said.chunk.size() - 1);
  switch (records) {
    case kLinkName:
      return size_bytes == 4 + 7;
    case kLinkOrder:
      return size_bytes == 8 + 7;
    case kAttributeName:
      return size_bytes == 8 + 1 + 4 + 4;
    case kAttributeOrder:
      return size_bytes == 8 + 1 + 4;
    case kChunk:
      return size_bytes == place;
    default:
      return size_bytes > place + kMaskBytes && size_bytes <= place + kMaskBytes + 8;
  }
}

void CheckTree(Cursor head, const Index& index, const Said& said, const Metadata& file) {
  const unsigned records = index.kind == Index::kTree ? index.records : said.is_filtered ? 11 : 10;
  const uint64_t kind = head.Number(1);
  const uint64_t node_bytes = head.Number(4);
  const uint64_t record_bytes = head.Number(2);
  const uint64_t depth = head.Number(2);
  const uint64_t split = head.Number(1);
  const uint64_t merge = head.Number(1);
  const uint64_t root = head.Number(file.widths().address_bytes);
  const uint64_t in_root = head.Number(2);
  const bool is_sound = kind == records && IsRecordSize(record_bytes, records, said, file.widths()) &&
                        node_bytes >= kNodeBytes + 2 * record_bytes &&
                        (root == file.nowhere() || node_bytes <= file.size_bytes()) && depth <= kDeepest &&
                        split > 0 && split <= 100 && merge > 0 && merge < split &&
                        in_root <= (node_bytes - kNodeBytes) / record_bytes;
  if (!is_sound) throw head.Corrupt("has a tree whose nodes cannot be");
}

/** Where many links or attributes lie: blocks in rows, which are twice as long from row to row. */
void CheckFractalHeap(Cursor head, const Index& index, const Metadata& file) {
  const Widths& widths = file.widths();
  const uint64_t key_bytes = head.Number(2);
  head.Skip(2 + 1);
  const uint64_t most_managed = head.Number(4);
  head.Skip(2 * widths.length_bytes + 2 * widths.address_bytes + 8 * widths.length_bytes);
  const uint64_t width = head.Number(2);
  const uint64_t first_bytes = head.Number(widths.length_bytes);
  const uint64_t most_direct_bytes = head.Number(widths.length_bytes);
  const uint64_t address_bits = head.Number(2);
  head.Skip(2);
  const uint64_t root = head.Number(widths.address_bytes);
  const uint64_t rows = head.Number(2);
  const auto is_power = [](uint64_t number) { return std::has_single_bit(number); };
  if (key_bytes != index.records || !is_power(width) || !is_power(first_bytes) ||
      !is_power(most_direct_bytes) || first_bytes > most_direct_bytes || most_direct_bytes > kMostBlock ||
      most_managed > most_direct_bytes || address_bits > 64)
    throw head.Corrupt("has a heap whose blocks cannot be");
  const auto bits = [](uint64_t power) { return static_cast<uint64_t>(std::countr_zero(power)); };
  const uint64_t first_bits = bits(width) + bits(first_bytes);
  const uint64_t direct_bits = bits(most_direct_bytes);
  if (address_bits < first_bits || address_bits < direct_bits || rows > address_bits - first_bits + 1 ||
      (rows == 0 && root != file.nowhere() && first_bytes > file.size_bytes()))
    throw head.Corrupt("has a heap whose rows cannot be");
}

/** The names in a group, with a list of what is free between them: the library follows it in circles. */
void CheckNames(Cursor head, const Metadata& file) {
  constexpr uint64_t kEnd = 1;
  const size_t width = file.widths().length_bytes;
  head.Skip(3);
  const uint64_t size_bytes = head.Number(width);
  uint64_t free_at = head.Number(width);
  const uint64_t address = head.Number(file.widths().address_bytes);
  if (size_bytes > file.size_bytes()) throw head.Corrupt("has names that are longer than the file");
  for (uint64_t most = size_bytes / (2 * width); free_at != kEnd; most--) {
    if (most == 0 || free_at > size_bytes - 2 * width) throw head.Corrupt("has names whose gaps cannot be");
    const std::string gap = file.ReadUpTo(address + free_at, 2 * width);
    free_at = Cursor(gap, file.path()).Number(width);
  }
}

}  // namespace

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
    case Index::kTree:
      return CheckTree(head("BTHD"), index, said, file);
    case Index::kHeap:
      return CheckFractalHeap(head("FRHP"), index, file);
    case Index::kNames:
      return CheckNames(head("HEAP"), file);
  }
}

}  // namespace persist::hdf5
