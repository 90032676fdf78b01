#include "hdf5/fractal_heap.h"

#include <algorithm>
#include <bit>

#include "hdf5/cursor.h"
#include "hdf5/tree.h"

namespace persist::hdf5 {
namespace {

constexpr size_t kMostHead = 160;
constexpr uint64_t kMostBlock = uint64_t{1} << 32;
constexpr size_t kSumBytes = 4;
constexpr unsigned kLargeRecords = 1;  // the kind of the tree that finds large objects

/** How many bytes a number takes that is at most so large. */
size_t BytesOf(uint64_t most) { return (static_cast<size_t>(std::bit_width(most | 1)) - 1) / 8 + 1; }

uint64_t BitsOf(uint64_t power) { return static_cast<uint64_t>(std::countr_zero(power)); }

}  // namespace

FractalHeap::FractalHeap(uint64_t address, size_t key_bytes, const Metadata& file)
    : file_(file), address_(address) {
  const Widths& widths = file.widths();
  const std::string start = file.ReadUpTo(address, kMostHead);
  Cursor head(start, file.path());
  if (!head.BeginsWith("FRHP")) throw head.Corrupt("has no heap where one should be");
  head.Skip(4 + 1);
  const uint64_t its_key_bytes = head.Number(2);
  if (head.Number(2) != 0)
    throw os::Error("PERSIST_UNSUPPORTED", file.path() + " has a heap that went through filters",
                    file.path());
  has_sums_ = (head.Number(1) & 2) != 0;
  const uint64_t most_managed = head.Number(4);
  head.Skip(widths.length_bytes);
  large_at_ = head.Number(widths.address_bytes);
  head.Skip(widths.length_bytes);
  room_at_ = head.Number(widths.address_bytes);
  managed_bytes_ = head.Number(widths.length_bytes);
  head.Skip(widths.length_bytes);
  next_block_ = head.Number(widths.length_bytes);
  head.Skip(5 * widths.length_bytes);
  width_ = head.Number(2);
  first_bytes_ = head.Number(widths.length_bytes);
  const uint64_t most_direct_bytes = most_direct_bytes_ = head.Number(widths.length_bytes);
  const uint64_t address_bits = address_bits_ = head.Number(2);
  head.Skip(2);
  root_ = head.Number(widths.address_bytes);
  rows_ = head.Number(2);
  head_bytes_ = start.size() - head.rest() + kSumBytes;
  const auto is_power = [](uint64_t number) { return std::has_single_bit(number); };
  if (its_key_bytes != key_bytes || !is_power(width_) || !is_power(first_bytes_) ||
      !is_power(most_direct_bytes) || first_bytes_ > most_direct_bytes || most_direct_bytes > kMostBlock ||
      most_managed > most_direct_bytes || address_bits > 64)
    throw head.Corrupt("has a heap whose blocks cannot be");
  const uint64_t first_bits = BitsOf(width_) + BitsOf(first_bytes_);
  const uint64_t direct_bits = BitsOf(most_direct_bytes);
  if (address_bits < first_bits || address_bits < direct_bits || rows_ > address_bits - first_bits + 1 ||
      (rows_ == 0 && root_ != file.nowhere() && first_bytes_ > file.size_bytes()))
    throw head.Corrupt("has a heap whose rows cannot be");
  direct_rows_ = direct_bits - BitsOf(first_bytes_) + 2;
  offset_bytes_ = (address_bits + 7) / 8;
  const auto managed_bits = static_cast<size_t>(std::bit_width(most_managed | 1));
  length_bytes_ = std::min<size_t>((direct_bits + 7) / 8, (managed_bits - 1) / 8 + 1);
  if (1 + offset_bytes_ + length_bytes_ > key_bytes) throw head.Corrupt("has a heap with too short keys");
}

uint64_t FractalHeap::RowsIn(uint64_t block_bytes) const {
  const uint64_t first_row_bytes = width_ * first_bytes_;
  return block_bytes < first_row_bytes ? 0 : BitsOf(block_bytes) - BitsOf(first_row_bytes) + 1;
}

FractalHeap::Block FractalHeap::BlockOf(uint64_t offset) const {
  const Cursor nowhere({}, file_.path());
  Block out = {root_, 0, first_bytes_};
  for (uint64_t rows = rows_; rows > 0;) {
    const uint64_t within = offset - out.start;
    const uint64_t first_row_bytes = width_ * first_bytes_;
    const uint64_t row =
        within < first_row_bytes ? 0 : static_cast<uint64_t>(std::bit_width(within / first_row_bytes));
    if (row >= rows) throw nowhere.Corrupt("refers to what lies beyond its heap");
    const uint64_t row_start = row == 0 ? 0 : first_row_bytes << (row - 1);
    const uint64_t column = (within - row_start) / RowBytes(row);
    const uint64_t entry = row * width_ + column;
    const size_t width = file_.widths().address_bytes;
    const std::string head = file_.ReadUpTo(out.address, 4 + 1 + width + offset_bytes_);
    if (!Cursor(head, file_.path()).BeginsWith("FHIB")) throw nowhere.Corrupt("has a heap without a block");
    const std::string pointer = file_.ReadUpTo(out.address + head.size() + entry * width, width);
    out = {Cursor(pointer, file_.path()).Number(width), out.start + row_start + column * RowBytes(row),
           RowBytes(row)};
    rows = row < direct_rows_ ? 0 : RowsIn(out.size_bytes);
    if (row >= direct_rows_ && rows == 0) throw nowhere.Corrupt("has a heap whose rows cannot be");
  }
  return out;
}

const FractalHeap::Held& FractalHeap::Hold(const Block& block) {
  const auto [place, is_new] = held_.try_emplace(block.start);
  Held& out = place->second;
  if (!is_new) return out;
  out.size_bytes = block.size_bytes;
  out.bytes = file_.ReadUpTo(block.address, block.size_bytes);
  held_bytes_ += out.bytes.size();
  Cursor head(out.bytes, file_.path());
  if (!head.BeginsWith("FHDB") || held_bytes_ > file_.size_bytes())
    throw head.Corrupt("has a heap without a block");
  head.Skip(4 + 1);
  if (head.Number(file_.widths().address_bytes) != address_ || head.Number(offset_bytes_) != block.start)
    throw head.Corrupt("has a heap with a block of another");
  return out;
}

/** The block at a place in the heap, and where it begins there. */
std::pair<uint64_t, const FractalHeap::Held&> FractalHeap::HeldAt(uint64_t offset) {
  const auto behind = held_.upper_bound(offset);
  if (behind != held_.begin()) {
    const auto& [start, held] = *std::prev(behind);
    if (offset - start < held.size_bytes) return {start, held};
  }
  const Block block = BlockOf(offset);
  return {block.start, Hold(block)};
}

std::string FractalHeap::Find(std::string_view key) {
  enum : uint64_t { kManaged = 0, kLarge = 1 };
  Cursor from(key, file_.path());
  const uint64_t kind = from.Number(1);
  if (kind == kLarge << 4) return FindLarge(from.Number(std::min<size_t>(from.rest(), sizeof(uint64_t))));
  if (kind != kManaged) throw from.Corrupt("has an unknown key of a heap");
  const uint64_t offset = from.Number(offset_bytes_);
  const uint64_t size_bytes = from.Number(length_bytes_);
  const auto& [start, block] = HeldAt(offset);
  const uint64_t at = offset - start;
  if (at < HeadBytes() || at >= block.bytes.size() || size_bytes > block.bytes.size() - at)
    throw from.Corrupt("refers to what lies beyond a block of its heap");
  return block.bytes.substr(at, size_bytes);
}

uint64_t FractalHeap::HeadBytes() const {
  return 4 + 1 + file_.widths().address_bytes + offset_bytes_ + (has_sums_ ? kSumBytes : 0);
}

/** Gives how much the blocks have or would have. */
uint64_t FractalHeap::WalkBlocks(Claims& claims) {
  if (root_ == file_.nowhere()) return 0;
  const size_t width = file_.widths().address_bytes;
  std::vector<std::pair<Block, uint64_t>> waiting = {{{root_, 0, first_bytes_}, rows_}};
  uint64_t total = first_bytes_;
  for (uint64_t row = 0; row < rows_; row++)
    total = row == 0 ? width_ * RowBytes(0) : total + width_ * RowBytes(row);
  while (!waiting.empty()) {
    const auto [block, rows] = waiting.back();
    waiting.pop_back();
    if (rows == 0) {
      claims.Take(block.address, block.size_bytes);
      Hold(block);
      direct_[block.start] = block.size_bytes;
      continue;
    }
    const uint64_t head_bytes = 4 + 1 + width + offset_bytes_;
    const std::string bytes = file_.ReadUpTo(block.address, head_bytes + rows * width_ * width + kSumBytes);
    Cursor from(bytes, file_.path());
    if (!from.BeginsWith("FHIB")) throw from.Corrupt("has a heap without a block");
    from.Skip(4 + 1);
    if (from.Number(width) != address_ || from.Number(offset_bytes_) != block.start)
      throw from.Corrupt("has a heap with a block of another");
    claims.Take(block.address, bytes.size());
    std::vector<bool>& entries = indirect_[block.start];
    uint64_t start = block.start;
    for (uint64_t row = 0; row < rows; row++) {
      for (uint64_t column = 0; column < width_; column++, start += RowBytes(row)) {
        const uint64_t address = from.Number(width);
        entries.push_back(address != file_.nowhere());
        if (address == file_.nowhere()) continue;
        const uint64_t its_rows = row < direct_rows_ ? 0 : RowsIn(RowBytes(row));
        if (row >= direct_rows_ && its_rows == 0) throw from.Corrupt("has a heap whose rows cannot be");
        waiting.push_back({{address, start, RowBytes(row)}, its_rows});
      }
    }
    from.Skip(kSumBytes);
  }
  return total;
}

void FractalHeap::FindRoom(Claims& claims) {
  const Cursor nowhere({}, file_.path());
  claims.Take(address_, head_bytes_);
  const uint64_t total = WalkBlocks(claims);
  if (large_at_ != file_.nowhere())
    throw os::Error("PERSIST_UNSUPPORTED",
                    file_.path() + " has a group with links of great names: nothing is added", file_.path());
  if (managed_bytes_ != total || next_block_ > total) throw nowhere.Corrupt("has a heap of another size");
  if (rows_ > 0 && next_block_ < total) {
    // the library begins its next block there
    const Block block = BlockOf(next_block_);
    if (block.address != file_.nowhere() || block.start != next_block_)
      throw nowhere.Corrupt("has a heap that goes on where a block is");
  }
  if (room_at_ != file_.nowhere()) ReadRoom(claims);
}

void FractalHeap::TakeRoom(uint64_t start, uint64_t size_bytes) {
  if (!used_.Take(start, size_bytes))
    throw Cursor({}, file_.path()).Corrupt("has a heap with room that is free twice");
}

/** Blocks that are not there yet. */
void FractalHeap::CheckRows(Cursor rows, uint64_t start, uint64_t size_bytes) {
  const auto block = indirect_.find(rows.Number(offset_bytes_));
  const uint64_t row = rows.Number(2);
  const uint64_t column = rows.Number(2);
  const uint64_t count = rows.Number(2);
  if (block == indirect_.end() || column >= width_ || count == 0 || row >= direct_rows_)
    throw rows.Corrupt("has a heap with room where no block can be");
  const std::vector<bool>& entries = block->second;
  const uint64_t first = row * width_ + column;
  bool is_sound =
      first < entries.size() && count <= entries.size() - first && size_bytes == RowBytes(row) - HeadBytes();
  for (uint64_t k = first; is_sound && k < first + count; k++) is_sound = !entries[k];
  const uint64_t row_start = row == 0 ? 0 : width_ * first_bytes_ << (row - 1);
  if (!is_sound || start != block->first + row_start + column * RowBytes(row))
    throw rows.Corrupt("has a heap with room where a block is");
  uint64_t total = 0;
  for (uint64_t k = first; k < first + count; k++) total += RowBytes(k / width_);
  TakeRoom(start, total);
}

void FractalHeap::ReadRoom(Claims& claims) {
  enum : uint64_t { kRange = 0, kRows = 1 };
  constexpr size_t kRowsBytes = 2 + 2 + 2;
  const Widths& widths = file_.widths();
  const std::string start = file_.ReadUpTo(room_at_, kMostHead);
  Cursor head(start, file_.path());
  if (!head.BeginsWith("FSHD")) throw head.Corrupt("has a heap without a list of its room");
  head.Skip(4 + 1);
  const uint64_t client = head.Number(1);
  head.Skip(2 * widths.length_bytes);
  const uint64_t count = head.Number(widths.length_bytes);
  head.Skip(widths.length_bytes + 2 + 2 + 2);
  const uint64_t address_bits = head.Number(2);
  const uint64_t most_bytes = head.Number(widths.length_bytes);
  const uint64_t list_at = head.Number(widths.address_bytes);
  const uint64_t list_bytes = head.Number(widths.length_bytes);
  const uint64_t room_bytes = head.Number(widths.length_bytes);
  claims.Take(room_at_, start.size() - head.rest() + kSumBytes);
  const bool has_list = list_at != file_.nowhere();
  if (client != 0 || address_bits != address_bits_ || most_bytes != most_direct_bytes_ ||
      list_bytes > room_bytes || has_list != (count > 0))
    throw head.Corrupt("has a heap whose room cannot be");
  if (!has_list) return;
  claims.Take(list_at, room_bytes);
  const std::string bytes = file_.ReadUpTo(list_at, list_bytes);
  Cursor list(bytes, file_.path());
  if (bytes.size() < list_bytes || !list.BeginsWith("FSSE"))
    throw list.Corrupt("has a heap without a list of its room");
  list.Skip(4 + 1);
  if (list.Number(widths.address_bytes) != room_at_ || list.rest() < kSumBytes)
    throw list.Corrupt("has a heap with a list of another");
  list = list.Part(list.rest() - kSumBytes);
  uint64_t found = 0;
  while (list.rest() > 0) {
    const uint64_t alike = list.Number(BytesOf(count));
    const uint64_t size_bytes = list.Number(BytesOf(most_bytes));
    if (alike == 0 || alike > count - found || size_bytes == 0 || size_bytes >= most_bytes)
      throw list.Corrupt("has a heap whose room cannot be");
    found += alike;
    for (uint64_t k = 0; k < alike; k++) {
      const uint64_t at = list.Number(offset_bytes_);
      const uint64_t kind = list.Number(1);
      if (kind == kRows) {
        CheckRows(list.Part(offset_bytes_ + kRowsBytes), at, size_bytes);
        continue;
      }
      const auto behind = direct_.upper_bound(at);
      if (kind != kRange || behind == direct_.begin()) throw list.Corrupt("has a heap whose room cannot be");
      const auto& [block_start, block_bytes] = *std::prev(behind);
      const uint64_t within = at - block_start;
      if (within < HeadBytes() || within > block_bytes || size_bytes > block_bytes - within)
        throw list.Corrupt("has a heap with room beyond a block");
      TakeRoom(at, size_bytes);
    }
  }
  if (found != count) throw list.Corrupt("has a heap whose room cannot be");
}

void FractalHeap::Take(std::string_view key) {
  Cursor from(key, file_.path());
  from.Skip(1);
  const uint64_t start = from.Number(offset_bytes_);
  if (!used_.Take(start, from.Number(length_bytes_)))
    throw from.Corrupt("has a heap in which an object lies over something else");
}

std::string FractalHeap::FindLarge(uint64_t number) {
  if (large_.empty()) ReadLarge();
  const auto found = large_.find(number);
  const Cursor nowhere({}, file_.path());
  if (found == large_.end()) throw nowhere.Corrupt("refers to what is not in its heap");
  std::string out = file_.ReadUpTo(found->second.address, found->second.size_bytes);
  if (out.size() < found->second.size_bytes) throw nowhere.Corrupt("refers to what lies beyond the file");
  return out;
}

void FractalHeap::ReadLarge() {
  const Widths& widths = file_.widths();
  const auto is_record = [&](uint64_t size_bytes) {
    return size_bytes == widths.address_bytes + 2 * widths.length_bytes;
  };
  Tree(large_at_, kLargeRecords, is_record, file_).Walk([&](Cursor record) {
    const uint64_t address = record.Number(widths.address_bytes);
    const uint64_t size_bytes = record.Number(widths.length_bytes);
    large_[record.Number(widths.length_bytes)] = {address, size_bytes};
  });
}

}  // namespace persist::hdf5
