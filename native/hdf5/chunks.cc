#include "hdf5/chunks.h"

#include <algorithm>
#include <cstring>

#include "hdf5/filters.h"
#include "hdf5/thread.h"

namespace persist::hdf5 {
namespace {

/** The part of a selection along one axis that lies in one chunk. */
struct Segment {
  uint64_t chunk;  // where the chunk begins, in elements of the dataset
  uint64_t from;   // the first wanted element, within the chunk
  uint64_t step;
  uint64_t to;  // where it goes, in elements of the result
  uint64_t count;
};

std::vector<Segment> SegmentsOf(const Range& range, uint64_t extent) {
  std::vector<Segment> out;
  for (uint64_t done = 0; done < range.count;) {
    const uint64_t at = range.start + done * range.step;
    const uint64_t chunk = at - at % extent;
    const uint64_t count = std::min(range.count - done, (chunk + extent - 1 - at) / range.step + 1);
    out.push_back({chunk, at - chunk, range.step, done, count});
    done += count;
  }
  return out;
}

/** Row lengths in bytes: how far neighbours along each axis are from each other in C order. */
std::vector<size_t> StridesOf(const std::vector<uint64_t>& extents, size_t itemsize) {
  std::vector<size_t> out(extents.size());
  size_t step = itemsize;
  for (size_t axis = extents.size(); axis-- > 0;) {
    out[axis] = step;
    step *= extents[axis];
  }
  return out;
}

/** An odometer: goes through all combinations, the last place fastest. False when it is through. */
bool Advance(std::vector<size_t>& at, const std::vector<size_t>& ends) {
  for (size_t k = at.size(); k-- > 0;) {
    if (++at[k] < ends[k]) return true;
    at[k] = 0;
  }
  return false;
}

class Assembler {
 public:
  Assembler(const std::vector<uint64_t>& chunk, const std::vector<uint64_t>& result, size_t itemsize,
            void* into)
      : itemsize_(itemsize),
        chunk_strides_(StridesOf(chunk, itemsize)),
        result_strides_(StridesOf(result, itemsize)),
        into_(static_cast<unsigned char*>(into)) {}

  /** Copies one chunk's part of the selection. The fill value stands for every element of a chunk that has
   * none. */
  void Place(const unsigned char* chunk, bool is_fill, const std::vector<const Segment*>& part) const {
    const size_t last = part.size() - 1;
    std::vector<size_t> at(last, 0);
    std::vector<size_t> ends;
    for (size_t axis = 0; axis < last; axis++) ends.push_back(part[axis]->count);
    do {
      size_t from = part[last]->from * itemsize_;
      size_t to = part[last]->to * itemsize_;
      for (size_t axis = 0; axis < last; axis++) {
        from += (part[axis]->from + at[axis] * part[axis]->step) * chunk_strides_[axis];
        to += (part[axis]->to + at[axis]) * result_strides_[axis];
      }
      if (is_fill)
        Copy(chunk, 0, to, part[last]->count);
      else if (part[last]->step == 1)
        std::memcpy(into_ + to, chunk + from, part[last]->count * itemsize_);
      else
        Copy(chunk + from, part[last]->step * itemsize_, to, part[last]->count);
    } while (Advance(at, ends));
  }

 private:
  void Copy(const unsigned char* from, size_t step, size_t to, uint64_t count) const {
    for (uint64_t k = 0; k < count; k++) std::memcpy(into_ + to + k * itemsize_, from + k * step, itemsize_);
  }

  size_t itemsize_;
  std::vector<size_t> chunk_strides_;
  std::vector<size_t> result_strides_;
  unsigned char* into_;
};

/** Fetches what is stored of a chunk. False when the chunk was never written. */
bool Fetch(const Dataset& dataset, const std::vector<hsize_t>& at, const File& file, Bytes& into,
           uint32_t& mask) {
  hsize_t stored_bytes = 0;
  Check(H5Dget_chunk_storage_size(dataset.id, at.data(), &stored_bytes), "H5Dget_chunk_storage_size",
        file.path());
  if (stored_bytes == 0) return false;
  if (stored_bytes > file.size_bytes()) {
    throw os::Error("PERSIST_CORRUPT", file.path() + " has a chunk that is longer than the file",
                    file.path());
  }
  into.resize(stored_bytes);
  Check(H5Dread_chunk(dataset.id, H5P_DEFAULT, at.data(), &mask, into.data()), "H5Dread_chunk", file.path());
  return true;
}

}  // namespace

std::vector<unsigned char> FillValue(const Dataset& dataset, hid_t type, const std::string& path) {
  Bytes out(H5Tget_size(type));
  const Handle creation(Check(H5Dget_create_plist(dataset.id), "H5Dget_create_plist", path), H5Pclose);
  H5D_fill_value_t status;
  Check(H5Pfill_value_defined(creation, &status), "H5Pfill_value_defined", path);
  if (status == H5D_FILL_VALUE_USER_DEFINED)
    Check(H5Pget_fill_value(creation, type, out.data()), "H5Pget_fill_value", path);
  return out;
}

bool HasUsualFilters(const Dataset& dataset) {
  const auto& filters = dataset.filters;
  const auto is = [](H5Z_filter_t id) { return [id](const Filter& filter) { return filter.id == id; }; };
  const auto streams = std::count_if(filters.begin(), filters.end(), is(H5Z_FILTER_DEFLATE));
  const auto others = std::count_if(filters.begin(), filters.end(), is(H5Z_FILTER_SHUFFLE)) +
                      std::count_if(filters.begin(), filters.end(), is(H5Z_FILTER_FLETCHER32));
  return !dataset.chunk.empty() && streams <= 1 && static_cast<size_t>(streams + others) == filters.size();
}

void ReadChunks(const Dataset& dataset, const std::vector<Range>& ranges,
                const std::vector<unsigned char>& fill, void* into, const File& file, os::Control* control) {
  const size_t itemsize = fill.size();
  const std::optional<uint64_t> chunk_bytes = Product(itemsize, dataset.chunk);
  if (!chunk_bytes)
    throw os::Error("PERSIST_LIMIT", file.path() + " has chunks of more than 2^63 bytes", file.path());
  CheckClaim(*chunk_bytes, file);
  std::vector<std::vector<Segment>> segments;
  std::vector<size_t> ends;
  std::vector<uint64_t> counts;
  for (size_t axis = 0; axis < ranges.size(); axis++) {
    segments.push_back(SegmentsOf(ranges[axis], dataset.chunk[axis]));
    ends.push_back(segments.back().size());
    counts.push_back(ranges[axis].count);
  }
  const Assembler assembler(dataset.chunk, counts, itemsize, into);
  Decoder decoder(dataset.filters, *chunk_bytes, file.path());
  Bytes chunk;
  std::vector<hsize_t> place(ranges.size());
  std::vector<const Segment*> part(ranges.size());
  std::vector<size_t> at(ranges.size(), 0);
  do {
    LetOthersIn();
    uint64_t done = itemsize;
    for (size_t axis = 0; axis < at.size(); axis++) {
      part[axis] = &segments[axis][at[axis]];
      place[axis] = part[axis]->chunk;
      done *= part[axis]->count;
    }
    uint32_t mask = 0;
    const bool is_written = Fetch(dataset, place, file, chunk, mask);
    if (is_written) decoder.Decode(chunk, mask);
    assembler.Place(is_written ? chunk.data() : fill.data(), !is_written, part);
    if (control != nullptr) control->Advance(done);
  } while (Advance(at, ends));
}

}  // namespace persist::hdf5
