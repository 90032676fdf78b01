// Header and data by one pwritev.
#include "write_file.h"

static void run(void) { write_files(false); }
