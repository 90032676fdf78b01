#include "../npy-write/c-fallocate.c"
