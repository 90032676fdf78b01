#include "../npy-write/c-pwrite.c"
