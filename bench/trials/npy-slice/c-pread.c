#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver.h"

static void run(void) {
  const char* path = path_in("shared", text_parameter("file"));
  size_t elements = size_parameter("elements");
  size_t times = size_parameter("times");
  size_t size = size_parameter("count") * sizeof(double);
  begin();
  for (size_t time = 0; time < times; time++) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) fail("open");
    struct stat status;
    if (fstat(fd, &status) != 0) fail("fstat");
    char header[128];
    if (pread(fd, header, sizeof header, 0) != (ssize_t)sizeof header) fail("pread");
    double* slice = malloc(size);
    if (pread(fd, slice, size, (off_t)(sizeof header + elements / 2 * sizeof(double))) != (ssize_t)size)
      fail("pread");
    if (slice[0] != 0) fail("the first element");
    free(slice);
    close(fd);
  }
  end_repeated((int64_t)times);
}
