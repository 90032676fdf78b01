// LZF, the filter that h5py has beside gzip.
#pragma once

#include <cstddef>
#include <optional>

namespace persist::hdf5 {

/** h5py's number of it, which is registered with the HDF Group. */
constexpr int kFilterLzf = 32000;

/**
 * Unpacks LZF, by the format that LibLZF's lzf_d.c describes: runs of literal bytes, and references to what
 * came before. Gives how long that is; nothing where it is damaged, or more than `most_bytes`.
 */
std::optional<size_t> UnpackLzf(const unsigned char* packed, size_t packed_bytes, unsigned char* out,
                                size_t most_bytes);

}  // namespace persist::hdf5
