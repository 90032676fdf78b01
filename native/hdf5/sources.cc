#include "hdf5/sources.h"

#include "hdf5/cursor.h"

namespace persist::hdf5 {
namespace {

constexpr size_t kSumBytes = 4;
constexpr uint64_t kMostAxes = 32;
constexpr uint64_t kUnlimited = ~uint64_t{0};
constexpr uint64_t kMost = uint64_t{1} << 62;

/** Equal steps along an axis. */
void CheckSteps(Cursor& from) {
  const uint64_t start = from.Number(8);
  const uint64_t step = from.Number(8);
  const uint64_t count = from.Number(8);
  const uint64_t block = from.Number(8);
  const bool is_open = count == kUnlimited || block == kUnlimited;
  uint64_t reach = 0;
  const bool overflows = !is_open && (__builtin_mul_overflow(count - 1, step, &reach) ||
                                      __builtin_add_overflow(reach, block, &reach) || reach > kMost);
  if (step == 0 || count == 0 || block == 0 || start > kMost || overflows || (count > 1 && step < block))
    throw from.Corrupt("has a source with a selection that cannot be");
}

/** Gives how many axes a selection has; nothing where it has them all. */
std::optional<size_t> CheckSelection(Cursor& from) {
  enum : uint64_t { kNone = 0, kBlocks = 2, kAll = 3 };
  const uint64_t kind = from.Number(4);
  const uint64_t version = from.Number(4);
  if (kind == kNone || kind == kAll) {
    from.Skip(8);
    return std::nullopt;
  }
  const bool is_regular = version == 2 && from.Number(1) == 1;
  if (kind != kBlocks || (version != 1 && !is_regular)) throw from.Corrupt("has an unknown selection");
  from.Skip(is_regular ? 4 : 8);
  const uint64_t axes = from.Number(4);
  if (axes == 0 || axes > kMostAxes) throw from.Corrupt("has a source of too many axes");
  if (is_regular) {
    for (uint64_t k = 0; k < axes; k++) CheckSteps(from);
    return axes;
  }
  for (uint64_t count = from.Number(4); count > 0; count--) {
    Cursor starts = from.Part(4 * axes);
    Cursor ends = from.Part(4 * axes);
    for (uint64_t k = 0; k < axes; k++)
      if (starts.Number(4) > ends.Number(4)) throw from.Corrupt("has a source that ends before it starts");
  }
  return axes;
}

}  // namespace

void CheckSources(std::string_view block, std::optional<size_t> axes, const Metadata& file) {
  Cursor from(block, file.path());
  from.Skip(1);
  for (uint64_t count = from.Number(file.widths().length_bytes); count > 0; count--) {
    from.Text();
    from.Text();
    CheckSelection(from);
    const std::optional<size_t> there = CheckSelection(from);
    if (axes && there && *axes != *there) throw from.Corrupt("has a source of another number of axes");
  }
  from.Skip(kSumBytes);
}

}  // namespace persist::hdf5
