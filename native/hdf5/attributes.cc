#include "hdf5/attributes.h"

#include <algorithm>

#include "hdf5/absent.h"
#include "hdf5/dataset.h"

namespace persist::hdf5 {
namespace {

constexpr size_t kMostAttributes = 65536;

struct Names {
  std::vector<std::string> all;
  std::exception_ptr failure;  // no exception may pass through the library
};

herr_t Collect(hid_t, const char* name, const H5A_info_t*, void* out) {
  auto& names = *static_cast<Names*>(out);
  if (names.all.size() >= kMostAttributes) return -1;
  try {
    names.all.emplace_back(name);
  } catch (...) {
    names.failure = std::current_exception();
    return -1;
  }
  return 0;
}

void ReadStrings(hid_t attribute, hid_t type, hid_t space, size_t count, Attribute& out,
                 const std::string& path) {
  std::vector<char*> strings(count);
  if (count == 0) return;
  Check(H5Aread(attribute, type, strings.data()), "H5Aread", path);
  try {
    for (const char* one : strings) out.strings.emplace_back(one == nullptr ? "" : one);
  } catch (...) {
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, strings.data());
    throw;
  }
  H5Dvlen_reclaim(type, space, H5P_DEFAULT, strings.data());
}

/** Fixed strings are text, too, in attributes: without the zeros or blanks that fill them up. */
void SplitStrings(Attribute& out, size_t width) {
  for (size_t at = 0; at < out.bytes.size(); at += width) {
    const std::string whole = out.bytes.substr(at, width);
    out.strings.push_back(whole.substr(0, whole.find_last_not_of('\0') + 1));
  }
  out.bytes.clear();
  out.descr.clear();
}

/** False for a type that is left out. */
bool Read(hid_t attribute, Attribute& out, const File& file) {
  const std::string& path = file.path();
  const Handle type(Check(H5Aget_type(attribute), "H5Aget_type", path), H5Tclose);
  const Handle space(Check(H5Aget_space(attribute), "H5Aget_space", path), H5Sclose);
  Element element;
  try {
    element = ElementOf(type, path);
  } catch (const os::Error&) {
    return false;
  }
  out.descr = element.descr;
  out.is_null = H5Sget_simple_extent_type(space) == H5S_NULL;
  if (out.is_null) return true;
  std::vector<hsize_t> shape(
      static_cast<size_t>(Check(H5Sget_simple_extent_ndims(space), "H5Sget_simple_extent_ndims", path)));
  Check(H5Sget_simple_extent_dims(space, shape.data(), nullptr), "H5Sget_simple_extent_dims", path);
  out.shape.assign(shape.begin(), shape.end());
  out.shape.insert(out.shape.end(), element.axes.begin(), element.axes.end());
  const std::optional<uint64_t> size_bytes = Product(element.text ? 1 : element.size_bytes, out.shape);
  // what an attribute holds lies in the file, uncompressed
  if (!size_bytes || *size_bytes > file.size_bytes() || H5Aget_storage_size(attribute) > file.size_bytes()) {
    throw os::Error("PERSIST_CORRUPT",
                    path + " has an attribute (" + out.name + ") that is larger than the file", path);
  }
  if (element.text) {
    ReadStrings(attribute, element.memory, space, *size_bytes, out, path);
    return true;
  }
  out.bytes.resize(*size_bytes);
  if (*size_bytes == 0) return true;
  const Handle memory = MemoryType(element, path);
  Check(H5Aread(attribute, memory, out.bytes.data()), "H5Aread", path);
  if (element.descr[1] == 'S') SplitStrings(out, element.size_bytes);
  return true;
}

}  // namespace

std::vector<Attribute> AttributesOf(hid_t object, const File& file) {
  H5O_info_t info;
  Check(H5Oget_info2(object, &info, H5O_INFO_NUM_ATTRS), "H5Oget_info2", file.path());
  if (info.num_attrs == 0) return {};
  Check(H5Aexists(object, AbsentName()), "H5Aexists", file.path());
  Names names;
  hsize_t at = 0;
  // in the file's own order, as in list.cc
  const herr_t result = H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_NATIVE, &at, Collect, &names);
  if (names.failure) std::rethrow_exception(names.failure);
  if (result < 0) {
    if (names.all.size() < kMostAttributes) throw LibraryError("H5Aiterate2", file.path());
    H5Eclear2(H5E_DEFAULT);
    throw os::Error(
        "PERSIST_LIMIT",
        file.path() + " has an object with more than " + std::to_string(kMostAttributes) + " attributes",
        file.path());
  }
  std::sort(names.all.begin(), names.all.end());
  std::vector<Attribute> out;
  for (const std::string& name : names.all) {
    const Handle attribute(Check(H5Aopen(object, name.c_str(), H5P_DEFAULT), "H5Aopen", file.path()),
                           H5Aclose);
    Attribute one;
    one.name = name;
    if (Read(attribute, one, file)) out.push_back(std::move(one));
  }
  return out;
}

}  // namespace persist::hdf5
