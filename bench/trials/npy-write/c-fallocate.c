// The same as c-pwrite, into blocks that were allocated first.
#include "write_file.h"

static void run(void) { write_files(true); }
