#include "hdf5/names.h"

#include "hdf5/fractal_heap.h"
#include "hdf5/lookup3.h"
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

/** Goes through the records of one of the trees. */
class Walk {
 public:
  Walk(const Names& names, unsigned kind, const Metadata& file)
      : names_(names),
        kind_(kind),
        file_(file),
        key_bytes_(names.are_links ? kLinkKeyBytes : kAttributeKeyBytes),
        heap_(names.heap, key_bytes_, file) {}

  Tree Open(uint64_t address) const {
    const auto is_record = [this](uint64_t size_bytes) { return size_bytes == RecordBytes(kind_); };
    return {address, kind_, is_record, file_};
  }

  void Check(Cursor record, Said& said) {
    if (names_.are_links) record.Skip(kind_ == kLinksByName ? kHashBytes : kOrderBytes);
    const std::string key(record.Part(key_bytes_).bytes());
    const uint64_t flags = names_.are_links ? 0 : record.Number(1);
    CheckMessage(names_.are_links ? Message::kLink : Message::kAttribute, static_cast<unsigned>(flags),
                 Cursor(heap_.Find(key), file_.path()), file_.widths(), said);
  }

  /** That each link is found by its name, and lies where the heap has no free room. */
  void CheckRoom(const Tree& tree, Claims& claims) {
    heap_.FindRoom(claims);
    const auto check = [this](Cursor record) {
      const uint64_t hash = record.Number(kHashBytes);
      const std::string_view key = record.Part(key_bytes_).bytes();
      const std::string link = heap_.Find(key);
      const std::string_view name = NameOfLink(Cursor(link, file_.path()));
      if (Lookup3(name.data(), name.size()) != hash) throw record.Corrupt("has a link under another name");
      heap_.Take(key);
    };
    tree.WalkInOrder(kHashBytes, check, claims);
  }

 private:
  const Names& names_;
  unsigned kind_;
  const Metadata& file_;
  size_t key_bytes_;
  FractalHeap heap_;
};

}  // namespace

void CheckNames(const Names& names, const Metadata& file, Said& said) {
  const auto check = [&](uint64_t address, unsigned kind) {
    if (address == file.nowhere()) return;
    Walk walk(names, kind, file);
    walk.Open(address).Walk([&](const Cursor& record) { walk.Check(record, said); });
  };
  check(names.by_name, names.are_links ? kLinksByName : kAttributesByName);
  if (names.by_order) check(*names.by_order, names.are_links ? kLinksByOrder : kAttributesByOrder);
}

void CheckToChange(const Names& names, const Metadata& file, Claims& claims) {
  if (names.heap == file.nowhere()) return;
  if (names.by_name == file.nowhere()) throw Cursor({}, file.path()).Corrupt("has links that nothing finds");
  Walk walk(names, kLinksByName, file);
  walk.CheckRoom(walk.Open(names.by_name), claims);
  if (!names.by_order || *names.by_order == file.nowhere()) return;
  const auto nothing = [](const Cursor&) {};
  Walk(names, kLinksByOrder, file).Open(*names.by_order).WalkInOrder(kOrderBytes, nothing, claims);
}

void CheckLink(const Names& names, const std::string& name, const Metadata& file, Said& said) {
  if (names.by_name == file.nowhere()) return;
  const uint32_t hash = Lookup3(name.data(), name.size());
  Walk walk(names, kLinksByName, file);
  walk.Open(names.by_name).WalkTo(hash, [&](Cursor record) {
    const Cursor whole = record;
    if (record.Number(kHashBytes) == hash) walk.Check(whole, said);
  });
}

}  // namespace persist::hdf5
