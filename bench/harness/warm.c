// Touches so many bytes in huge pages and ends: a virtual machine's host gives memory, which costs many times the use of it, before the clock starts.
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

int main(int count, char** values) {
  const size_t size = count == 2 ? strtoull(values[1], NULL, 10) : 0;
  if (size == 0) return 0;
  void* start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) return 1;
  madvise(start, size, MADV_HUGEPAGE);
  memset(start, 1, size);
  return 0;
}
