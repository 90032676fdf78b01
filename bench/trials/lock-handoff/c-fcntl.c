// The system's part of it: two processes, one of which sleeps in fcntl(F_SETLKW).
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "driver.h"

static int compare(const void* a, const void* b) {
  const int64_t x = *(const int64_t*)a, y = *(const int64_t*)b;
  return (x > y) - (x < y);
}

static void lock(int fd, short type, int command) {
  struct flock byte = {.l_type = type, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1};
  if (fcntl(fd, command, &byte) != 0) fail("fcntl");
}

static void run(void) {
  const size_t times = size_parameter("times");
  const char* path = path_in("directory", "a.lock");
  int64_t* held_ns =
      mmap(NULL, times * sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  int64_t* taken_ns = malloc(times * sizeof(int64_t));
  int turn[2], done[2];
  if (held_ns == MAP_FAILED || taken_ns == NULL || pipe(turn) != 0 || pipe(done) != 0) fail("set-up");
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) fail("open");
  char byte = 0;
  const pid_t other = fork();
  if (other == 0) {
    for (size_t k = 0; k < times; k++) {
      if (read(turn[0], &byte, 1) != 1) _exit(1);
      lock(fd, F_WRLCK, F_SETLKW);
      held_ns[k] = now_ns();
      lock(fd, F_UNLCK, F_SETLK);
      if (write(done[1], &byte, 1) != 1) _exit(1);
    }
    _exit(0);
  }
  for (size_t k = 0; k < times; k++) {
    lock(fd, F_WRLCK, F_SETLK);
    if (write(turn[1], &byte, 1) != 1) fail("write");
    usleep(3000);
    const int64_t released_ns = now_ns();
    lock(fd, F_UNLCK, F_SETLK);
    if (read(done[0], &byte, 1) != 1) fail("read");
    taken_ns[k] = held_ns[k] - released_ns;
  }
  waitpid(other, NULL, 0);
  qsort(taken_ns, times, sizeof(int64_t), compare);
  elapsed_ns = taken_ns[times / 2];
}
