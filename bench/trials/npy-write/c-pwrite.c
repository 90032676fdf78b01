// Header and data by one pwritev.
#include <fcntl.h>
#include <math.h>
#include <sys/uio.h>
#include <unistd.h>

#include "driver.h"

static void run(void) {
  size_t elements = size_parameter("elements");
  double* data = malloc(elements * sizeof(double));
  if (data == NULL) fail("malloc");
  for (size_t i = 0; i < elements; i++) data[i] = M_PI;
  char header[128];
  memset(header, ' ', sizeof header);
  const char* path = path_in("directory", "x.npy");

  begin();
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) fail("open");

  struct iovec parts[] = {{header, sizeof header}, {data, elements * sizeof(double)}};
  ssize_t written = pwritev(fd, parts, 2, 0);
  if (written != (ssize_t)(sizeof header + elements * sizeof(double))) fail("pwritev");
  if (close(fd) != 0) fail("close");
  end();
}
