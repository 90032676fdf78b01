// What both C drivers do: opens the file and its dataset, reads all into fresh memory, closes both, `times` times.
#include "driver.h"
#include "hdf5.h"

static void read_all(const char* path, hid_t set, double* into, size_t size);

static void run(void) {
  const char* path = path_in("shared", text_parameter("file"));
  size_t times = size_parameter("times");
  size_t elements = size_parameter("elements");
  H5open();
  begin();
  for (size_t time = 0; time < times; time++) {
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t set = H5Dopen(file, "a", H5P_DEFAULT);
    double* data = malloc(elements * sizeof(double));
    if (data == NULL) fail("malloc");
    read_all(path, set, data, elements * sizeof(double));
    H5Dclose(set);
    H5Fclose(file);
    if (data[elements - 1] < 3) fail("the last element");
    free(data);
  }
  end_repeated((int64_t)times);
}
