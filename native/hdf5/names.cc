#include "hdf5/names.h"

#include "hdf5/fractal_heap.h"
#include "hdf5/tree.h"

namespace persist::hdf5 {
namespace {

constexpr size_t kHashBytes = 4;
constexpr size_t kOrderBytes = 8;    // of links
constexpr size_t kOrderedBytes = 4;  // of attributes
constexpr size_t kLinkKeyBytes = 7;
constexpr size_t kAttributeKeyBytes = 8;
enum : unsigned { kLinksByName = 5, kLinksByOrder, kAttributesByName = 8, kAttributesByOrder };

size_t RecordBytes(unsigned kind) {
  switch (kind) {
    case kLinksByName:
      return kHashBytes + kLinkKeyBytes;
    case kLinksByOrder:
      return kOrderBytes + kLinkKeyBytes;
    case kAttributesByName:
      return kAttributeKeyBytes + 1 + kOrderedBytes + kHashBytes;
    default:
      return kAttributeKeyBytes + 1 + kOrderedBytes;
  }
}

}  // namespace

void CheckNames(const Names& names, const Metadata& file, Said& said) {
  const size_t key_bytes = names.are_links ? kLinkKeyBytes : kAttributeKeyBytes;
  FractalHeap heap(names.heap, key_bytes, file);
  std::set<std::string> known;
  const auto walk = [&](uint64_t address, unsigned kind) {
    if (address == file.nowhere()) return;
    const auto is_record = [&](uint64_t size_bytes) { return size_bytes == RecordBytes(kind); };
    Tree(address, kind, is_record, file).Walk([&](Cursor record) {
      if (names.are_links) record.Skip(kind == kLinksByName ? kHashBytes : kOrderBytes);
      const std::string key(record.Part(key_bytes).bytes());
      const uint64_t flags = names.are_links ? 0 : record.Number(1);
      if (!known.insert(key).second) return;
      CheckMessage(names.are_links ? kLinkMessage : kAttributeMessage, static_cast<unsigned>(flags),
                   Cursor(heap.Find(key), file.path()), file.widths(), said);
    });
  };
  walk(names.by_name, names.are_links ? kLinksByName : kAttributesByName);
  if (names.by_order) walk(*names.by_order, names.are_links ? kLinksByOrder : kAttributesByOrder);
}

}  // namespace persist::hdf5
