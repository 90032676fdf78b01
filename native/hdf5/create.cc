#include "hdf5/create.h"

#include <fcntl.h>

#include <map>

#include "hdf5/file.h"
#include "hdf5/types.h"
#include "os/error.h"
#include "os/syscalls.h"

namespace persist::hdf5 {
namespace {

Handle ContiguousLayout(const std::string& path) {
  Handle how(Check(H5Pcreate(H5P_DATASET_CREATE), "H5Pcreate", path), H5Pclose);
  Check(H5Pset_layout(how, H5D_CONTIGUOUS), "H5Pset_layout", path);
  Check(H5Pset_alloc_time(how, H5D_ALLOC_TIME_EARLY), "H5Pset_alloc_time", path);
  Check(H5Pset_fill_time(how, H5D_FILL_TIME_NEVER), "H5Pset_fill_time", path);
  Check(H5Pset_obj_track_times(how, false), "H5Pset_obj_track_times", path);  // same arrays, same bytes
  return how;
}

Handle SpaceOf(const std::vector<uint64_t>& extents, const std::string& path) {
  const std::vector<hsize_t> shape(extents.begin(), extents.end());
  return {Check(shape.empty() ? H5Screate(H5S_SCALAR)
                              : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr),
                "H5Screate", path),
          H5Sclose};
}

/** Where the bytes of a dataset begin; one without elements has no place. */
uint64_t OffsetOf(hid_t made, const NewDataset& dataset, const std::string& path) {
  const haddr_t offset = H5Dget_offset(made);
  if (offset != HADDR_UNDEF) return offset;
  H5Eclear2(H5E_DEFAULT);
  for (const uint64_t extent : dataset.shape)
    if (extent == 0) return 0;
  throw os::Error("PERSIST_IO", "dataset " + dataset.name + " got no place in " + path, path);
}

std::vector<uint64_t> AddDatasets(hid_t file, const std::vector<NewDataset>& datasets,
                                  const std::string& path) {
  const Handle how = ContiguousLayout(path);
  std::map<std::string, Handle> types;
  std::vector<uint64_t> offsets;
  offsets.reserve(datasets.size());
  for (const NewDataset& dataset : datasets) {
    auto type = types.find(dataset.descr.text);
    if (type == types.end()) type = types.emplace(dataset.descr.text, TypeOf(dataset.descr)).first;
    const Handle space = SpaceOf(dataset.shape, path);
    const Handle made(
        Check(H5Dcreate2(file, dataset.name.c_str(), type->second, space, H5P_DEFAULT, how, H5P_DEFAULT),
              "H5Dcreate2", path),
        H5Dclose);
    offsets.push_back(OffsetOf(made, dataset, path));
  }
  return offsets;
}

}  // namespace

std::vector<uint64_t> CreateFile(const std::string& path, const std::vector<NewDataset>& datasets) {
  File file(path, Mode::kCreate);
  try {
    std::vector<uint64_t> offsets = AddDatasets(file, datasets, path);
    file.Close();  // here the metadata are written, which may fail
    return offsets;
  } catch (...) {
    os::sys.unlinkat(AT_FDCWD, path.c_str(), 0);
    throw;
  }
}

}  // namespace persist::hdf5
