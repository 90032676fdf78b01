// Chunks that went through the usual filters, decoded here: each must give exactly its size, which the
// library does not check, and checksums are compared.
#pragma once

#include "hdf5/read.h"

namespace persist::hdf5 {

/** Whether all filters of a dataset with chunks are among gzip (once), shuffle and fletcher32. */
bool HasUsualFilters(const Dataset& dataset);

/**
 * Reads a selection into zeroed memory in C order. Chunks that were never written are full of `fill`, which
 * is one element. The elements are as long as it, and as in the file.
 */
void ReadChunks(const Dataset& dataset, const std::vector<Range>& ranges,
                const std::vector<unsigned char>& fill, void* into, const File& file, os::Control* control);

/** One element of those that were never written, as `type` has it. */
std::vector<unsigned char> FillValue(const Dataset& dataset, hid_t type, const std::string& path);

}  // namespace persist::hdf5
