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
  head.Skip(widths.length_bytes + widths.address_bytes + 8 * widths.length_bytes);
  width_ = head.Number(2);
  first_bytes_ = head.Number(widths.length_bytes);
  const uint64_t most_direct_bytes = head.Number(widths.length_bytes);
  const uint64_t address_bits = head.Number(2);
  head.Skip(2);
  root_ = head.Number(widths.address_bytes);
  rows_ = head.Number(2);
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

void FractalHeap::CheckBlock(const Block& block) {
  if (!checked_.insert(block.address).second) return;
  const std::string start = file_.ReadUpTo(block.address, kMostHead);
  Cursor head(start, file_.path());
  if (!head.BeginsWith("FHDB")) throw head.Corrupt("has a heap without a block");
  head.Skip(4 + 1);
  if (head.Number(file_.widths().address_bytes) != address_ || head.Number(offset_bytes_) != block.start)
    throw head.Corrupt("has a heap with a block of another");
}

std::string FractalHeap::Find(std::string_view key) {
  enum : uint64_t { kManaged = 0, kLarge = 1 };
  Cursor from(key, file_.path());
  const uint64_t kind = from.Number(1);
  if (kind == kLarge << 4) return FindLarge(from.Number(std::min<size_t>(from.rest(), sizeof(uint64_t))));
  if (kind != kManaged) throw from.Corrupt("has an unknown key of a heap");
  const uint64_t offset = from.Number(offset_bytes_);
  const uint64_t size_bytes = from.Number(length_bytes_);
  const Block block = BlockOf(offset);
  CheckBlock(block);
  const uint64_t head_bytes =
      4 + 1 + file_.widths().address_bytes + offset_bytes_ + (has_sums_ ? kSumBytes : 0);
  const uint64_t at = offset - block.start;
  if (at < head_bytes || at >= block.size_bytes || size_bytes > block.size_bytes - at)
    throw from.Corrupt("refers to what lies beyond a block of its heap");
  return file_.ReadUpTo(block.address + at, size_bytes);
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
