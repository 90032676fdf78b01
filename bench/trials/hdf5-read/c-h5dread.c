// libraries: hdf5-serial
#include "read.h"

static void read_all(const char* path, hid_t set, double* into, size_t size) {
  (void)path;
  (void)size;
  if (H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, into) < 0) fail("H5Dread");
}
