// What both C drivers do: `times` files through a temporary, with one fdatasync each. In pieces, the disk begins while the rest is still copied.
#include <fcntl.h>
#include <math.h>
#include <sys/uio.h>
#include <unistd.h>

#include "driver.h"

static void write_all(int fd, const char* from, size_t size, off_t offset, size_t piece) {
  for (size_t done = 0; done < size;) {
    const size_t wanted = size - done < piece ? size - done : piece;
    const ssize_t written = pwrite(fd, from + done, wanted, offset + (off_t)done);
    if (written < 0) fail("pwrite");
    if (wanted == piece) sync_file_range(fd, offset + (off_t)done, written, SYNC_FILE_RANGE_WRITE);
    done += (size_t)written;
  }
}

static void write_durably(size_t piece) {
  size_t elements = size_parameter("elements");
  size_t times = size_parameter("times");
  double* data = malloc(elements * sizeof(double));
  if (data == NULL) fail("malloc");
  for (size_t i = 0; i < elements; i++) data[i] = M_PI;
  char header[128];
  memset(header, ' ', sizeof header);
  const size_t size = elements * sizeof(double);
  const char* directory = text_parameter("directory");
  const char* temporary = path_in("directory", ".temporary");

  begin();
  for (size_t time = 0; time < times; time++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%zu.npy", directory, time);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) fail("open");
    if (size >= 1 << 20 && fallocate(fd, 0, 0, (off_t)(sizeof header + size)) != 0) fail("fallocate");
    if (pwrite(fd, header, sizeof header, 0) != (ssize_t)sizeof header) fail("pwrite");
    write_all(fd, (const char*)data, size, sizeof header, piece);
    if (fdatasync(fd) != 0) fail("fdatasync");
    if (close(fd) != 0) fail("close");
    if (rename(temporary, path) != 0) fail("rename");
    int above = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (above < 0 || fsync(above) != 0) fail("fsync");
    close(above);
  }
  end_repeated((int64_t)times);
}
