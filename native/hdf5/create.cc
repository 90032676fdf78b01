#include "hdf5/create.h"

#include <fcntl.h>

#include <map>

#include "hdf5/dataset.h"
#include "hdf5/file.h"
#include "hdf5/header.h"
#include "hdf5/object.h"
#include "os/write.h"

namespace persist::hdf5 {
namespace {

Handle CreationList(const std::string& path) {
  Handle how(Check(H5Pcreate(H5P_DATASET_CREATE), "H5Pcreate", path), H5Pclose);
  Check(H5Pset_obj_track_times(how, false), "H5Pset_obj_track_times", path);  // same arrays, same bytes
  return how;
}

Handle ContiguousLayout(const std::string& path) {
  Handle how = CreationList(path);
  Check(H5Pset_layout(how, H5D_CONTIGUOUS), "H5Pset_layout", path);
  Check(H5Pset_alloc_time(how, H5D_ALLOC_TIME_EARLY), "H5Pset_alloc_time", path);
  Check(H5Pset_fill_time(how, H5D_FILL_TIME_NEVER), "H5Pset_fill_time", path);
  return how;
}

Handle ChunkedLayout(const NewChunks& chunks, const std::string& path) {
  Handle how = CreationList(path);
  const std::vector<hsize_t> extents(chunks.extents.begin(), chunks.extents.end());
  Check(H5Pset_chunk(how, static_cast<int>(extents.size()), extents.data()), "H5Pset_chunk", path);
  if (chunks.level == 0) return how;
  if (chunks.shuffle) Check(H5Pset_shuffle(how), "H5Pset_shuffle", path);
  Check(H5Pset_deflate(how, static_cast<unsigned>(chunks.level)), "H5Pset_deflate", path);
  return how;
}

/** Links by UTF-8 names, with the groups that they pass through. */
Handle LinkWithGroups(const std::string& path) {
  Handle how(Check(H5Pcreate(H5P_LINK_CREATE), "H5Pcreate", path), H5Pclose);
  Check(H5Pset_create_intermediate_group(how, 1), "H5Pset_create_intermediate_group", path);
  Check(H5Pset_char_encoding(how, H5T_CSET_UTF8), "H5Pset_char_encoding", path);
  return how;
}

Handle SpaceOf(const std::vector<uint64_t>& extents, bool grows, const std::string& path) {
  const std::vector<hsize_t> shape(extents.begin(), extents.end());
  std::vector<hsize_t> limits = shape;
  if (grows) limits[0] = H5S_UNLIMITED;
  return {Check(shape.empty() ? H5Screate(H5S_SCALAR)
                              : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), limits.data()),
                "H5Screate", path),
          H5Sclose};
}

Handle EnumOf(hid_t base, const std::vector<std::pair<std::string, int64_t>>& names,
              const std::string& path) {
  Handle out(Check(H5Tenum_create(base), "H5Tenum_create", path), H5Tclose);
  for (const auto& [name, number] : names) {
    int64_t value = number;
    Check(H5Tconvert(H5T_NATIVE_INT64, base, 1, &value, nullptr, H5P_DEFAULT), "H5Tconvert", path);
    Check(H5Tenum_insert(out, name.c_str(), &value), "H5Tenum_insert", path);
  }
  return out;
}

Handle TextType(const std::string& path) {
  Handle out(Check(H5Tcopy(H5T_C_S1), "H5Tcopy", path), H5Tclose);
  Check(H5Tset_size(out, H5T_VARIABLE), "H5Tset_size", path);
  Check(H5Tset_cset(out, H5T_CSET_UTF8), "H5Tset_cset", path);
  return out;
}

void WriteAttribute(hid_t object, const NewAttribute& attribute, const std::string& path) {
  const Handle type = attribute.is_text ? TextType(path) : TypeOf(attribute.descr);
  const Handle space = attribute.is_null ? Handle(Check(H5Screate(H5S_NULL), "H5Screate", path), H5Sclose)
                                         : SpaceOf(attribute.shape, false, path);
  Handle how(Check(H5Pcreate(H5P_ATTRIBUTE_CREATE), "H5Pcreate", path), H5Pclose);
  Check(H5Pset_char_encoding(how, H5T_CSET_UTF8), "H5Pset_char_encoding", path);
  const Handle made(
      Check(H5Acreate2(object, attribute.name.c_str(), type, space, how, H5P_DEFAULT), "H5Acreate2", path),
      H5Aclose);
  if (attribute.is_null) return;
  if (!attribute.is_text) {
    if (!attribute.bytes.empty()) Check(H5Awrite(made, type, attribute.bytes.data()), "H5Awrite", path);
    return;
  }
  std::vector<const char*> strings;
  for (const std::string& one : attribute.strings) strings.push_back(one.c_str());
  if (!strings.empty()) Check(H5Awrite(made, type, strings.data()), "H5Awrite", path);
}

/** Whether a name is linked. */
bool Exists(hid_t file, const std::string& name, const std::string& path) {
  for (size_t end = name.find('/', 1);; end = name.find('/', end + 1)) {
    const std::string part = name.substr(0, end);
    if (part.empty() || part.back() == '/') continue;
    if (Check(H5Lexists(file, part.c_str(), H5P_DEFAULT), "H5Lexists", path) == 0) return false;
    if (end == std::string::npos) return true;
  }
}

