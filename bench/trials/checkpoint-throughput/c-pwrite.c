// Each array by one pwrite to a new file, and one fdatasync. The older checkpoint is removed.
#include <fcntl.h>
#include <unistd.h>

#include "driver.h"

static const char* file(size_t step, size_t array) {
  char name[64];
  snprintf(name, sizeof name, "step%zu-field%zu", step, array);
  return path_in("directory", name);
}

static void run(void) {
  size_t arrays = size_parameter("arrays");
  size_t size = size_parameter("bytes") / arrays;
  size_t steps = size_parameter("steps");
  char* data[64];
  for (size_t k = 0; k < arrays; k++) {
    data[k] = malloc(size);
    if (data[k] == NULL) fail("malloc");
    memset(data[k], (int)k + 1, size);
  }
  begin();
  for (size_t step = 1; step <= steps; step++)
    for (size_t k = 0; k < arrays; k++) {
      int fd = open(file(step, k), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (fd < 0) fail("open");
      for (size_t done = 0; done < size;) {
        ssize_t count = pwrite(fd, data[k] + done, size - done, (off_t)done);
        if (count < 0) fail("pwrite");
        done += (size_t)count;
      }
      if (fdatasync(fd) != 0) fail("fdatasync");
      if (close(fd) != 0) fail("close");
      if (step > 1 && unlink(file(step - 1, k)) != 0) fail("unlink");
    }
  end();
}
