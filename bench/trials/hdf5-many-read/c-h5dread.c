// libraries: hdf5-serial
#include "driver.h"
#include "hdf5.h"

static void run(void) {
  const char* path = path_in("shared", text_parameter("file"));
  size_t arrays = size_parameter("arrays");
  size_t elements = size_parameter("elements");
  H5open();
  begin();
  hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
  for (size_t k = 0; k < arrays; k++) {
    char name[32];
    snprintf(name, sizeof name, "a%zu", k);
    hid_t set = H5Dopen(file, name, H5P_DEFAULT);
    double* data = malloc(elements * sizeof(double));
    if (data == NULL) fail("malloc");
    if (H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) fail("H5Dread");
    H5Dclose(set);
    if (data[elements - 1] != (double)k) fail("the last element");
    free(data);
  }
  H5Fclose(file);
  end();
}
