// What the C drivers do: all of a file into memory of its own, `times` times.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver.h"

enum memory {
  RECYCLED,  // from malloc, which gives what was freed before up to 32 MB; nothing that JavaScript collects
             // comes back as soon
  FRESH,     // from the system: each page is a fault
  HUGE,      // from malloc, in huge pages where it is new
};

static void read_all(enum memory memory) {
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
    char* data = memory == FRESH
                     ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                     : malloc(size);
    if (data == NULL || data == MAP_FAILED) fail("memory");
    if (memory == HUGE) madvise(data - (uintptr_t)data % 4096, size, MADV_HUGEPAGE);
    for (size_t done = 0; done < size;) {
      const ssize_t got = pread(fd, data + done, size - done, (off_t)(sizeof header + done));
      if (got <= 0) fail("pread");
      done += (size_t)got;
    }
    close(fd);
    if (*(const double*)(const void*)(data + size - 8) < 3) fail("the last element");
    if (memory == FRESH)
      munmap(data, size);
    else
      free(data);
  }
  end_repeated((int64_t)times);
}
