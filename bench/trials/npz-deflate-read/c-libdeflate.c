// The streams that npz-deflate-write/c-libdeflate.c writes, inflated on two threads into fresh memory in huge pages.
// libraries: libdeflate
#include <fcntl.h>
#include <libdeflate.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../npz-deflate-write/decimals.h"

enum { PART = 1 << 20, MOST_PARTS = 1 << 16 };

static size_t packed_at[MOST_PARTS + 1];
static size_t size;
static char* out;
static int fd;
static atomic_size_t next;

static void write_packed(const char* path) {
  const char* data = (const char*)decimals(size / sizeof(double));
  struct libdeflate_compressor* compressor = libdeflate_alloc_compressor(1);
  size_t room = libdeflate_deflate_compress_bound(compressor, PART);
  char* packed = malloc(room);
  FILE* file = fopen(path, "wx");
  if (file == NULL || packed == NULL) fail("fopen");
  for (size_t k = 0; k * PART < size; k++) {
    size_t part = size - k * PART < PART ? size - k * PART : PART;
    size_t got = libdeflate_deflate_compress(compressor, data + k * PART, part, packed, room);
    packed_at[k + 1] = packed_at[k] + got;
    if (fwrite(packed, 1, got, file) != got) fail("fwrite");
  }
  fclose(file);
}

static void* work(void* unused) {
  (void)unused;
  struct libdeflate_decompressor* decompressor = libdeflate_alloc_decompressor();
  char* packed = malloc(2 * PART);
  for (;;) {
    size_t k = atomic_fetch_add(&next, 1);
    if (k * PART >= size) break;
    size_t part = size - k * PART < PART ? size - k * PART : PART;
    size_t got = packed_at[k + 1] - packed_at[k];
    if (pread(fd, packed, got, (off_t)packed_at[k]) != (ssize_t)got) fail("pread");
    if (libdeflate_deflate_decompress(decompressor, packed, got, out + k * PART, part, NULL) != LIBDEFLATE_SUCCESS)
      fail("inflate");
  }
  free(packed);
  libdeflate_free_decompressor(decompressor);
  return NULL;
}

static void run(void) {
  size = size_parameter("elements") * sizeof(double);
  const char* path = path_in("directory", "a.packed");
  write_packed(path);
  begin();
  fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail("open");
  out = malloc(size);
  if (out == NULL) fail("malloc");
  madvise(out - (uintptr_t)out % 4096, size, MADV_HUGEPAGE);
  pthread_t beside;
  if (pthread_create(&beside, NULL, work, NULL) != 0) fail("pthread_create");
  work(NULL);
  pthread_join(beside, NULL);
  close(fd);
  end();
}
