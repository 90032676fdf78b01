#include "hdf5/header.h"

#include <algorithm>
#include <deque>
#include <map>

#include "hdf5/heap.h"
#include "hdf5/index.h"
#include "hdf5/messages.h"
#include "hdf5/names.h"
#include "hdf5/sources.h"
#include "hdf5/symbols.h"

namespace persist::hdf5 {
namespace {

constexpr uint64_t kMostBytes = uint64_t{64} << 20;  // of all parts of a header
constexpr size_t kMostObjects = 1000;                // that one shares messages with
constexpr size_t kSumBytes = 4;
constexpr size_t kOldHead = 16;
constexpr size_t kNewHead = 4 + 1 + 1 + 16 + 4 + 8;  // at most

struct Block {
  uint64_t address;
  uint64_t size_bytes;
};

class Header {
 public:
  Header(const Metadata& file, uint64_t address) : file_(file), path_(file.path()), widths_(file.widths()) {
    const std::string start = file_.ReadUpTo(address, kNewHead);
    Cursor head(start, path_);
    is_new_ = head.BeginsWith("OHDR");
    TakeHead(head, address, start.size());
    for (size_t k = 0; k < blocks_.size(); k++) {
      CheckBlock(blocks_[k], k == 0);
      const Block& block = blocks_[k];
      if (k > 0)
        said_.parts.push_back({block.address, block.size_bytes});
      else
        said_.parts.push_back(
            {address, block.address - address + block.size_bytes + (is_new_ ? kSumBytes : 0)});
    }
  }

  Said& said() { return said_; }

 private:
  void TakeHead(Cursor& head, uint64_t address, size_t whole) {
    if (is_new_) {
      head.Skip(4);
      if (head.Number(1) != 2) throw head.Corrupt("has an unknown version");
      const uint64_t flags = head.Number(1);
      has_order_ = (flags & 4) != 0;
      head.Skip(((flags & 0x20) != 0 ? 16 : 0) + ((flags & 0x10) != 0 ? 4 : 0));
      const uint64_t size_bytes = head.Number(size_t{1} << (flags & 3));
      Add({address + whole - head.rest(), size_bytes});
    } else {
      if (head.Number(1) != 1) throw head.Corrupt("has an unknown version");
      head.Skip(1 + 2 + 4);
      Add({address + kOldHead, head.Number(4)});
    }
  }

  void Add(Block block) {
    total_bytes_ += std::min(block.size_bytes, kMostBytes);
    if (total_bytes_ > kMostBytes || block.size_bytes > kMostBytes)
      throw os::Error("PERSIST_LIMIT", path_ + " has an object's header of more than 64 MiB", path_);
    for (const Block& other : blocks_)
      if (other.address == block.address) throw Cursor({}, path_).Corrupt("goes in a circle");
    blocks_.push_back(block);
  }

  void CheckBlock(Block block, bool is_first) {
    const std::string bytes = file_.ReadUpTo(block.address, block.size_bytes);
    if (bytes.size() < block.size_bytes) throw Cursor({}, path_).Corrupt("ends behind the end of the file");
    Cursor rest(bytes, path_);
    if (is_new_ && !is_first) {
      if (!rest.BeginsWith("OCHK")) throw rest.Corrupt("goes on where it does not");
      rest.Skip(4);
      if (rest.rest() < kSumBytes) throw rest.Corrupt("has a part without a checksum");
      rest = rest.Part(rest.rest() - kSumBytes);
    }
    const size_t head_bytes = is_new_ ? (has_order_ ? 6 : 4) : 8;
    while (rest.rest() >= head_bytes) {
      Cursor head = rest.Part(head_bytes);
      const auto kind = static_cast<Message>(head.Number(is_new_ ? 1 : 2));
      const uint64_t size_bytes = head.Number(2);
      const auto flags = static_cast<unsigned>(head.Number(1));
      Cursor body = rest.Part(size_bytes);
      if (kind == Message::kContinuation) {
        const uint64_t address = body.Number(widths_.address_bytes);
        Add({address, body.Number(widths_.length_bytes)});
      } else {
        CheckMessage(kind, flags, body, widths_, said_);
      }
    }
  }

