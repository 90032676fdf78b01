// Past the library, into huge pages.
// libraries: hdf5-serial
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "read.h"

static void read_all(const char* path, hid_t set, double* into, size_t size) {
  const haddr_t offset = H5Dget_offset(set);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || offset == HADDR_UNDEF) fail("open");
  if (size > 1 << 22) madvise((char*)into - (uintptr_t)into % 4096, size, MADV_HUGEPAGE);
  for (size_t done = 0; done < size;) {
    const ssize_t got = pread(fd, (char*)into + done, size - done, (off_t)(offset + done));
    if (got <= 0) fail("pread");
    done += (size_t)got;
  }
  close(fd);
}
