// What both C drivers do: `times` new files, each a header and `elements` doubles.
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <sys/uio.h>
#include <unistd.h>

#include "driver.h"

static void write_files(bool allocate) {
  size_t elements = size_parameter("elements");
  size_t times = size_parameter("times");
  double* data = malloc(elements * sizeof(double));
  if (data == NULL) fail("malloc");
  for (size_t i = 0; i < elements; i++) data[i] = M_PI;
  char header[128];
  memset(header, ' ', sizeof header);
  const size_t size = sizeof header + elements * sizeof(double);
  const char* directory = text_parameter("directory");

  begin();
  for (size_t time = 0; time < times; time++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%zu.npy", directory, time);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) fail("open");
    if (allocate && fallocate(fd, 0, 0, (off_t)size) != 0) fail("fallocate");
    struct iovec parts[] = {{header, sizeof header}, {data, elements * sizeof(double)}};
    if (pwritev(fd, parts, 2, 0) != (ssize_t)size) fail("pwritev");
    if (close(fd) != 0) fail("close");
  }
  end_repeated((int64_t)times);
}
