#include "hdf5/version.h"

#include <hdf5.h>

namespace persist::hdf5 {

std::string Version() {
  return std::to_string(H5_VERS_MAJOR) + "." + std::to_string(H5_VERS_MINOR) + "." +
         std::to_string(H5_VERS_RELEASE);
}

}  // namespace persist::hdf5
