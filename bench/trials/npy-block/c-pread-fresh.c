// A call for each row, into memory that the system gives anew, as what is collected by and by needs it.
#include "part.h"

static void copy_part(struct part* part) {
  const size_t size = part->height * part->width_size;
  char* into = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (into == MAP_FAILED) fail("mmap");
  part->into = (double*)(void*)into;
  for (size_t k = 0; k < part->height; k++) {
    const off_t at = part->first + (off_t)(k * part->row_size);
    if (pread(part->fd, into + k * part->width_size, part->width_size, at) != (ssize_t)part->width_size)
      fail("pread");
  }
}
