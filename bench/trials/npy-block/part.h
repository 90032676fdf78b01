// What the C drivers do: opens the file, copies a part of it into memory that was used before, and closes it,
// `times` times.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver.h"

struct part {
  int fd;
  size_t file_size;
  off_t first;      // of the file's bytes
  size_t row_size;  // of the file, in bytes
  size_t height;
  size_t width_size;  // in bytes
  double* into;
};

static void copy_part(struct part* part);

static void run(void) {
  const char* path = path_in("shared", text_parameter("file"));
  size_t rows = size_parameter("rows");
  size_t columns = size_parameter("columns");
  size_t height = size_parameter("height");
  size_t width = size_parameter("width");
  size_t times = size_parameter("times");
  off_t offset = (off_t)size_parameter("offset");
  double* into = malloc(height * width * sizeof(double));
  if (into == NULL) fail("malloc");
  memset(into, 1, height * width * sizeof(double));
  begin();
  for (size_t time = 0; time < times; time++) {
    size_t row = time * 397 % (rows - height + 1);
    size_t column = time * 1013 % (columns - width + 1);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) fail("open");
    struct stat status;
    if (fstat(fd, &status) != 0) fail("fstat");
    struct part part = {fd,
                        (size_t)status.st_size,
                        offset + (off_t)((row * columns + column) * sizeof(double)),
                        columns * sizeof(double),
                        height,
                        width * sizeof(double),
                        into};
    copy_part(&part);
    close(fd);
    if (part.into[height * width - 1] != 10000.0 * (double)(row + height - 1) + (double)(column + width - 1))
      fail("the last element");
  }
  end_repeated((int64_t)times);
}
