#include "hdf5/tree.h"

#include <algorithm>
#include <bit>
#include <set>

namespace persist::hdf5 {
namespace {

constexpr size_t kMostHead = 64;
constexpr uint64_t kDeepest = 20;
constexpr uint64_t kEdgeBytes = 4 + 1 + 1 + 4;  // of a node, beside its records and pointers

/** How many bytes a number takes that is at most so large. */
size_t BytesOf(uint64_t most) { return (static_cast<size_t>(std::bit_width(most | 1)) - 1) / 8 + 1; }

}  // namespace

Tree::Tree(uint64_t address, unsigned kind, const IsRecordSize& is_record_size, const Metadata& file)
    : file_(file), kind_(kind), address_(address) {
  const std::string start = file.ReadUpTo(address, kMostHead);
  Cursor head(start, file.path());
  if (!head.BeginsWith("BTHD")) throw head.Corrupt("has no index where one should be");
  head.Skip(4 + 1);
  const uint64_t its_kind = head.Number(1);
  node_bytes_ = head.Number(4);
  record_bytes_ = head.Number(2);
  const uint64_t depth = head.Number(2);
  const uint64_t split = head.Number(1);
  const uint64_t merge = head.Number(1);
  root_ = {head.Number(file.widths().address_bytes), head.Number(2), depth};
  total_records_ = head.Number(file.widths().length_bytes);
  constexpr size_t kSumBytes = 4;
  head_bytes_ = start.size() - head.rest() + kSumBytes;
  const bool is_sound = its_kind == kind && is_record_size(record_bytes_) &&
                        node_bytes_ >= kEdgeBytes + 2 * record_bytes_ && depth <= kDeepest && split > 0 &&
                        split <= 100 && merge > 0 && merge < split &&
                        (root_.address == file.nowhere() || node_bytes_ <= file.size_bytes());
  if (!is_sound) throw head.Corrupt("has a tree whose nodes cannot be");
  FindLevels(depth, head);
  if (root_.records > levels_.back().most_records) throw head.Corrupt("has a tree whose root cannot be");
}

void Tree::FindLevels(uint64_t depth, const Cursor& head) {
  levels_.push_back({(node_bytes_ - kEdgeBytes) / record_bytes_, 0});
  count_bytes_ = BytesOf(levels_[0].most_records);
  uint64_t below = levels_[0].most_records;  // records in a child and its children
  for (uint64_t height = 1; height <= depth; height++) {
    const uint64_t pointer_bytes =
        file_.widths().address_bytes + count_bytes_ + (height > 1 ? BytesOf(below) : 0);
    const uint64_t least_bytes = kEdgeBytes + record_bytes_ + 2 * pointer_bytes;
    if (node_bytes_ < least_bytes) throw head.Corrupt("has a tree whose nodes cannot be");
    const uint64_t most = (node_bytes_ - kEdgeBytes - pointer_bytes) / (record_bytes_ + pointer_bytes);
    levels_.push_back({most, pointer_bytes});
    if (__builtin_mul_overflow(most + 1, below, &below) || __builtin_add_overflow(below, most, &below))
      throw head.Corrupt("has a tree that is too deep");
  }
}

Cursor Tree::Open(const Node& node, const std::string& bytes) const {
  Cursor out(bytes, file_.path());
  if (!out.BeginsWith(node.height > 0 ? "BTIN" : "BTLF")) throw out.Corrupt("has a tree without a node");
  out.Skip(4 + 1);
  if (out.Number(1) != kind_) throw out.Corrupt("has a tree with a node of another kind");
  return out;
}

void Tree::WalkInOrder(size_t key_bytes, const Visit& visit, Claims& claims) const {
  claims.Take(address_, head_bytes_);
  Walk(visit, {.key_bytes = key_bytes, .claims = &claims});
}

void Tree::Walk(const Visit& visit, const Look& look) const {
  if (root_.address == file_.nowhere()) return;
  std::set<uint64_t> seen = {root_.address};
  std::vector<Node> waiting = {root_};
  uint64_t records = 0;
  while (!waiting.empty()) {
    const Node node = waiting.back();
    waiting.pop_back();
    records += node.records;
    if (node.height == 0 && !visit) continue;
    if (look.claims != nullptr) look.claims->Take(node.address, node_bytes_);
    const std::string bytes = file_.ReadUpTo(node.address, node_bytes_);
    Cursor rest = Open(node, bytes);
    std::vector<uint64_t> keys = {node.least};
    for (uint64_t k = 0; k < node.records; k++) {
      Cursor record = rest.Part(record_bytes_);
      if (visit) visit(record);
      keys.push_back(record.Number(look.key_bytes));
    }
    keys.push_back(node.most);
    if (look.claims != nullptr && !std::is_sorted(keys.begin(), keys.end()))
      throw rest.Corrupt("has a tree that is not in order");
    if (node.height == 0) continue;
    for (uint64_t k = 0; k <= node.records; k++) {
      Cursor pointer = rest.Part(levels_[node.height].pointer_bytes);
      const uint64_t address = pointer.Number(file_.widths().address_bytes);
      const Node child = {address, pointer.Number(count_bytes_), node.height - 1, keys[k], keys[k + 1]};
      if (child.records == 0 || child.records > levels_[child.height].most_records ||
          !seen.insert(address).second)
        throw rest.Corrupt("has a tree with a node that cannot be");
      if (!look.only || (child.least <= *look.only && *look.only <= child.most)) waiting.push_back(child);
    }
  }
  if (!look.only && records != total_records_)
    throw Cursor({}, file_.path()).Corrupt("has a tree of another number of records");
}

}  // namespace persist::hdf5
