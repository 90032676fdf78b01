// libraries: hdf5-serial
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "driver.h"
#include "hdf5.h"

static void run(void) {
  const char* path = path_in("shared", text_parameter("file"));
  size_t times = size_parameter("times");
  size_t size = size_parameter("elements") * sizeof(double);
  H5open();
  begin();
  for (size_t time = 0; time < times; time++) {
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t set = H5Dopen(file, "a", H5P_DEFAULT);
    const haddr_t offset = H5Dget_offset(set);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || offset == HADDR_UNDEF) fail("open");
    void* start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, (off_t)(offset & ~(haddr_t)4095));
    if (start == MAP_FAILED) fail("mmap");
    munmap(start, size);
    close(fd);
    H5Dclose(set);
    H5Fclose(file);
  }
  end_repeated((int64_t)times);
}
