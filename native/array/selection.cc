#include "array/selection.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "array/parallel.h"

namespace persist::array {
namespace {

/** A call of the system takes as long as copying so many bytes: gaps up to this are read rather than skipped.
 */
constexpr uint64_t kGap = 4096;
constexpr uint64_t kScratch = uint64_t{256} << 10;
/** Long runs are read in such pieces, so that a job can be stopped and what is swapped is still in the cache.
 */
constexpr uint64_t kPiece = uint64_t{1} << 20;
constexpr uint64_t kReportEvery = uint64_t{1} << 20;

/** Makes one axis of two that follow each other without a gap on both sides, and drops those of one element.
 */
void Merge(std::vector<Axis>& axes) {
  std::vector<Axis> out;
  for (const Axis& axis : axes) {
    if (axis.count == 1) continue;
    const auto count = static_cast<int64_t>(axis.count);
    if (!out.empty() && out.back().from_step == axis.from_step * axis.count &&
        out.back().to_step == axis.to_step * count) {
      out.back() = {out.back().count * axis.count, axis.from_step, axis.to_step};
    } else {
      out.push_back(axis);
    }
  }
  axes = std::move(out);
}

template <size_t size>
void CopyStrided(const char* from, char* to, const Axis& axis) {
  for (uint64_t k = 0; k < axis.count; k++) {
    std::memcpy(to, from, size);
    from += axis.from_step;
    to += axis.to_step;
  }
}

/** One axis of runs. */
void CopyAxis(const char* from, char* to, const Axis& axis, size_t run) {
  switch (run) {
    case 1:
      return CopyStrided<1>(from, to, axis);
    case 2:
      return CopyStrided<2>(from, to, axis);
    case 4:
      return CopyStrided<4>(from, to, axis);
    case 8:
      return CopyStrided<8>(from, to, axis);
    case 16:
      return CopyStrided<16>(from, to, axis);
    default:
      for (uint64_t k = 0; k < axis.count; k++) {
        std::memcpy(to, from, run);
        from += axis.from_step;
        to += axis.to_step;
      }
  }
}

/** Counts through axes, the last one fastest, and keeps both positions. */
class Odometer {
 public:
  Odometer(const Axis* axes, size_t count) : axes_(axes), index_(count, 0) {}
  uint64_t from() const { return from_; }
  int64_t to() const { return to_; }
  /** False after the last position. */
  bool Next() {
    for (size_t k = index_.size(); k-- > 0;) {
      from_ += axes_[k].from_step;
      to_ += axes_[k].to_step;
      if (++index_[k] < axes_[k].count) return true;
      from_ -= axes_[k].from_step * axes_[k].count;
      to_ -= axes_[k].to_step * static_cast<int64_t>(axes_[k].count);
      index_[k] = 0;
    }
    return false;
  }

 private:
  const Axis* axes_;
  std::vector<uint64_t> index_;
  uint64_t from_ = 0;
  int64_t to_ = 0;
};

/** Tells the control of what was done, now and then. */
class Report {
 public:
  explicit Report(os::Control* control) : control_(control) {}
  void Done(uint64_t bytes) {
    if (control_ == nullptr) return;
    pending_ += bytes;
    if (pending_ >= kReportEvery) control_->Advance(std::exchange(pending_, 0));
  }

