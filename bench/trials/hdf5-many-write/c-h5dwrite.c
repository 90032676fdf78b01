// libraries: hdf5-serial
#include "driver.h"
#include "hdf5.h"

static void run(void) {
  size_t arrays = size_parameter("arrays");
  hsize_t elements = size_parameter("elements");
  const char* path = path_in("directory", "many.h5");
  double* data = calloc(arrays * elements, sizeof(double));
  if (data == NULL) fail("calloc");
  for (size_t i = 0; i < arrays * elements; i++) data[i] = (double)(i / elements);
  H5open();
  begin();
  hid_t file = H5Fcreate(path, H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT);
  hid_t space = H5Screate_simple(1, &elements, NULL);
  for (size_t k = 0; k < arrays; k++) {
    char name[32];
    snprintf(name, sizeof name, "a%zu", k);
    hid_t set = H5Dcreate(file, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const double* own = data + k * elements;
    if (H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, own) < 0) fail("H5Dwrite");
    H5Dclose(set);
  }
  H5Sclose(space);
  if (H5Fclose(file) < 0) fail("H5Fclose");
  end();
}
