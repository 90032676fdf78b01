/* Makes file operations of a process fail, kills it at one of them, or records them all: preloaded into Node, whose own calls pass through here,
   and those of the addon.

   FAULT_DIRECTORY  only operations on paths below it count
   FAULT_AT         the number of the operation to strike, from 1
   FAULT_ROUND      counting begins anew whenever this changes
   FAULT_HOW        what becomes of it:
                      an errno's number  it fails
                      short              a write does half of its work; other operations pass
                      kill, torn         SIGKILL before it; half of a write, then SIGKILL
                      dead, torn-dead    the same without a signal: from there on every operation fails, which leaves on the disk what a killed process leaves
   FAULT_READS      when set, opening for reading and reading count, too
   FAULT_COUNT      a file that has the number of operations so far, as eight bytes
   FAULT_LOG        a file that gets a line for each operation that was done (crash-model.ts reads it)

   Operations are those that change something: creating, writing, cutting, syncing, linking, renaming, removing. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))next(#name))

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

static char round_now[32];
static pthread_mutex_t log_mutex = PTHREAD_MUTEX_INITIALIZER;

enum strike { PASS, FAIL, TEAR, SHORT };

/* --- which operations count --------------------------------------------------------------------------------------------------------------- */

/* The whole path, where it lies below the directory, else an empty one. A relative one is taken from `at`. */
static void path_below(int at, const char *path, char *whole, size_t size) {
  const char *directory = getenv("FAULT_DIRECTORY");
  whole[0] = '\0';
  if (directory == NULL || path == NULL) return;
  if (path[0] == '/') {
    snprintf(whole, size, "%s", path);
  } else {
    char link[64], base[PATH_MAX];
    snprintf(link, sizeof link, at == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", at);
    const ssize_t length = readlink(link, base, sizeof base - 1);
    if (length < 0) return;
    base[length] = '\0';
    snprintf(whole, size, "%s/%s", base, path);
  }
  if (strncmp(whole, directory, strlen(directory)) != 0) whole[0] = '\0';
}

static void file_below(int fd, char *path, size_t size) {
  char link[64], target[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, target, sizeof target - 1);
  target[length < 0 ? 0 : length] = '\0';
  path_below(AT_FDCWD, target[0] == '/' ? target : NULL, path, size);
}

#define PATH(name, at, path) \
  char name[2 * PATH_MAX];   \
  path_below(at, path, name, sizeof name)
#define FILE_PATH(name, fd) \
  char name[2 * PATH_MAX];  \
  file_below(fd, name, sizeof name)

/* --- what becomes of them ----------------------------------------------------------------------------------------------------------------- */

static atomic_long *counter;

static void make_counter(void) {
  static atomic_long own;
  counter = &own;
  const char *path = getenv("FAULT_COUNT");
  if (path == NULL) return;
  const int fd = (int)REAL(syscall)(SYS_open, path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0 || REAL(ftruncate64)(fd, sizeof own) != 0) return;
  void *shared = mmap(NULL, sizeof own, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (shared != MAP_FAILED) counter = shared;
  close(fd);
}

static enum strike strike(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, make_counter);
  const char *at = getenv("FAULT_AT"), *how = getenv("FAULT_HOW"), *round = getenv("FAULT_ROUND");
  if (round != NULL && strcmp(round, round_now) != 0) {
    snprintf(round_now, sizeof round_now, "%s", round);
    atomic_store(counter, 0);
  }
  const long number = atomic_fetch_add(counter, 1) + 1;
  if (at == NULL || how == NULL) return PASS;
  const long wanted = atol(at);
  if (strstr(how, "dead") != NULL && wanted > 0 && number >= wanted) {
    errno = EIO;
    return number == wanted && strcmp(how, "torn-dead") == 0 ? TEAR : FAIL;
  }
  if (number != wanted) return PASS;
  if (strcmp(how, "kill") == 0) kill(getpid(), SIGKILL);
  if (strcmp(how, "torn") == 0) return TEAR;
  if (strcmp(how, "short") == 0) return SHORT;
  errno = atoi(how);
  return FAIL;
}

static void die_torn(void) {
  const char *how = getenv("FAULT_HOW");
  if (how != NULL && strcmp(how, "torn") == 0) kill(getpid(), SIGKILL);
  errno = EIO;
}

/* For what is not done in halves. */
static int fails(const char *path) {
  if (path[0] == '\0') return 0;
  const enum strike what = strike();
  if (what == TEAR) die_torn();
  return what == FAIL || what == TEAR;
}

/* --- the record --------------------------------------------------------------------------------------------------------------------------- */

/* The lock spans the operation and its record, so that the record has the order in which things were done. */
static int begin_record(const char *path) {
  if (path[0] == '\0' || getenv("FAULT_LOG") == NULL) return 0;
  pthread_mutex_lock(&log_mutex);
  return 1;
}

static void end_record(int begun, int done, const char *operation, const char *path, const char *more, const void *data, size_t size) {
  if (!begun) return;
  const int saved = errno;
  if (done) {
    const size_t skip = strlen(getenv("FAULT_DIRECTORY"));
    char *line = malloc(strlen(path) + strlen(more) + 2 * size + 64);
    int length = sprintf(line, "%s\t%s\t%s\t", operation, path + skip, more);
    for (size_t k = 0; k < size; k++) length += sprintf(line + length, "%02x", ((const unsigned char *)data)[k]);
    line[length++] = '\n';
    const int fd = (int)REAL(syscall)(SYS_open, getenv("FAULT_LOG"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    REAL(write)(fd, line, (size_t)length);
    close(fd);
    free(line);
  }
  pthread_mutex_unlock(&log_mutex);
  errno = saved;
}

/* --- writing ------------------------------------------------------------------------------------------------------------------------------ */

/* All of writing: `offset` -1 is where the file stands. */
static ssize_t write_parts(int fd, const struct iovec *parts, int parts_count, off64_t offset) {
  FILE_PATH(path, fd);
  size_t size = 0;
  for (int k = 0; k < parts_count; k++) size += parts[k].iov_len;
  if (path[0] == '\0') {
    return offset < 0 ? REAL(writev)(fd, parts, parts_count) : REAL(pwritev64)(fd, parts, parts_count, offset);
  }
  const enum strike what = strike();
  if (what == FAIL) return -1;
  if (what == TEAR || what == SHORT) size /= 2;
  const int begun = begin_record(path);
  char *data = malloc(size + 1);
  size_t filled = 0;
  for (int k = 0; k < parts_count && filled < size; k++) {
    const size_t part = parts[k].iov_len < size - filled ? parts[k].iov_len : size - filled;
    memcpy(data + filled, parts[k].iov_base, part);
    filled += part;
  }
  if (offset < 0) {
    struct stat facts;
    fstat(fd, &facts);
    offset = (fcntl(fd, F_GETFL) & O_APPEND) != 0 ? facts.st_size : lseek64(fd, 0, SEEK_CUR);
    lseek64(fd, offset + (off64_t)size, SEEK_SET);
  }
  const ssize_t done = REAL(pwrite64)(fd, data, size, offset);
  char more[32];
  snprintf(more, sizeof more, "%lld", (long long)offset);
  end_record(begun, done >= 0, "write", path, more, data, done < 0 ? 0 : (size_t)done);
  free(data);
  if (what == TEAR) {
    die_torn();
    return -1;
  }
  return done;
}

ssize_t write(int fd, const void *data, size_t size) {
  FILE_PATH(path, fd);
  if (path[0] == '\0') return REAL(write)(fd, data, size);
  const struct iovec part = {(void *)data, size};
  return write_parts(fd, &part, 1, -1);
}
ssize_t writev(int fd, const struct iovec *parts, int parts_count) { return write_parts(fd, parts, parts_count, -1); }
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
  const struct iovec part = {(void *)data, size};
  return write_parts(fd, &part, 1, offset);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) { return pwrite64(fd, data, size, offset); }
ssize_t pwritev64(int fd, const struct iovec *parts, int parts_count, off64_t offset) {
  return write_parts(fd, parts, parts_count, offset);
}
ssize_t pwritev(int fd, const struct iovec *parts, int parts_count, off_t offset) {
  return write_parts(fd, parts, parts_count, offset);
}

/* The addon writes by it: memory that the caller has given away must be read by the system alone. */
long syscall(long number, ...) {
  va_list rest;
  va_start(rest, number);
  long a[6];
  for (int k = 0; k < 6; k++) a[k] = va_arg(rest, long);
  va_end(rest);
  if (number == SYS_pwritev) return write_parts((int)a[0], (const struct iovec *)a[1], (int)a[2], a[3]);
  return REAL(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* --- everything else ---------------------------------------------------------------------------------------------------------------------- */

#define RECORDED(type, operation, path, more, call)               \
  const int begun = begin_record(path);                           \
  const type result = call;                                       \
  end_record(begun, result >= 0, operation, path, more, NULL, 0); \
  return result

int fallocate64(int fd, int mode, off64_t offset, off64_t size) {
  FILE_PATH(path, fd);
  return fails(path) ? -1 : REAL(fallocate64)(fd, mode, offset, size);
}
int fallocate(int fd, int mode, off_t offset, off_t size) { return fallocate64(fd, mode, offset, size); }
int fsync(int fd) {
  FILE_PATH(path, fd);
  if (fails(path)) return -1;
  RECORDED(int, "sync", path, "", REAL(fsync)(fd));
}
int fdatasync(int fd) {
  FILE_PATH(path, fd);
  if (fails(path)) return -1;
  RECORDED(int, "sync", path, "", REAL(fdatasync)(fd));
}
int syncfs(int fd) {
  FILE_PATH(path, fd);
  if (fails(path)) return -1;
  RECORDED(int, "syncfs", path, "", REAL(syncfs)(fd));
}
int ftruncate64(int fd, off64_t size) {
  FILE_PATH(path, fd);
  if (fails(path)) return -1;
  char more[32];
  snprintf(more, sizeof more, "%lld", (long long)size);
  RECORDED(int, "truncate", path, more, REAL(ftruncate64)(fd, size));
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int two_paths(const char *operation, int old_at, const char *old, int new_at, const char *new, int done, int flags) {
  PATH(from, old_at, old);
  PATH(to, new_at, new);
  if (fails(to)) return -1;
  const char *more = from[0] == '\0' ? from : from + strlen(getenv("FAULT_DIRECTORY"));
  RECORDED(int, operation, to, more, done ? REAL(linkat)(old_at, old, new_at, new, flags) : REAL(renameat)(old_at, old, new_at, new));
}
int rename(const char *old, const char *new) { return two_paths("rename", AT_FDCWD, old, AT_FDCWD, new, 0, 0); }
int renameat(int old_at, const char *old, int new_at, const char *new) { return two_paths("rename", old_at, old, new_at, new, 0, 0); }
int link(const char *old, const char *new) { return two_paths("link", AT_FDCWD, old, AT_FDCWD, new, 1, 0); }
int linkat(int old_at, const char *old, int new_at, const char *new, int flags) {
  return two_paths("link", old_at, old, new_at, new, 1, flags);
}

int mkdir(const char *name, mode_t mode) {
  PATH(path, AT_FDCWD, name);
  if (fails(path)) return -1;
  RECORDED(int, "mkdir", path, "", REAL(mkdir)(name, mode));
}
int unlinkat(int at, const char *name, int flags) {
  PATH(path, at, name);
  if (fails(path)) return -1;
  RECORDED(int, (flags & AT_REMOVEDIR) != 0 ? "rmdir" : "unlink", path, "", REAL(unlinkat)(at, name, flags));
}
int unlink(const char *name) { return unlinkat(AT_FDCWD, name, 0); }
int rmdir(const char *name) { return unlinkat(AT_FDCWD, name, AT_REMOVEDIR); }

static int open_at(int at, const char *name, int flags, mode_t mode) {
  const int creates = (flags & O_CREAT) != 0;
  PATH(path, at, creates || (flags & O_TRUNC) != 0 || getenv("FAULT_READS") != NULL ? name : NULL);
  if (fails(path)) return -1;
  struct stat facts;
  const int is_new = creates && path[0] != '\0' && fstatat(at, name, &facts, AT_SYMLINK_NOFOLLOW) != 0;
  const int begun = is_new || (flags & O_TRUNC) != 0 ? begin_record(path) : 0;
  const int fd = REAL(openat64)(at, name, flags, mode);
  end_record(begun, fd >= 0, is_new ? "create" : "truncate", path, is_new ? "" : "0", NULL, 0);
  return fd;
}

#define MODE(flags)                             \
  mode_t mode = 0;                              \
  if (((flags) & (O_CREAT | O_TMPFILE)) != 0) { \
    va_list rest;                               \
    va_start(rest, flags);                      \
    mode = va_arg(rest, mode_t);                \
    va_end(rest);                               \
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

ssize_t pread64(int fd, void *into, size_t size, off64_t offset) {
  if (getenv("FAULT_READS") != NULL) {
    FILE_PATH(path, fd);
    if (fails(path)) return -1;
  }
  return REAL(pread64)(fd, into, size, offset);
}
ssize_t pread(int fd, void *into, size_t size, off_t offset) { return pread64(fd, into, size, offset); }
ssize_t read(int fd, void *into, size_t size) {
  if (getenv("FAULT_READS") != NULL) {
    FILE_PATH(path, fd);
    if (fails(path)) return -1;
  }
  return REAL(read)(fd, into, size);
}
