// Element types in HDF5, the way h5py writes them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "array/descr.h"
#include "hdf5/handle.h"

namespace persist::hdf5 {

/**
 * The HDF5 type of an element: bool is the enumeration { FALSE, TRUE } over int8, complex the compound { r, i
 * }, `Sn` a fixed string padded with zeros; times and `Un`, which HDF5 lacks, are opaque with NumPy's
 * descriptor as h5py tags it. Throws UNSUPPORTED for elements of no bytes.
 */
Handle TypeOf(const array::Descr& descr);

/** A field of a record; `fields` are those of a record within. */
struct NewField {
  std::string name;
  array::Descr descr;
  std::vector<uint64_t> shape;  // of the field itself; empty for one element
  size_t offset;
  std::vector<NewField> fields{};
};

/** The HDF5 type of a record of `size` bytes. */
Handle TypeOfRecord(const std::vector<NewField>& fields, size_t size);

}  // namespace persist::hdf5
