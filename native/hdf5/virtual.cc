#include "hdf5/virtual.h"

#include <cstring>

#include "hdf5/chunks.h"

namespace persist::hdf5 {
namespace {

/** Where the elements of ranges lie in an array, one after the other in C order. */
class Places {
 public:
  Places(const std::vector<Range>& ranges, const std::vector<uint64_t>& shape)
      : ranges_(ranges), shape_(shape), at_(ranges.size(), 0) {}

  uint64_t Next() {
    uint64_t out = 0;
    for (size_t axis = 0; axis < at_.size(); axis++)
      out = out * shape_[axis] + ranges_[axis].start + at_[axis] * ranges_[axis].step;
    for (size_t axis = at_.size(); axis-- > 0;) {
      if (++at_[axis] < ranges_[axis].count) break;
      at_[axis] = 0;
    }
    return out;
  }

 private:
  const std::vector<Range>& ranges_;
  const std::vector<uint64_t>& shape_;
  std::vector<uint64_t> at_;
};

uint64_t CountOf(const std::vector<Range>& ranges) {
  std::vector<uint64_t> counts;
  counts.reserve(ranges.size());
  for (const Range& range : ranges) counts.push_back(range.count);
  return Product(1, counts).value_or(~uint64_t{0});
}

class Parts {
 public:
  Parts(const Dataset& dataset, const File& file) : dataset_(dataset), path_(file.path()) {
    creation_ = Handle(Check(H5Dget_create_plist(dataset.id), "H5Dget_create_plist", path_), H5Pclose);
    Check(H5Pget_virtual_count(creation_, &count_), "H5Pget_virtual_count", path_);
  }

  size_t count() const { return count_; }

  /** Where a part belongs. */
  std::vector<Range> To(size_t k) const {
    return RangesOf({Check(H5Pget_virtual_vspace(creation_, k), "H5Pget_virtual_vspace", path_), H5Sclose},
                    dataset_.shape);
  }

  /** Which part of its source it is. */
  std::vector<Range> From(size_t k, const Dataset& source) const {
    return RangesOf(
        {Check(H5Pget_virtual_srcspace(creation_, k), "H5Pget_virtual_srcspace", path_), H5Sclose},
        source.shape);
  }

  std::string SourceOf(size_t k) const {
    const auto get = [&](char* into, size_t size_bytes) {
      return Check(H5Pget_virtual_dsetname(creation_, k, into, size_bytes), "H5Pget_virtual_dsetname", path_);
    };
    std::string out(static_cast<size_t>(get(nullptr, 0)), '\0');
    get(out.data(), out.size() + 1);
    return out;
  }

  os::Error Unsupported(const std::string& what) const {
    return os::Error("PERSIST_UNSUPPORTED", path_ + ": a virtual dataset over " + what + " is not read",
                     path_);
  }

 private:
  std::vector<Range> RangesOf(const Handle& space, const std::vector<uint64_t>& shape) const {
    std::vector<Range> out;
    const H5S_sel_type kind = H5Sget_select_type(space);
    if (kind == H5S_SEL_ALL) {
      for (const uint64_t extent : shape) out.push_back({0, 1, extent});
      return out;
    }
    const size_t axes = shape.size();
    if (kind != H5S_SEL_HYPERSLABS || H5Sis_regular_hyperslab(space) <= 0)
      throw Unsupported("parts that are no equal steps");
    if (H5Sget_simple_extent_ndims(space) != static_cast<int>(axes))
      throw os::Error("PERSIST_CORRUPT", path_ + " has a virtual dataset over one of other axes", path_);
    std::vector<hsize_t> start(axes), step(axes), count(axes), block(axes);
    Check(H5Sget_regular_hyperslab(space, start.data(), step.data(), count.data(), block.data()),
          "H5Sget_regular_hyperslab", path_);
    for (size_t axis = 0; axis < axes; axis++) {
      if (count[axis] == H5S_UNLIMITED || block[axis] == H5S_UNLIMITED)
        throw Unsupported("parts without an end");
      const bool is_one = count[axis] == 1 || block[axis] == step[axis];
      if (!is_one && block[axis] != 1) throw Unsupported("blocks in steps");
      out.push_back({start[axis], is_one ? 1 : step[axis], is_one ? count[axis] * block[axis] : count[axis]});
      const Range& range = out.back();
      if (range.start >= shape[axis] || range.count == 0 ||
          range.count - 1 > (shape[axis] - 1 - range.start) / range.step)
        throw os::Error("PERSIST_CORRUPT", path_ + " has a virtual dataset with parts outside", path_);
    }
    return out;
  }