 private:
  os::Control* control_;
  uint64_t pending_ = 0;
};

template <typename Number>
void SwapNumbers(void* data, size_t size) {
  auto* bytes = static_cast<char*>(data);
  for (size_t k = 0; k + sizeof(Number) <= size; k += sizeof(Number)) {
    Number number;
    std::memcpy(&number, bytes + k, sizeof number);
    if constexpr (sizeof(Number) == 2)
      number = __builtin_bswap16(number);
    else if constexpr (sizeof(Number) == 4)
      number = __builtin_bswap32(number);
    else
      number = __builtin_bswap64(number);
    std::memcpy(bytes + k, &number, sizeof number);
  }
}

/** Reads runs that need no scratch. */
void ReadRuns(Source& source, const Selection& plan, size_t run, char* result, Report& report) {
  Odometer outer(plan.axes.data(), plan.axes.size());
  // a piece ends between two numbers
  const size_t most = kPiece / std::max<size_t>(plan.swap, 1) * std::max<size_t>(plan.swap, 1);
  do {
    char* to = result + static_cast<int64_t>(plan.to) + outer.to();
    for (size_t done = 0; done < run;) {
      const size_t piece = std::min(run - done, most);
      source.Read(plan.from + outer.from() + done, to + done, piece);
      if (plan.swap > 1) SwapBytes(to + done, piece, plan.swap);
      done += piece;
      report.Done(piece);
    }
  } while (outer.Next());
}

/** How the inner axes are read in one piece: axes from `depth` on, and of the one before it `group` elements
 * at a time. */
struct Piece {
  size_t depth;
  uint64_t group;
  uint64_t span;  // of the axes from `depth` on
};

Piece PieceOf(const std::vector<Axis>& axes, size_t run) {
  Piece out{axes.size(), 1, run};
  while (out.depth > 0) {
    const Axis& axis = axes[out.depth - 1];
    if (axis.from_step > out.span + kGap || out.span >= kScratch) break;
    const uint64_t fitting = (kScratch - out.span) / axis.from_step + 1;
    if (fitting < axis.count) {
      out.group = fitting;
      break;
    }
    out.span += axis.from_step * (axis.count - 1);
    out.depth--;
  }
  return out;
}

/** Reads pieces of several runs with the gaps between them, and copies the runs out of each. */
void ReadPieces(Source& source, const Selection& plan, const Piece& piece, size_t run, char* result,
                Report& report) {
  const bool grouped = piece.group > 1;
  const size_t outer_count = grouped ? piece.depth - 1 : piece.depth;
  const Axis whole = grouped ? plan.axes[outer_count] : Axis{1, 0, 0};
  const std::vector<Axis> inner(plan.axes.begin() + static_cast<ptrdiff_t>(piece.depth), plan.axes.end());
  const uint64_t largest = piece.span + (piece.group - 1) * whole.from_step;
  const auto scratch = std::make_unique_for_overwrite<char[]>(static_cast<size_t>(largest));
  uint64_t useful = run;
  for (const Axis& axis : inner) useful *= axis.count;

  Odometer outer(plan.axes.data(), outer_count);
  do {
    for (uint64_t k = 0; k < whole.count; k += piece.group) {
      const uint64_t count = std::min(piece.group, whole.count - k);
      const uint64_t size = piece.span + (count - 1) * whole.from_step;
      source.Read(plan.from + outer.from() + k * whole.from_step, scratch.get(), static_cast<size_t>(size));
      std::vector<Axis> axes{{count, whole.from_step, whole.to_step}};
      axes.insert(axes.end(), inner.begin(), inner.end());
      char* to =
          result + static_cast<int64_t>(plan.to) + outer.to() + static_cast<int64_t>(k) * whole.to_step;
      Odometer middle(axes.data(), axes.size() - 1);
      do CopyAxis(scratch.get() + middle.from(), to + middle.to(), axes.back(), run);
      while (middle.Next());
      report.Done(count * useful);
    }
  } while (outer.Next());
}

/** Whether it lies in so many places that calls of the system take longer than starting threads. What is
 * swapped is swapped as a whole. */
bool IsWorthThreads(const Selection& plan) {
  constexpr uint64_t kFewPlaces = 256;
  constexpr uint64_t kShortWay = uint64_t{1} << 20;
  if (plan.axes.empty() || plan.swap > 1) return false;
  const Axis& outermost = plan.axes.front();
  return outermost.count >= kFewPlaces && outermost.from_step > plan.itemsize &&
         outermost.from_step >= kShortWay / outermost.count;
}

/** Shares of the work, so that a core that is busy with something else does less of it. */
constexpr uint64_t kShares = 8;

/** The `k`-th of `kShares` of the outermost axis. */
Selection ShareOf(const Selection& plan, uint64_t k) {
  Selection out = plan;
  Axis& axis = out.axes.front();
  const uint64_t begin = axis.count * k / kShares;
  const uint64_t end = axis.count * (k + 1) / kShares;
  out.from += begin * axis.from_step;
  out.to = static_cast<size_t>(static_cast<int64_t>(out.to) + static_cast<int64_t>(begin) * axis.to_step);
  axis.count = end - begin;
  return out;
}

}  // namespace

uint64_t SizeOf(const Selection& selection) {
  uint64_t size = selection.itemsize;
  for (const Axis& axis : selection.axes) size *= axis.count;
  return size;
}

bool IsSound(const Selection& selection, size_t size) {
  uint64_t wanted = selection.itemsize;
  for (const Axis& axis : selection.axes)
    if (__builtin_mul_overflow(wanted, axis.count, &wanted)) return false;
  if (wanted != size) return false;
  if (size == 0) return true;
  uint64_t reach = selection.itemsize;
  auto first = static_cast<int64_t>(selection.to);
  auto last = first + static_cast<int64_t>(selection.itemsize);
  for (size_t k = selection.axes.size(); k-- > 0;) {
    const Axis& axis = selection.axes[k];
    if (axis.count == 1) continue;
    if (axis.from_step < reach) return false;
    reach += axis.from_step * (axis.count - 1);
    const int64_t far = axis.to_step * static_cast<int64_t>(axis.count - 1);
    (far < 0 ? first : last) += far;
  }
  return first == 0 && last == static_cast<int64_t>(size);
}

void ReadSelection(Source& source, Selection plan, char* result, os::Control* control) {
  const auto size_bytes = static_cast<size_t>(SizeOf(plan));
  if (size_bytes == 0) return;
  Merge(plan.axes);
  size_t run = plan.itemsize;
  if (!plan.axes.empty()) {
    const Axis& last = plan.axes.back();
    if (last.from_step == run && last.to_step == static_cast<int64_t>(run)) {
      run *= static_cast<size_t>(last.count);
      plan.axes.pop_back();
    }
  }
  Report report(control);
  const Piece piece = PieceOf(plan.axes, run);
  if (piece.depth == plan.axes.size() && piece.group == 1) {
    ReadRuns(source, plan, run, result, report);
  } else {
    ReadPieces(source, plan, piece, run, result, report);
    if (plan.swap > 1) SwapBytes(result, size_bytes, plan.swap);
  }
}

void ReadSelection(int fd, const Selection& selection, char* result, os::Control* control,
                   const std::string& file) {
  const auto read = [&](const Selection& part) {
    FileSource source(fd, 0, file);
    ReadSelection(source, part, result, control);
  };
  Selection plan = selection;
  Merge(plan.axes);
  if (!IsWorthThreads(plan)) return read(plan);
  OnAllCores(kShares, [&](size_t k) { read(ShareOf(plan, k)); });
}

void SwapBytes(void* data, size_t size, size_t width) {
  if (width == 2)
    SwapNumbers<uint16_t>(data, size);
  else if (width == 4)
    SwapNumbers<uint32_t>(data, size);
  else if (width == 8)
    SwapNumbers<uint64_t>(data, size);
}

}  // namespace persist::array
