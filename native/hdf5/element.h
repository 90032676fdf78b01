// What the elements of a dataset or attribute are, in npy's terms.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "hdf5/handle.h"

namespace persist::hdf5 {

struct Element {
  /** npy's descriptor (`<f8`, `>c16`, `|b1`, `|S5`), or for records a list of fields as Python writes it;
   * empty for text. */
  std::string descr;
  /** Bytes of one element as `descr` says. */
  size_t size_bytes = 0;
  /** Axes of an array type: they follow those of the dataset. `size_bytes` is of one element within. */
  std::vector<uint64_t> axes;
  /** Whether the bytes in the file are what `descr` says, or the library has to convert them. */
  bool as_stored = true;
  /** Strings of variable length, which have no place in an array of fixed elements. */
  bool text = false;
  /** The type in which the library delivers what `descr` says; for `text`, pointers to characters. */
  Handle memory;
  /** Names of values, where the type is an enumeration (other than bool). */
  std::vector<std::pair<std::string, int64_t>> names;
};

/**
 * The element of a type as h5py takes it: `{ r, i }` is complex, the enumeration `{ FALSE, TRUE }` bool, an
 * opaque type that NumPy has tagged what the tag says, other compounds are records, other enumerations
 * integers. Throws UNSUPPORTED naming what no npy descriptor can hold (references, lists of variable length,
 * extended precision), LIMIT for deep nesting.
 */
Element ElementOf(hid_t type, const std::string& path);

}  // namespace persist::hdf5
