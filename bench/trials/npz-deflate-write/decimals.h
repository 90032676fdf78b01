// Numbers like those of data/decimals.mjs.
#include <math.h>

#include "driver.h"

static double* decimals(size_t count) {
  double* out = malloc(count * sizeof(double));
  if (out == NULL) fail("malloc");
  uint32_t state = 7;
  double x = 0;
  for (size_t k = 0; k < count; k++) {
    state = state * 1664525 + 1013904223;
    x += state / 4294967296.0 - 0.5;
    out[k] = round(100 * x) / 100;
  }
  return out;
}
