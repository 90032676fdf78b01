// The library makes room for the elements, and pwrite puts them there.
// libraries: hdf5-serial
#include <fcntl.h>
#include <math.h>
#include <unistd.h>

#include "driver.h"
#include "hdf5.h"

static haddr_t make_room(const char* path, hsize_t elements) {
  hid_t file = H5Fcreate(path, H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT);
  hid_t space = H5Screate_simple(1, &elements, NULL);
  hid_t how = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_alloc_time(how, H5D_ALLOC_TIME_EARLY);
  H5Pset_fill_time(how, H5D_FILL_TIME_NEVER);
  hid_t set = H5Dcreate(file, "a", H5T_IEEE_F64LE, space, H5P_DEFAULT, how, H5P_DEFAULT);
  haddr_t offset = H5Dget_offset(set);
  H5Dclose(set);
  H5Pclose(how);
  H5Sclose(space);
  if (H5Fclose(file) < 0 || offset == HADDR_UNDEF) fail("H5Fclose");
  return offset;
}

static void run(void) {
  size_t times = size_parameter("times");
  size_t elements = size_parameter("elements");
  size_t size = elements * sizeof(double);
  double* data = malloc(size);
  if (data == NULL) fail("malloc");
  for (size_t i = 0; i < elements; i++) data[i] = M_PI;
  const char* directory = text_parameter("directory");
  H5open();
  begin();
  for (size_t time = 0; time < times; time++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%zu.h5", directory, time);
    const haddr_t offset = make_room(path, elements);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) fail("open");
    if (size >= 1 << 20 && fallocate(fd, 0, (off_t)offset, (off_t)size) != 0) fail("fallocate");
    if (pwrite(fd, data, size, (off_t)offset) != (ssize_t)size) fail("pwrite");
    if (close(fd) != 0) fail("close");
  }
  end_repeated((int64_t)times);
}
