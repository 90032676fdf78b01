#include "read_all.h"

static void run(void) { read_all(HUGE); }
