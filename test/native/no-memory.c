/* Makes one allocation of the addon fail: preloaded into Node. Those of Node itself, which would end the
   process, pass.

   NO_MEMORY_FILE is a file of seven 64-bit numbers, which the program writes and this library sees at once:
     from, to   the addresses of the addon's code: an allocation that is asked for from there counts
     but_from, but_to   not from here, though: the HDF5 library, which loses its footing when memory is short
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

extern void* __libc_malloc(size_t);
extern void* __libc_calloc(size_t, size_t);
extern void* __libc_realloc(void*, size_t);
extern void* __libc_memalign(size_t, size_t);
extern void __libc_free(void*);

struct plan {
  _Atomic uint64_t from, to, but_from, but_to, at, count;
  _Atomic int64_t live;
};

static struct plan none;
static struct plan* plan = &none;

__attribute__((constructor)) static void begin(void) {
  const char* path = getenv("NO_MEMORY_FILE");
  const int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void* got = mmap(NULL, sizeof *plan, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (got != MAP_FAILED) plan = got;
  close(fd);
}

static int is_ours(const void* caller) {
  const uintptr_t at = (uintptr_t)caller;
  return at >= plan->from && at < plan->to && !(at >= plan->but_from && at < plan->but_to);
}

/* Whether this allocation is the one that fails. */
static int fails(const void* caller) {
  if (!is_ours(caller) || atomic_fetch_add(&plan->count, 1) + 1 != plan->at) return 0;
  errno = ENOMEM;
  return 1;
}

/* --- blocks that are live: a table of their addresses. Who frees one cannot be told, because compilers jump
 * to free() rather than call it. ---- */

#define SLOTS ((size_t)1 << 20)
#define GONE ((void*)1)
static void* slots[SLOTS];
static atomic_flag busy = ATOMIC_FLAG_INIT;

static void lock(void) {
  while (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire)) {
  }
}
static void unlock(void) { atomic_flag_clear_explicit(&busy, memory_order_release); }
static size_t slot_of(const void* block) { return (uintptr_t)block / 16 * 0x9e3779b97f4a7c15u >> 44; }

static void* keep(const void* caller, void* block) {
  if (block == NULL || !is_ours(caller)) return block;
  lock();
  size_t slot = slot_of(block);
  while (slots[slot] != NULL && slots[slot] != GONE) slot = (slot + 1) % SLOTS;
  slots[slot] = block;
  unlock();
  plan->live++;
  return block;
}

static void forget(void* block) {
  if (block == NULL || plan->to == 0) return;
  lock();
  size_t slot = slot_of(block);
  while (slots[slot] != NULL && slots[slot] != block) slot = (slot + 1) % SLOTS;
  const int found = slots[slot] != NULL;
  if (found) slots[slot] = slots[(slot + 1) % SLOTS] == NULL ? NULL : GONE;
  unlock();
  if (found) plan->live--;
}

#define CALLER __builtin_return_address(0)

void* malloc(size_t size) { return fails(CALLER) ? NULL : keep(CALLER, __libc_malloc(size)); }
void* calloc(size_t count, size_t size) {
  return fails(CALLER) ? NULL : keep(CALLER, __libc_calloc(count, size));
}

void* memalign(size_t alignment, size_t size) {
  return fails(CALLER) ? NULL : keep(CALLER, __libc_memalign(alignment, size));
}

void* aligned_alloc(size_t alignment, size_t size) {
  return fails(CALLER) ? NULL : keep(CALLER, __libc_memalign(alignment, size));
}

int posix_memalign(void** out, size_t alignment, size_t size) {
  if (fails(CALLER)) return ENOMEM;
  *out = keep(CALLER, __libc_memalign(alignment, size));
  return *out == NULL ? ENOMEM : 0;
}

void* realloc(void* block, size_t size) {
  if (fails(CALLER)) return NULL;
  forget(block);
  return keep(CALLER, __libc_realloc(block, size));
}

void free(void* block) {
  forget(block);
  __libc_free(block);
}