  const Metadata& file_;
  const std::string& path_;
  const Widths& widths_;
  bool is_new_ = false;
  bool has_order_ = false;
  uint64_t total_bytes_ = 0;
  std::vector<Block> blocks_;
  Said said_;
};

/** The type that an object is. */
WrittenType TypeAt(uint64_t address, const std::map<uint64_t, Said>& all, const std::string& path) {
  const std::optional<WrittenType>& type = all.at(address).type;
  if (!type) throw Cursor({}, path).Corrupt("shares the type of an object that is none");
  return *type;
}

/** What the library takes for granted of what an object's messages say together. */
void CheckAgreement(const Said& said, const std::map<uint64_t, Said>& all, const std::string& path) {
  const Cursor nowhere({}, path);
  std::optional<uint64_t> type_bytes;
  if (said.type) type_bytes = said.type->size_bytes;
  if (said.type_at) type_bytes = TypeAt(*said.type_at, all, path).size_bytes;
  for (const uint64_t fill_bytes : said.fill_bytes)
    if (type_bytes && fill_bytes != *type_bytes)
      throw nowhere.Corrupt("has a fill value of another size than the elements");
  if (said.chunk.empty()) return;
  if (type_bytes && said.chunk.back() != *type_bytes)
    throw nowhere.Corrupt("has chunks of elements of another size");
  if (said.shape && said.shape->size() + 1 != said.chunk.size())
    throw nowhere.Corrupt("has chunks of another number of axes than the dataset");
}

/** The library copies as much as the heap has into memory as long as the reference says. */
void CheckText(const HeapPlace& text, Heap& heap, const Metadata& file) {
  if (text.address == 0) return;  // no text
  if (heap.Find(text.address, text.index).size() != text.size_bytes)
    throw Cursor({}, file.path()).Corrupt("has a text whose place in the heap has another size");
}

/** Gives what the object says, and those that its messages share. */
std::map<uint64_t, Said> GoThrough(const Metadata& file, uint64_t address, const std::string* link) {
  std::map<uint64_t, Said> all;
  std::deque<uint64_t> waiting = {address};
  Heap heap(file);
  for (; !waiting.empty(); waiting.pop_front()) {
    if (all.count(waiting.front()) > 0) continue;
    if (all.size() >= kMostObjects)
      throw os::Error("PERSIST_LIMIT", file.path() + " has an object that shares with too many", file.path());
    Said& said = all.emplace(waiting.front(), std::move(Header(file, waiting.front()).said())).first->second;
    for (const Names& names : said.names) {
      if (names.heap == file.nowhere()) continue;
      if (link == nullptr)
        CheckNames(names, file, said);
      else if (names.are_links)
        CheckLink(names, *link, file, said);
    }
    waiting.insert(waiting.end(), said.objects.begin(), said.objects.end());
    for (const Index& index : said.indexes) CheckIndex(index, said, file);
    if (said.symbols) CheckSymbols(*said.symbols, file);
    for (const HeapPlace& text : said.texts) CheckText(text, heap, file);
    if (said.sources) {
      const std::string_view block = heap.Find(said.sources->address, said.sources->index);
      CheckSources(block, said.shape ? std::optional(said.shape->size()) : std::nullopt, file);
    }
  }
  for (const auto& [at, said] : all) {
    CheckAgreement(said, all, file.path());
    for (const Untyped& one : said.attributes) {
      std::vector<HeapPlace> texts;
      TakeTexts(TypeAt(one.type_at, all, file.path()), one.count, Cursor(one.data, file.path()),
                file.widths(), texts);
      for (const HeapPlace& text : texts) CheckText(text, heap, file);
    }
  }
  return all;
}

/** Whether a dataset's room is found by what is not gone through, or not its own. */
bool IsIntricate(const Said& said, const Metadata& file) {
  for (const Names& names : said.names)
    if (names.heap != file.nowhere()) return true;
  for (const Index& index : said.indexes)
    if (index.kind != Index::kImplicit && index.address != file.nowhere()) return true;
  return !said.objects.empty() || said.sources || said.kinds.count(Message::kExternal) > 0;
}

}  // namespace

Said CheckHeader(const Metadata& file, uint64_t address, const std::string* link) {
  return std::move(GoThrough(file, address, link).at(address));
}

bool CheckToChange(const Metadata& file, uint64_t address, Claims& claims) {
  const auto [known, is_new] = claims.known.try_emplace(address, false);
  if (!is_new) return known->second;
  const std::map<uint64_t, Said> all = GoThrough(file, address, nullptr);
  const Said& said = all.at(address);
  for (const Piece& part : said.parts) claims.Take(part.address, part.size_bytes);
  const auto has_links = [](const Names& names) { return names.are_links; };
  if (said.symbols || std::any_of(said.names.begin(), said.names.end(), has_links)) {
    if (said.symbols) CheckSymbols(*said.symbols, file, claims);
    for (const Names& names : said.names)
      if (names.are_links) CheckToChange(names, file, claims);
    return false;
  }
  if (IsIntricate(said, file)) return known->second = true;
  if (said.piece && said.piece->address != file.nowhere())
    claims.Take(said.piece->address, said.piece->size_bytes);
  if (said.chunk_tree) CheckChunkTree(*said.chunk_tree, said, file, claims);
  return false;
}

}  // namespace persist::hdf5
