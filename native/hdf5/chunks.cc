#include "hdf5/chunks.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "array/selection.h"
#include "hdf5/decoders.h"
#include "hdf5/thread.h"
#include "os/read.h"

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

constexpr uint64_t kFewChunks = uint64_t{1} << 18;

/** Throws LIMIT where a selection touches more chunks than a file of this size can hold. */
void CheckCount(const std::vector<uint64_t>& chunk, const std::vector<Range>& ranges, const File& file) {
  const uint64_t count = CountChunks(chunk, ranges);
  if (count <= kFewChunks || count <= file.size_bytes()) return;
  throw os::Error("PERSIST_LIMIT",
                  file.path() + " has " + std::to_string(file.size_bytes()) +
                      " bytes, and the part would lie in more chunks: read a smaller one by a selection",
                  file.path());
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

/** The chunks that a selection touches, in C order. */
class Walk {
 public:
  Walk(const std::vector<uint64_t>& chunk, const std::vector<Range>& ranges)
      : place_(ranges.size()), part_(ranges.size()), at_(ranges.size(), 0) {
    for (size_t axis = 0; axis < ranges.size(); axis++) {
      segments_.push_back(SegmentsOf(ranges[axis], chunk[axis]));
      ends_.push_back(segments_.back().size());
      counts_.push_back(ranges[axis].count);
    }
    Look();
  }

  /** Extents of the result. */
  const std::vector<uint64_t>& counts() const { return counts_; }
  uint64_t chunks() const { return *Product(1, {ends_.begin(), ends_.end()}); }
  /** Where the chunk begins, in elements. */
  const std::vector<hsize_t>& place() const { return place_; }
  const std::vector<const Segment*>& part() const { return part_; }
  /** How many elements of the chunk are wanted. */
  uint64_t elements() const {
    uint64_t out = 1;
    for (const Segment* segment : part_) out *= segment->count;
    return out;
  }

  bool Next() {
    const bool is_there = Advance(at_, ends_);
    Look();
    return is_there;
  }

 private:
  void Look() {
    for (size_t axis = 0; axis < at_.size(); axis++) {
      part_[axis] = &segments_[axis][at_[axis]];
      place_[axis] = part_[axis]->chunk;
    }
  }

  std::vector<std::vector<Segment>> segments_;
  std::vector<size_t> ends_;
  std::vector<uint64_t> counts_;
  std::vector<hsize_t> place_;
  std::vector<const Segment*> part_;
  std::vector<size_t> at_;
};

enum class Fetched {
  kStored,  // what is stored of the chunk is in memory
  kNone,    // it was never written
  kPlaced,  // what is wanted of it already is where it belongs
};

/** Fetches the chunk at which a walk is. */
using Fetch = std::function<Fetched(const Walk& walk, Bytes& into, uint32_t& mask)>;

void ReadAll(const Chunking& chunking, Walk& walk, uint64_t chunk_bytes, void* into, const Fetch& fetch,
             const std::string& path, os::Control* control) {
  const size_t itemsize = chunking.fill.size();
  const Assembler assembler(chunking.chunk, walk.counts(), itemsize, into);
  Decoders decoders(chunking.filters, chunk_bytes, path, walk.chunks());
  do {
    FetchedChunk fetched;
    fetched.bytes = decoders.Room();
    switch (fetch(walk, fetched.bytes, fetched.mask)) {
      case Fetched::kStored:
        fetched.place = [&assembler, part = walk.part()](const Bytes& chunk) {
          assembler.Place(chunk.data(), false, part);
        };
        decoders.Give(std::move(fetched));
        break;
      case Fetched::kNone:
        assembler.Place(chunking.fill.data(), true, walk.part());
        break;
      case Fetched::kPlaced:
        break;
    }
    if (control != nullptr) control->Advance(itemsize * walk.elements());
  } while (walk.Next());
  decoders.Finish();
}

uint64_t ChunkBytes(const Chunking& chunking, const std::string& path) {
  const std::optional<uint64_t> out = Product(chunking.fill.size(), chunking.chunk);
  if (!out) throw os::Error("PERSIST_LIMIT", path + " has chunks of more than 2^63 bytes", path);
  return *out;
}

/** Reads the wanted part of a chunk that went through no filter, and not more. */
void ReadPart(const Chunking& chunking, const Walk& walk, const ChunkPlace& place, void* into, int fd,
              const std::string& path) {
  const size_t itemsize = chunking.fill.size();
  const std::vector<size_t> from = StridesOf(chunking.chunk, itemsize);
  const std::vector<size_t> to = StridesOf(walk.counts(), itemsize);
  array::Selection selection = {place.offset, 0, itemsize, 0, {}};
  for (size_t axis = 0; axis < from.size(); axis++) {
    const Segment& segment = *walk.part()[axis];
    selection.from += segment.from * from[axis];
    selection.to += segment.to * to[axis];
    selection.axes.push_back({segment.count, segment.step * from[axis], static_cast<int64_t>(to[axis])});
  }
  array::FileSource source(fd, 0, path);
  array::ReadSelection(source, std::move(selection), static_cast<char*>(into), nullptr);
}

}  // namespace

