// Which HDF5 is inside.
#pragma once

#include <string>

namespace persist::hdf5 {

/** `1.10.8`: from the library's headers, because the library itself is called on its own thread only. */
std::string Version();

}  // namespace persist::hdf5
