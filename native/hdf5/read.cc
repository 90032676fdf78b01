#include "hdf5/read.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "array/selection.h"
#include "hdf5/chunks.h"
#include "hdf5/text.h"
#include "os/read.h"

namespace persist::hdf5 {
namespace {

std::vector<hsize_t> CountsOf(const std::vector<Range>& ranges) {
  std::vector<hsize_t> out;
  out.reserve(ranges.size());
  for (const Range& range : ranges) out.push_back(range.count);
  return out;
}

/** Bytes of the numbers that make an element. */
size_t WidthOf(const Element& element) {
  const char kind = element.descr[1];
  return kind == 'c' ? element.size_bytes / 2 : kind == 'U' ? 4 : element.size_bytes;
}

/** Has the library read a selection into memory of a type. */
void ReadByLibrary(const Dataset& dataset, const std::vector<Range>& ranges, hid_t type, void* into,
                   const std::string& path) {
  if (ranges.empty()) {
    Check(H5Dread(dataset.id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, into), "H5Dread", path);
    return;
  }
  std::vector<hsize_t> start;
  std::vector<hsize_t> step;
  const std::vector<hsize_t> count = CountsOf(ranges);
  for (const Range& range : ranges) {
    start.push_back(range.start);
    step.push_back(range.step);
  }
  const Handle from(Check(H5Dget_space(dataset.id), "H5Dget_space", path), H5Sclose);
  Check(H5Sselect_hyperslab(from, H5S_SELECT_SET, start.data(), step.data(), count.data(), nullptr),
        "H5Sselect_hyperslab", path);
  const Handle to(Check(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr),
                        "H5Screate_simple", path),
                  H5Sclose);
  Check(H5Dread(dataset.id, type, to, from, H5P_DEFAULT, into), "H5Dread", path);
}

/** Reads chunks as they are stored, and has the library convert the elements. */
void ReadAndConvert(const Dataset& dataset, const std::vector<Range>& ranges, uint64_t count, hid_t type,
                    Memory& into, const File& file, os::Control* control) {
  const std::string& path = file.path();
  const Handle stored(Check(H5Dget_type(dataset.id), "H5Dget_type", path), H5Tclose);
  const std::optional<uint64_t> work_bytes =
      Product(std::max(H5Tget_size(stored), H5Tget_size(type)), {count});
  if (!work_bytes) throw os::Error("PERSIST_LIMIT", path + " has elements of more than 2^63 bytes", path);
  CheckClaim(*work_bytes, file);
  const Memory work(*work_bytes);
  ReadChunks(dataset, ranges, FillValue(dataset, stored, path), work.data(), file, control);
  // what is still zeros is the background that records are converted onto
  Check(H5Tconvert(stored, type, count, work.data(), into.data(), H5P_DEFAULT), "H5Tconvert", path);
  std::memcpy(into.data(), work.data(), into.size_bytes());
}

}  // namespace

Memory::Memory(size_t size_bytes) : size_bytes_(size_bytes) {
  if (size_bytes == 0) return;
  void* const got =
      os::sys.mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (got == MAP_FAILED)
    throw os::Error("PERSIST_LIMIT", "no memory for " + std::to_string(size_bytes) + " bytes");
  data_ = got;
  os::AdviseHuge(data_, size_bytes);
}

Memory::~Memory() {
  if (data_ != nullptr) os::sys.munmap(data_, size_bytes_);
}

void MakeNative(const Element& element, void* data, size_t size_bytes) {
  if (element.descr[0] == '>') array::SwapBytes(data, size_bytes, WidthOf(element));
}

Elements ReadElements(const Dataset& dataset, const std::vector<Range>& ranges, File& file,
                      os::Control* control) {
  if (dataset.problem) throw *dataset.problem;
  const std::string& path = file.path();
  std::vector<uint64_t> extents;
  extents.reserve(ranges.size());
  for (const Range& range : ranges) extents.push_back(range.count);
  const uint64_t count = dataset.is_null ? 0 : *Product(1, extents);
  file.Obey(control);
  Elements out;
  if (dataset.element.text) {
    CheckClaim(count, file);
    return ReadText(dataset, ranges, count, file);
  }
  const std::optional<uint64_t> inner = Product(dataset.element.size_bytes, dataset.element.axes);
  const uint64_t size_bytes = *Product(*inner, {count});
  CheckClaim(size_bytes, file);
  out.memory = std::make_unique<Memory>(size_bytes);
  if (size_bytes == 0) return out;
  const Handle type = MemoryType(dataset.element, path);
  if (dataset.chunk.empty())
    ReadByLibrary(dataset, ranges, type, out.memory->data(), path);
  else if (dataset.element.as_stored)
    ReadChunks(dataset, ranges, FillValue(dataset, type, path), out.memory->data(), file, control);
  else
    ReadAndConvert(dataset, ranges, count, type, *out.memory, file, control);
  MakeNative(dataset.element, out.memory->data(), size_bytes);
  return out;
}

}  // namespace persist::hdf5
