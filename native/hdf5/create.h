// Adds datasets to HDF5 files, new ones and existing ones. They have a known place, so that the write engine
// can fill them and anyone can map them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hdf5/types.h"
#include "os/control.h"

namespace persist::hdf5 {

/** An attribute to write: strings, or the bytes of elements; or neither, which is h5py's Empty. */
struct NewAttribute {
  std::string name;
  bool is_null = false;
  bool is_text = false;
  std::vector<uint64_t> shape;
  std::vector<std::string> strings;
  array::Descr descr{};
  std::string bytes;
};

/** How the elements of a new dataset are laid into chunks. */
struct NewChunks {
  std::vector<uint64_t> extents;
  bool grows = false;  // without limit, along axis 0
  int level = 0;       // of gzip; 0 for none
  bool shuffle = false;
};

struct NewDataset {
  std::string name;  // a path; groups on the way are made
  array::Descr descr;
  std::vector<uint64_t> shape;
  std::vector<NewAttribute> attributes{};
  /** Names of values, for an enumeration over integers. */
  std::vector<std::pair<std::string, int64_t>> names{};
  /** Of records, whose `descr` is that of raw bytes. */
  std::vector<NewField> fields{};
  /** Absent for a dataset in one piece. */
  std::optional<NewChunks> chunks{};
  /** The elements of a little one in one piece, to be written at once; empty to leave that to others. */
  std::string content{};
};

/**
 * Creates a file that must not exist, with datasets in one piece, allocated and not filled unless they bring
 * their content, or with chunks, of which there are none yet. Gives where the bytes of each begin (0 for one
 * without elements); for one with chunks, where its object header does. On failure the file is removed. On
 * the HDF5 thread only, as all here.
 */
std::vector<uint64_t> CreateFile(const std::string& path, const std::vector<NewDataset>& datasets,
                                 const os::Control* control);

/**
 * The same in a file that exists: a dataset of such a name is replaced, with its attributes. A failure leaves
 * a file that is of no use: give a copy. Throws EXISTS where a group has such a name.
 */
std::vector<uint64_t> AddToFile(const std::string& path, const std::vector<NewDataset>& datasets,
                                const os::Control* control);

}  // namespace persist::hdf5