/** Removes what has a name: a dataset, or a link that leads nowhere. */
void MakeRoom(hid_t file, const std::string& name, Removal removal, const std::string& path) {
  if (removal == Removal::kNothing) {
    // it may have been made meanwhile, by us
    if (!Exists(file, name, path)) return;
    const Handle made(Check(H5Oopen(file, name.c_str(), H5P_DEFAULT), "H5Oopen", path), H5Oclose);
    if (H5Iget_type(made) != H5I_DATASET)
      throw os::Error("PERSIST_EXISTS", path + " has a group of the name " + name, path);
  }
  if (removal == Removal::kLinkOnly) {
    const Handle kept(Check(H5Oopen(file, name.c_str(), H5P_DEFAULT), "H5Oopen", path), H5Oclose);
    Check(H5Oincr_refcount(kept), "H5Oincr_refcount", path);
  }
  Check(H5Ldelete(file, name.c_str(), H5P_DEFAULT), "H5Ldelete", path);
}

/** Where the bytes of a dataset begin; one without elements has no place. Of one with chunks, its header. */
uint64_t OffsetOf(hid_t made, const NewDataset& dataset, const std::string& path) {
  if (dataset.chunks) return HeaderOf(made, path);
  const haddr_t offset = H5Dget_offset(made);
  if (offset != HADDR_UNDEF) return offset;
  H5Eclear2(H5E_DEFAULT);
  for (const uint64_t extent : dataset.shape)
    if (extent == 0) return 0;
  throw os::Error("PERSIST_IO", "dataset " + dataset.name + " got no place in " + path, path);
}

std::vector<uint64_t> AddDatasets(const File& file, const std::vector<NewDataset>& datasets,
                                  const std::vector<Removal>& removals, const std::string& path,
                                  const os::Control* control) {
  const Handle contiguous = ContiguousLayout(path);
  const Handle link = LinkWithGroups(path);
  std::map<std::string, Handle> types;
  std::vector<uint64_t> offsets;
  offsets.reserve(datasets.size());
  for (size_t k = 0; k < datasets.size(); k++) {
    const NewDataset& dataset = datasets[k];
    if (control != nullptr) control->Check();
    if (!removals.empty()) MakeRoom(file, dataset.name, removals[k], path);
    auto type = types.find(dataset.descr.text);
    if (type == types.end()) type = types.emplace(dataset.descr.text, TypeOf(dataset.descr)).first;
    Handle named;
    if (!dataset.names.empty()) named = EnumOf(type->second, dataset.names, path);
    if (!dataset.fields.empty()) named = TypeOfRecord(dataset.fields, dataset.descr.itemsize);
    const Handle space = SpaceOf(dataset.shape, dataset.chunks && dataset.chunks->grows, path);
    const Handle chunked = dataset.chunks ? ChunkedLayout(*dataset.chunks, path) : Handle();
    const Handle made(Check(H5Dcreate2(file, dataset.name.c_str(), named < 0 ? type->second : named, space,
                                       link, chunked < 0 ? contiguous : chunked, H5P_DEFAULT),
                            "H5Dcreate2", path),
                      H5Dclose);
    for (const NewAttribute& attribute : dataset.attributes) WriteAttribute(made, attribute, path);
    offsets.push_back(OffsetOf(made, dataset, path));
    // not by the library, which would convert and buffer it; it has nothing of these bytes
    const os::Span content{dataset.content.data(), dataset.content.size()};
    os::WriteRange(os::Unowned(file.fd()).fd(), {static_cast<off_t>(offsets.back()), content}, {}, path);
  }
  return offsets;
}

}  // namespace

std::vector<uint64_t> CreateFile(const std::string& path, const std::vector<NewDataset>& datasets,
                                 const os::Control* control) {
  File file(path, Mode::kCreate);
  try {
    std::vector<uint64_t> offsets = AddDatasets(file, datasets, {}, path, control);
    file.Close();  // here the metadata are written, which may fail
    return offsets;
  } catch (...) {
    os::sys.unlinkat(AT_FDCWD, path.c_str(), 0);
    throw;
  }
}

std::vector<uint64_t> AddToFile(const std::string& path, const std::vector<NewDataset>& datasets,
                                const os::Control* control) {
  // All is looked at before anything is changed: what the library has changed is not in the file yet.
  std::vector<Removal> removals;
  {
    const File file(path, Mode::kRead);
    Claims claims(file);
    for (const NewDataset& dataset : datasets) {
      if (!dataset.chunks || file.widths().length_bytes == sizeof(uint64_t)) continue;
      throw os::Error("PERSIST_UNSUPPORTED", path + " has too short lengths for an array in chunks", path);
    }
    if (file.extension() != file.nowhere()) CheckToChange(file, file.extension(), claims);
    for (const NewDataset& dataset : datasets) {
      if (control != nullptr) control->Check();
      removals.push_back(CheckPlace(file, dataset.name, claims));
    }
  }
  File file(path, Mode::kWrite);
  std::vector<uint64_t> offsets = AddDatasets(file, datasets, removals, path, control);
  file.Close();
  return offsets;
}

}  // namespace persist::hdf5
