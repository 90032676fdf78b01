#include "../npy-block/c-pread.c"
