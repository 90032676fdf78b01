// Streams of 1 MB each by libdeflate at its fastest level, on two threads, and one pwrite for each.
// libraries: libdeflate
#include <fcntl.h>
#include <libdeflate.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "decimals.h"

enum { PART = 1 << 20 };

static const char* data;
static size_t size;
static int fd;
static atomic_size_t next;
static atomic_size_t end_of_file;

static void* work(void* unused) {
  (void)unused;
  struct libdeflate_compressor* compressor = libdeflate_alloc_compressor(1);
  size_t room = libdeflate_deflate_compress_bound(compressor, PART);
  char* packed = malloc(room);
  for (;;) {
    size_t at = atomic_fetch_add(&next, PART);
    if (at >= size) break;
    size_t part = size - at < PART ? size - at : PART;
    size_t got = libdeflate_deflate_compress(compressor, data + at, part, packed, room);
    off_t place = (off_t)atomic_fetch_add(&end_of_file, got);
    if (pwrite(fd, packed, got, place) != (ssize_t)got) fail("pwrite");
  }
  free(packed);
  libdeflate_free_compressor(compressor);
  return NULL;
}

static void run(void) {
  size_t elements = size_parameter("elements");
  size = elements * sizeof(double);
  data = (const char*)decimals(elements);
  begin();
  fd = open(path_in("directory", "a.packed"), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) fail("open");
  pthread_t beside;
  if (pthread_create(&beside, NULL, work, NULL) != 0) fail("pthread_create");
  work(NULL);
  pthread_join(beside, NULL);
  if (close(fd) != 0) fail("close");
  end();
}
