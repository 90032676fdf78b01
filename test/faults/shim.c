/* Makes file operations of a process fail, or kills it at one of them: preloaded into Node, whose own calls pass through here.

   FAULT_DIRECTORY  only operations on paths below it count
   FAULT_AT         the number of the operation to strike, from 1
   FAULT_ROUND      counting begins anew whenever this changes
   FAULT_HOW        an errno's number; "kill": SIGKILL before it; "torn": half of a write, then SIGKILL
   FAULT_COUNT      a file that gets the number of operations when the process ends

   Operations are those that change something: creating, writing, syncing, renaming, removing. Calls that the addon makes by itself pass
   through here, too, since both use the C library. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))next(#name))

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

static atomic_long count;
static char round_now[32];

enum strike { PASS, FAIL, TEAR };

/* Whether a path lies below the directory. A relative one is taken from `at`. */
static int concerns(int at, const char *path) {
  const char *directory = getenv("FAULT_DIRECTORY");
  if (directory == NULL || path == NULL) return 0;
  char whole[2 * PATH_MAX];
  if (path[0] == '/') {
    snprintf(whole, sizeof whole, "%s", path);
  } else {
    char link[64], base[PATH_MAX];
    snprintf(link, sizeof link, at == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", at);
    const ssize_t length = readlink(link, base, sizeof base - 1);
    if (length < 0) return 0;
    base[length] = '\0';
    snprintf(whole, sizeof whole, "%s/%s", base, path);
  }
  return strncmp(whole, directory, strlen(directory)) == 0;
}

static int concerns_file(int fd) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = '\0';
  return concerns(AT_FDCWD, path);
}

/* Counts an operation, and says what becomes of it. */
static enum strike strike(void) {
  const char *at = getenv("FAULT_AT"), *how = getenv("FAULT_HOW"), *round = getenv("FAULT_ROUND");
  if (round != NULL && strcmp(round, round_now) != 0) {
    snprintf(round_now, sizeof round_now, "%s", round);
    atomic_store(&count, 0);
  }
  const long number = atomic_fetch_add(&count, 1) + 1;
  if (at == NULL || how == NULL || number != atol(at)) return PASS;
  if (strcmp(how, "kill") == 0) kill(getpid(), SIGKILL);
  if (strcmp(how, "torn") == 0) return TEAR;
  errno = atoi(how);
  return FAIL;
}

/* For what is not done in halves: torn is killed before it. */
static int fails(void) {
  const enum strike what = strike();
  if (what == TEAR) kill(getpid(), SIGKILL);
  return what == FAIL;
}

__attribute__((destructor)) static void tell(void) {
  const char *path = getenv("FAULT_COUNT");
  if (path == NULL) return;
  unsetenv("FAULT_DIRECTORY");
  FILE *file = fopen(path, "w");
  if (file == NULL) return;
  fprintf(file, "%ld", atomic_load(&count));
  fclose(file);
}

ssize_t write(int fd, const void *data, size_t size) {
  if (!concerns_file(fd)) return REAL(write)(fd, data, size);
  switch (strike()) {
    case FAIL:
      return -1;
    case TEAR:
      REAL(write)(fd, data, size / 2);
      kill(getpid(), SIGKILL);
      return -1;
    default:
      return REAL(write)(fd, data, size);
  }
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
  if (!concerns_file(fd)) return REAL(pwrite64)(fd, data, size, offset);
  switch (strike()) {
    case FAIL:
      return -1;
    case TEAR:
      REAL(pwrite64)(fd, data, size / 2, offset);
      kill(getpid(), SIGKILL);
      return -1;
    default:
      return REAL(pwrite64)(fd, data, size, offset);
  }
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) { return pwrite64(fd, data, size, offset); }

ssize_t pwritev64(int fd, const struct iovec *parts, int parts_count, off64_t offset) {
  if (!concerns_file(fd)) return REAL(pwritev64)(fd, parts, parts_count, offset);
  switch (strike()) {
    case FAIL:
      return -1;
    case TEAR:
      REAL(pwritev64)(fd, parts, 1, offset);
      kill(getpid(), SIGKILL);
      return -1;
    default:
      return REAL(pwritev64)(fd, parts, parts_count, offset);
  }
}
ssize_t pwritev(int fd, const struct iovec *parts, int parts_count, off_t offset) {
  return pwritev64(fd, parts, parts_count, offset);
}

int fallocate64(int fd, int mode, off64_t offset, off64_t size) {
  return concerns_file(fd) && fails() ? -1 : REAL(fallocate64)(fd, mode, offset, size);
}
int fallocate(int fd, int mode, off_t offset, off_t size) { return fallocate64(fd, mode, offset, size); }
int fsync(int fd) { return concerns_file(fd) && fails() ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return concerns_file(fd) && fails() ? -1 : REAL(fdatasync)(fd); }

int rename(const char *from, const char *to) {
  return concerns(AT_FDCWD, to) && fails() ? -1 : REAL(rename)(from, to);
}
int mkdir(const char *path, mode_t mode) { return concerns(AT_FDCWD, path) && fails() ? -1 : REAL(mkdir)(path, mode); }
int unlink(const char *path) { return concerns(AT_FDCWD, path) && fails() ? -1 : REAL(unlink)(path); }
int rmdir(const char *path) { return concerns(AT_FDCWD, path) && fails() ? -1 : REAL(rmdir)(path); }
int unlinkat(int at, const char *path, int flags) {
  return concerns(at, path) && fails() ? -1 : REAL(unlinkat)(at, path, flags);
}

static int open_at(int at, const char *path, int flags, mode_t mode) {
  if ((flags & O_CREAT) != 0 && concerns(at, path) && fails()) return -1;
  return REAL(openat64)(at, path, flags, mode);
}

#define MODE(flags)                              \
  mode_t mode = 0;                               \
  if (((flags) & (O_CREAT | O_TMPFILE)) != 0) {  \
    va_list rest;                                \
    va_start(rest, flags);                       \
    mode = va_arg(rest, mode_t);                 \
    va_end(rest);                                \
  }

int open(const char *path, int flags, ...) {
  MODE(flags)
  return open_at(AT_FDCWD, path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  MODE(flags)
  return open_at(AT_FDCWD, path, flags, mode);
}
int openat(int at, const char *path, int flags, ...) {
  MODE(flags)
  return open_at(at, path, flags, mode);
}
int openat64(int at, const char *path, int flags, ...) {
  MODE(flags)
  return open_at(at, path, flags, mode);
}
