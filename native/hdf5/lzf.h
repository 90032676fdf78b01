// LZF, the filter that h5py has beside gzip.
#pragma once

#include <cstddef>

namespace persist::hdf5 {

/** h5py's number of it, which is registered with the HDF Group. */
constexpr int kFilterLzf = 32000;

/**
 * Unpacks LZF, by the format that LibLZF's lzf_d.c describes: runs of literal bytes, and references to what
 * came before. False where it is damaged, or gives other than exactly `size_bytes`.
 */
bool UnpackLzf(const unsigned char* packed, size_t packed_bytes, unsigned char* out, size_t size_bytes);

}  // namespace persist::hdf5
