// All datasets of a file, or many.
#pragma once

#include <string>
#include <vector>

#include "hdf5/attributes.h"
#include "hdf5/dataset.h"

namespace persist::hdf5 {

struct Listed {
  /** The path from the root, without a slash before it. */
  std::string name;
  /** Not open any more. */
  Dataset dataset;
  std::vector<Attribute> attributes{};
};

enum class Wanted { kDatasets, kAttributesToo };

/**
 * Describes every dataset that groups of this file hold, by every name of it there, in order of depth and
 * then of name. A group is gone into once, so that circles end; soft and external links are not followed.
 * Throws LIMIT, FORMAT.
 */
std::vector<Listed> ListDatasets(const File& file, Wanted wanted, os::Control* control);

/** Describes the datasets of some names, with their attributes. What is wrong with one, also that it is not
 * there, is its `problem`. */
std::vector<Listed> DescribeDatasets(const File& file, const std::vector<std::string>& names,
                                     os::Control* control);

}  // namespace persist::hdf5
