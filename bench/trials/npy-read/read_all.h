// What both C drivers do: all of a file into memory that the system gives anew, `times` times.
#include <fcntl.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver.h"

static void read_all(bool huge) {
  const char* path = path_in("shared", text_parameter("file"));
  size_t size = size_parameter("elements") * sizeof(double);
  size_t times = size_parameter("times");
  begin();
  for (size_t time = 0; time < times; time++) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) fail("open");
    struct stat status;
    if (fstat(fd, &status) != 0) fail("fstat");
    char header[128];
    if (pread(fd, header, sizeof header, 0) != (ssize_t)sizeof header) fail("pread");
    char* data = malloc(size);
    if (data == NULL) fail("malloc");
    if (huge) madvise(data - (uintptr_t)data % 4096, size, MADV_HUGEPAGE);
    for (size_t done = 0; done < size;) {
      const ssize_t got = pread(fd, data + done, size - done, (off_t)(sizeof header + done));
      if (got <= 0) fail("pread");
      done += (size_t)got;
    }
    close(fd);
    if (*(const double*)(const void*)(data + size - 8) < 3) fail("the last element");
    free(data);
  }
  end_repeated((int64_t)times);
}
