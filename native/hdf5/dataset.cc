#include "hdf5/dataset.h"

#include <algorithm>

#include "hdf5/heap.h"
#include "hdf5/lzf.h"
#include "hdf5/object.h"

namespace persist::hdf5 {
namespace {

// What a small file may claim all the same, and how far DEFLATE can shrink zeros.
constexpr uint64_t kSmallClaim = uint64_t{256} << 20;
constexpr uint64_t kBestRatio = 1100;

using Property = Handle;

Property CreationOf(hid_t dataset, const std::string& path) {
  return {Check(H5Dget_create_plist(dataset), "H5Dget_create_plist", path), H5Pclose};
}

bool IsKnown(H5Z_filter_t id) {
  return id == H5Z_FILTER_DEFLATE || id == H5Z_FILTER_SHUFFLE || id == H5Z_FILTER_FLETCHER32 ||
         id == H5Z_FILTER_SCALEOFFSET || id == H5Z_FILTER_NBIT || id == H5Z_FILTER_SZIP || id == kFilterLzf;
}

std::vector<Filter> FiltersOf(hid_t creation, const std::string& path) {
  std::vector<Filter> out;
  const int count = Check(H5Pget_nfilters(creation), "H5Pget_nfilters", path);
  for (int k = 0; k < count; k++) {
    unsigned flags = 0;
    std::vector<unsigned> parameters;
    const auto get = [&](size_t& room) {
      return Check(H5Pget_filter2(creation, static_cast<unsigned>(k), &flags, &room, parameters.data(), 0,
                                  nullptr, nullptr),
                   "H5Pget_filter2", path);
    };
    size_t numbers = 0;
    get(numbers);
    parameters.resize(numbers);
    const H5Z_filter_t id = get(numbers);
    out.push_back({id, std::move(parameters)});
  }
  return out;
}

void ReadSpace(Dataset& out, const std::string& path) {
  const Handle space(Check(H5Dget_space(out.id), "H5Dget_space", path), H5Sclose);
  out.is_null = H5Sget_simple_extent_type(space) == H5S_NULL;
  const int rank =
      out.is_null ? 1 : Check(H5Sget_simple_extent_ndims(space), "H5Sget_simple_extent_ndims", path);
  std::vector<hsize_t> shape(static_cast<size_t>(rank));
  if (!out.is_null)
    Check(H5Sget_simple_extent_dims(space, shape.data(), nullptr), "H5Sget_simple_extent_dims", path);
  out.shape.assign(shape.begin(), shape.end());
}

/** Sources in this file only, and none that is virtual itself: they may go in a circle. */
std::optional<os::Error> ProblemOfVirtual(hid_t creation, const File& file) {
  const auto refuse = [&](const std::string& what) {
    return os::Error("PERSIST_UNSUPPORTED", file.path() + ": a virtual dataset over " + what + " is not read",
                     file.path());
  };
  size_t count = 0;
  Check(H5Pget_virtual_count(creation, &count), "H5Pget_virtual_count", file.path());
  const auto text = [&](auto get, size_t index) {
    std::string out(static_cast<size_t>(std::max<ssize_t>(0, get(creation, index, nullptr, 0))), '\0');
    get(creation, index, out.data(), out.size() + 1);
    return out;
  };
  for (size_t k = 0; k < count; k++) {
    if (text(H5Pget_virtual_filename, k) != ".") return refuse("another file");
    const std::string source = text(H5Pget_virtual_dsetname, k);
    if (source.find('%') != std::string::npos) return refuse("a series of datasets");
    Handle dataset = OpenDataset(file, source);
    const Handle its_creation = CreationOf(dataset, file.path());
    if (H5Pget_layout(its_creation) == H5D_VIRTUAL) return refuse("another virtual dataset");
    if (Describe(std::move(dataset), file, source).problem) return refuse("a dataset that cannot be read");
  }
  return std::nullopt;
}

/** Compares a dataset in one piece with the file, and tells where it lies. */
void ReadPlace(Dataset& out, const File& file, uint64_t needed_bytes, bool contiguous) {
  const std::string& path = file.path();
  haddr_t offset = HADDR_UNDEF;
  if (contiguous) {
    offset = H5Dget_offset(out.id);
    H5Eclear2(H5E_DEFAULT);
    // never written: fill values; the library adds the user block's length to this, too
    if (offset == HADDR_UNDEF || offset == HADDR_UNDEF + file.base()) return;
  }
  if (out.stored_bytes < needed_bytes) {
    out.problem = os::Error("PERSIST_CORRUPT",
                            path + ": a dataset of " + std::to_string(needed_bytes) + " bytes has room for " +
                                std::to_string(out.stored_bytes),
                            path);
    return;
  }
  if (!contiguous) return;
  if (offset > file.size_bytes() || needed_bytes > file.size_bytes() - offset) {
    out.problem = os::Error("PERSIST_TRUNCATED",
                            path + " has " + std::to_string(file.size_bytes()) + " bytes, and a dataset of " +
                                std::to_string(needed_bytes) + " bytes begins at " + std::to_string(offset),
                            path);
    return;
  }
  if (out.element.as_stored || out.element.text) out.offset = offset;
}

/** Whether a dataset has a fill value other than zeros. */
bool HasFill(hid_t creation, hid_t type, const std::string& path) {
  H5D_fill_value_t status;
  Check(H5Pfill_value_defined(creation, &status), "H5Pfill_value_defined", path);
  if (status != H5D_FILL_VALUE_USER_DEFINED || H5Tdetect_class(type, H5T_VLEN) > 0) return false;
  std::vector<char> value(H5Tget_size(type));
  Check(H5Pget_fill_value(creation, type, value.data()), "H5Pget_fill_value", path);
  return std::any_of(value.begin(), value.end(), [](char byte) { return byte != 0; });
}

void ReadChunks(Dataset& out, hid_t creation, hid_t type, const File& file) {
  const std::string& path = file.path();
  out.has_fill = HasFill(creation, type, path);
  std::vector<hsize_t> chunk(out.shape.size());
  const int rank =
      Check(H5Pget_chunk(creation, static_cast<int>(chunk.size()), chunk.data()), "H5Pget_chunk", path);
  if (static_cast<size_t>(rank) != chunk.size()) {
    throw os::Error("PERSIST_FORMAT",
                    path + " has chunks of " + std::to_string(rank) + " axes in a dataset of " +
                        std::to_string(chunk.size()),
                    path);
  }
  out.chunk.assign(chunk.begin(), chunk.end());
  out.filters = FiltersOf(creation, path);
  for (const Filter& filter : out.filters) {
    if (IsKnown(filter.id)) continue;
    out.problem = os::Error(
        "PERSIST_UNSUPPORTED",
        path + ": filter " + std::to_string(filter.id) + " is not known; save without it, or with gzip",
        path);
  }
}

}  // namespace

void CheckClaim(uint64_t size_bytes, const File& file) {
  if (size_bytes <= kSmallClaim || size_bytes / kBestRatio <= file.size_bytes()) return;
  throw os::Error("PERSIST_LIMIT",
                  file.path() + " has " + std::to_string(file.size_bytes()) +
                      " bytes, and the array would have " + std::to_string(size_bytes) +
                      ": read a part of it by a selection",
                  file.path());
}

Handle MemoryType(const Element& element, const std::string& path) {
  if (element.axes.empty()) return {Check(H5Tcopy(element.memory), "H5Tcopy", path), H5Tclose};
  const std::vector<hsize_t> axes(element.axes.begin(), element.axes.end());
  return {Check(H5Tarray_create2(element.memory, static_cast<unsigned>(axes.size()), axes.data()),
                "H5Tarray_create2", path),
          H5Tclose};
}

Handle OpenDataset(const File& file, const std::string& name) {
  Handle object = OpenAt(file, Follow(file, name));
  if (H5Iget_type(object) == H5I_DATASET) return object;
  throw os::Error("PERSIST_NOT_FOUND", name + " is no dataset in " + file.path() + " but a group or a type",
                  file.path());
}

Dataset Describe(Handle id, const File& file, const std::string& name) {
  const std::string& path = file.path();
  Dataset out;
  out.id = std::move(id);
  out.header = HeaderOf(out.id, path);
  ReadSpace(out, path);
  const Handle type(Check(H5Dget_type(out.id), "H5Dget_type", path), H5Tclose);
  try {
    out.element = ElementOf(type, path + "#" + name);
  } catch (const os::Error& error) {
    out.problem = error;
    return out;
  }
  const uint64_t inner = out.element.text ? Heap::ReferenceBytes(file.widths()) : H5Tget_size(type);
  CheckClaim(inner, file);
  out.stored_bytes = H5Dget_storage_size(out.id);
  const std::optional<uint64_t> needed_bytes = Product(inner, out.shape);
  std::vector<uint64_t> all = out.shape;
  all.insert(all.end(), out.element.axes.begin(), out.element.axes.end());
  const std::optional<uint64_t> size_bytes = Product(out.element.size_bytes, all);
  if (!needed_bytes || !size_bytes) {
    out.problem = os::Error("PERSIST_LIMIT", path + "#" + name + " has more than 2^63 bytes", path);
    return out;
  }
  out.size_bytes = *size_bytes;
  const Handle creation = CreationOf(out.id, path);
  if (H5Pget_external_count(creation) > 0) {
    out.problem =
        os::Error("PERSIST_UNSUPPORTED", path + ": the elements of " + name + " lie in another file", path);
    return out;
  }
  switch (H5Pget_layout(creation)) {
    case H5D_CONTIGUOUS:
      if (*needed_bytes > 0) ReadPlace(out, file, *needed_bytes, true);
      break;
    case H5D_COMPACT:
      out.is_compact = true;
      ReadPlace(out, file, *needed_bytes, false);
      break;
    case H5D_CHUNKED:
      ReadChunks(out, creation, type, file);
      break;
    case H5D_VIRTUAL:
      out.is_virtual = true;
      out.problem = ProblemOfVirtual(creation, file);
      break;
    default:
      throw LibraryError("H5Pget_layout", path);
  }
  return out;
}

}  // namespace persist::hdf5
