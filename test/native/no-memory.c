/* Makes one allocation of the addon fail: preloaded into Node. Those of Node itself, which would end the process, pass.

   NO_MEMORY_FILE is a file of four 64-bit numbers, which the program writes and this library sees at once:
     from, to   the addresses of the addon's code: an allocation that is asked for from there counts
     at         the number of the allocation that fails, from 1; 0 for none
     count      how many there were so far
     live       how many of those that counted are not freed yet */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

struct plan {
  _Atomic uint64_t from, to, at, count;
  _Atomic int64_t live;
};

static struct plan none;
static struct plan *plan = &none;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("NO_MEMORY_FILE");
  const int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void *got = mmap(NULL, sizeof *plan, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (got != MAP_FAILED) plan = got;
  close(fd);
}

static int is_ours(const void *caller) {
  return (uintptr_t)caller >= plan->from && (uintptr_t)caller < plan->to;
}

/* Whether this allocation is the one that fails. */
static int fails(const void *caller) {
  if (!is_ours(caller)) return 0;
  if (atomic_fetch_add(&plan->count, 1) + 1 != plan->at) {
    plan->live++;
    return 0;
  }
  errno = ENOMEM;
  return 1;
}

#define CALLER __builtin_return_address(0)

void *malloc(size_t size) { return fails(CALLER) ? NULL : __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return fails(CALLER) ? NULL : __libc_calloc(count, size); }
void *memalign(size_t alignment, size_t size) { return fails(CALLER) ? NULL : __libc_memalign(alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) { return fails(CALLER) ? NULL : __libc_memalign(alignment, size); }

int posix_memalign(void **out, size_t alignment, size_t size) {
  if (fails(CALLER)) return ENOMEM;
  *out = __libc_memalign(alignment, size);
  return *out == NULL ? ENOMEM : 0;
}

void *realloc(void *block, size_t size) {
  if (fails(CALLER)) return NULL;
  if (block != NULL && is_ours(CALLER)) plan->live--;
  return __libc_realloc(block, size);
}

void free(void *block) {
  if (block != NULL && is_ours(CALLER)) plan->live--;
  __libc_free(block);
}
