#include "durable.h"

static void run(void) { write_durably(SIZE_MAX); }
