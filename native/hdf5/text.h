// Strings of variable length, which become arrays of Unicode characters as wide as the longest of them.
#pragma once

#include "hdf5/read.h"

namespace persist::hdf5 {

/** Reads a selection of `count` strings. What is not UTF-8 becomes U+FFFD. Throws LIMIT, CORRUPT, FORMAT. */
Elements ReadText(const Dataset& dataset, const std::vector<Range>& ranges, uint64_t count, const File& file);

}  // namespace persist::hdf5
