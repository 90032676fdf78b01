// The library writes the elements.
// libraries: hdf5-serial
#include <math.h>

#include "driver.h"
#include "hdf5.h"

static void run(void) {
  size_t times = size_parameter("times");
  hsize_t elements = size_parameter("elements");
  double* data = malloc(elements * sizeof(double));
  if (data == NULL) fail("malloc");
  for (size_t i = 0; i < elements; i++) data[i] = M_PI;
  const char* directory = text_parameter("directory");
  H5open();
  begin();
  for (size_t time = 0; time < times; time++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%zu.h5", directory, time);
    hid_t file = H5Fcreate(path, H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT);
    hid_t space = H5Screate_simple(1, &elements, NULL);
    hid_t set = H5Dcreate(file, "a", H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) fail("H5Dwrite");
    H5Dclose(set);
    H5Sclose(space);
    if (H5Fclose(file) < 0) fail("H5Fclose");
  }
  end_repeated((int64_t)times);
}
