// open, fstat, read the header, mmap, read one element if asked to, munmap, close.
#include <fcntl.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver.h"

static void run(void) {
  const char* path = path_in("shared", "big.npy");
  size_t elements = size_parameter("elements");
  size_t times = size_parameter("times");
  bool read_one = strcmp(text_parameter("read"), "true") == 0;
  begin();
  for (size_t time = 0; time < times; time++) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) fail("open");
    struct stat status;
    if (fstat(fd, &status) != 0) fail("fstat");
    char header[128];
    if (pread(fd, header, sizeof header, 0) != (ssize_t)sizeof header) fail("pread");
    char* start = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    if (start == MAP_FAILED) fail("mmap");
    const volatile double* data = (const volatile double*)(start + sizeof header);
    if (read_one && data[elements - 1] != 0) fail("the last element");
    if (munmap(start, (size_t)status.st_size) != 0) fail("munmap");
    close(fd);
  }
  end_repeated((int64_t)times);
}
