// One memcpy for each array, into memory that was written to before.
#include "driver.h"

static void run(void) {
  size_t arrays = size_parameter("arrays");
  size_t size = size_parameter("bytes") / arrays;
  char* from[64];
  char* to[64];
  for (size_t k = 0; k < arrays; k++) {
    from[k] = malloc(size);
    to[k] = malloc(size);
    if (from[k] == NULL || to[k] == NULL) fail("malloc");
    memset(from[k], (int)k + 1, size);
    memset(to[k], 1, size);  // zeros would be calloc, which touches nothing
  }
  begin();
  for (size_t k = 0; k < arrays; k++) memcpy(to[k], from[k], size);
  end();
  for (size_t k = 0; k < arrays; k++)
    if (to[k][size / 2] != (char)(k + 1)) fail("memcpy");
}