Bytes FillValue(const Dataset& dataset, hid_t type, const std::string& path) {
  Bytes out(H5Tget_size(type));
  const Handle creation(Check(H5Dget_create_plist(dataset.id), "H5Dget_create_plist", path), H5Pclose);
  H5D_fill_value_t status;
  Check(H5Pfill_value_defined(creation, &status), "H5Pfill_value_defined", path);
  if (status == H5D_FILL_VALUE_USER_DEFINED)
    Check(H5Pget_fill_value(creation, type, out.data()), "H5Pget_fill_value", path);
  return out;
}

uint64_t CountChunks(const std::vector<uint64_t>& chunk, const std::vector<Range>& ranges) {
  std::vector<uint64_t> counts;
  for (size_t axis = 0; axis < ranges.size(); axis++) {
    const auto& [start, step, count] = ranges[axis];
    if (count == 0) return 0;
    const uint64_t last = start + (count - 1) * step;
    counts.push_back(std::min(count, last / chunk[axis] - start / chunk[axis] + 1));
  }
  return Product(1, counts).value_or(~uint64_t{0});
}

namespace {

herr_t FindUnwritten(unsigned depth, const H5E_error2_t* entry, void* out) {
  // Upward: where finding the chunk failed, another function comes first.
  if (depth == 0)
    *static_cast<bool*>(out) = std::string_view(entry->func_name) == "H5D__get_chunk_storage_size";
  return 0;
}

/** The size of a chunk in the file; 0 for one that was never written, which is an error to HDF5 1.10 and none
 * to later versions. */
hsize_t StoredBytes(const Dataset& dataset, const std::vector<hsize_t>& place, const std::string& path) {
  hsize_t stored_bytes = 0;
  if (H5Dget_chunk_storage_size(dataset.id, place.data(), &stored_bytes) >= 0) return stored_bytes;
  bool is_unwritten = false;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, FindUnwritten, &is_unwritten);
  if (!is_unwritten) throw LibraryError("H5Dget_chunk_storage_size", path);
  H5Eclear2(H5E_DEFAULT);
  return 0;
}

}  // namespace

void ReadChunks(const Dataset& dataset, const std::vector<Range>& ranges, const Bytes& fill, void* into,
                const File& file, os::Control* control) {
  const Chunking chunking = {dataset.chunk, dataset.filters, fill};
  const std::string& path = file.path();
  const uint64_t chunk_bytes = ChunkBytes(chunking, path);
  CheckClaim(chunk_bytes, file);
  CheckCount(dataset.chunk, ranges, file);
  const auto fetch = [&](const Walk& walk, Bytes& bytes, uint32_t& mask) {
    LetOthersIn();
    const hsize_t stored_bytes = StoredBytes(dataset, walk.place(), path);
    if (stored_bytes == 0) return Fetched::kNone;
    if (stored_bytes > file.size_bytes())
      throw os::Error("PERSIST_CORRUPT", path + " has a chunk that is longer than the file", path);
    bytes.resize(stored_bytes);
    // without filters that is a chunk's size, but the library reads as much as the index says
    file.ExpectRaw(stored_bytes);
    const herr_t result = H5Dread_chunk(dataset.id, H5P_DEFAULT, walk.place().data(), &mask, bytes.data());
    file.ExpectRaw(std::nullopt);
    Check(result, "H5Dread_chunk", path);
    return Fetched::kStored;
  };
  Walk walk(dataset.chunk, ranges);
  ReadAll(chunking, walk, chunk_bytes, into, fetch, path, control);
}

void ReadPlacedChunks(const Chunking& chunking, const std::vector<Range>& ranges,
                      const std::vector<ChunkPlace>& places, void* into, int fd, const std::string& path,
                      os::Control* control) {
  Walk walk(chunking.chunk, ranges);
  size_t next = 0;
  const auto fetch = [&](const Walk& at, Bytes& bytes, uint32_t& mask) {
    const ChunkPlace& place = places[next++];
    if (place.stored_bytes == 0) return Fetched::kNone;
    if (chunking.filters.empty()) {
      ReadPart(chunking, at, place, into, fd, path);
      return Fetched::kPlaced;
    }
    bytes.resize(place.stored_bytes);
    os::ReadRange(fd, place.offset, bytes.data(), bytes.size(), nullptr, path);
    mask = place.mask;
    return Fetched::kStored;
  };
  ReadAll(chunking, walk, ChunkBytes(chunking, path), into, fetch, path, control);
}

}  // namespace persist::hdf5
