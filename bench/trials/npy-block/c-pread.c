// A call for each row.
#include "part.h"

static void copy_part(struct part* part) {
  char* into = (char*)part->into;
  for (size_t k = 0; k < part->height; k++) {
    const off_t at = part->first + (off_t)(k * part->row_size);
    if (pread(part->fd, into + k * part->width_size, part->width_size, at) != (ssize_t)part->width_size)
      fail("pread");
  }
}
