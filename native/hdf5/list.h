// All datasets of a file.
#pragma once

#include <string>
#include <vector>

#include "hdf5/dataset.h"

namespace persist::hdf5 {

struct Listed {
  /** The path from the root, without a slash before it. */
  std::string name;
  Dataset dataset;
};

/**
 * Describes every dataset that groups of this file hold, by every name of it there, in order of depth and
 * then of name. A group is gone into once, so that circles end; soft and external links are not followed.
 * Throws LIMIT, FORMAT.
 */
std::vector<Listed> ListDatasets(const File& file, os::Control* control);

}  // namespace persist::hdf5
