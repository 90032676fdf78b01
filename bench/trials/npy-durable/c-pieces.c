#include "durable.h"

static void run(void) { write_durably((size_t)8 << 20); }
