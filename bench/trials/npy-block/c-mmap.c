// Out of a mapping.
#include "part.h"

static void copy_part(struct part* part) {
  const char* from = mmap(NULL, part->file_size, PROT_READ, MAP_SHARED, part->fd, 0);
  if (from == MAP_FAILED) fail("mmap");
  for (size_t k = 0; k < part->height; k++)
    memcpy((char*)part->into + k * part->width_size, from + part->first + k * part->row_size,
           part->width_size);
  munmap((void*)(uintptr_t)from, part->file_size);
}