  const Dataset& dataset_;
  const std::string& path_;
  Handle creation_;
  size_t count_ = 0;
};

/** All elements, in the order of bytes of this machine. */
Elements ReadWhole(const Dataset& dataset, size_t item_bytes, File& file, os::Control* control) {
  const std::string& path = file.path();
  const std::optional<uint64_t> size_bytes = Product(item_bytes, dataset.shape);
  if (!size_bytes) throw os::Error("PERSIST_LIMIT", path + " has elements of more than 2^63 bytes", path);
  CheckClaim(*size_bytes, file);
  Elements out;
  out.memory = std::make_unique<Memory>(*size_bytes);
  auto* const into = static_cast<unsigned char*>(out.memory->data());
  Bytes fill = FillValue(dataset, MemoryType(dataset.element, path), path);
  MakeNative(dataset.element, fill.data(), fill.size());
  for (uint64_t at = 0; at < *size_bytes; at += item_bytes) std::memcpy(into + at, fill.data(), item_bytes);
  const Parts parts(dataset, file);
  for (size_t k = 0; k < parts.count(); k++) {
    const std::string name = parts.SourceOf(k);
    const Dataset source = Describe(OpenDataset(file, name), file, name);
    if (source.element.descr != dataset.element.descr || source.element.axes != dataset.element.axes)
      throw parts.Unsupported("a dataset of another type");
    const std::vector<Range> to = parts.To(k);
    const std::vector<Range> from = parts.From(k, source);
    const uint64_t count = CountOf(to);
    if (count != CountOf(from))
      throw os::Error("PERSIST_CORRUPT", path + " has a virtual dataset with parts of other sizes", path);
    const Elements part = ReadElements(source, from, file, control);
    const auto* next = static_cast<const unsigned char*>(part.memory->data());
    Places places(to, dataset.shape);
    for (uint64_t n = 0; n < count; n++, next += item_bytes)
      std::memcpy(into + places.Next() * item_bytes, next, item_bytes);
  }
  return out;
}

}  // namespace

Elements ReadAny(const Dataset& dataset, const std::vector<Range>& ranges, File& file, os::Control* control) {
  if (!dataset.is_virtual || dataset.problem) return ReadElements(dataset, ranges, file, control);
  if (dataset.element.text) {
    throw os::Error("PERSIST_UNSUPPORTED",
                    file.path() + ": a virtual dataset of strings of variable length is not read",
                    file.path());
  }
  const std::optional<uint64_t> item_bytes = Product(dataset.element.size_bytes, dataset.element.axes);
  const Elements whole = ReadWhole(dataset, *item_bytes, file, control);
  const uint64_t count = CountOf(ranges);
  Elements out;
  out.memory = std::make_unique<Memory>(*Product(*item_bytes, {count}));
  const auto* const from = static_cast<const unsigned char*>(whole.memory->data());
  auto* into = static_cast<unsigned char*>(out.memory->data());
  Places places(ranges, dataset.shape);
  for (uint64_t n = 0; n < count; n++, into += *item_bytes)
    std::memcpy(into, from + places.Next() * *item_bytes, *item_bytes);
  return out;
}

}  // namespace persist::hdf5
