/* A disk that keeps a record of all that is written to it, made of two files by FUSE: a loop device on the first is a disk for any file system.

     block-log IMAGE RECORD MOUNTPOINT

     MOUNTPOINT/disk  the bytes of IMAGE
     MOUNTPOINT/mark  what a program writes here stands in the record between the writes, which tells what was on the disk by then

   The record has for each operation a letter (W: write, F: flush, M: mark), three bytes of nothing, the number of bytes that follow (32 bits), the offset on the
   disk (64 bits), and the bytes. Between two flushes, a disk may keep any of the writes when its power is cut. */
#define FUSE_USE_VERSION 31
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <fuse3/fuse.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct entry {
  char kind;
  char nothing[3];
  uint32_t size;
  int64_t offset;
};

static int image = -1, record = -1;
static off_t image_size;

static int is_disk(const char *path) { return strcmp(path, "/disk") == 0; }

static void note(char kind, off_t offset, const char *data, size_t size) {
  const struct entry entry = {kind, {0}, (uint32_t)size, offset};
  if (write(record, &entry, sizeof entry) != (ssize_t)sizeof entry || write(record, data, size) != (ssize_t)size) {
    perror("block-log: the record");
    abort();
  }
}

static int get_facts(const char *path, struct stat *facts, struct fuse_file_info *file) {
  (void)file;
  memset(facts, 0, sizeof *facts);
  if (strcmp(path, "/") == 0) {
    facts->st_mode = S_IFDIR | 0755;
    facts->st_nlink = 2;
    return 0;
  }
  if (!is_disk(path) && strcmp(path, "/mark") != 0) return -ENOENT;
  facts->st_mode = S_IFREG | 0600;
  facts->st_nlink = 1;
  facts->st_size = is_disk(path) ? image_size : 0;
  return 0;
}

static int open_file(const char *path, struct fuse_file_info *file) {
  file->direct_io = !is_disk(path);
  return 0;
}

static int read_disk(const char *path, char *into, size_t size, off_t offset, struct fuse_file_info *file) {
  (void)path;
  (void)file;
  const ssize_t got = pread(image, into, size, offset);
  return got < 0 ? -errno : (int)got;
}

static int write_file(const char *path, const char *data, size_t size, off_t offset, struct fuse_file_info *file) {
  (void)file;
  note(is_disk(path) ? 'W' : 'M', offset, data, size);
  if (!is_disk(path)) return (int)size;
  const ssize_t done = pwrite(image, data, size, offset);
  return done < 0 ? -errno : (int)done;
}

static int flush_disk(const char *path, int is_data_only, struct fuse_file_info *file) {
  (void)is_data_only;
  (void)file;
  if (is_disk(path)) note('F', 0, NULL, 0);
  return 0;
}

static int set_size(const char *path, off_t size, struct fuse_file_info *file) {
  (void)path;
  (void)size;
  (void)file;
  return 0;
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  image = open(arguments[1], O_RDWR);
  record = open(arguments[2], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
  struct stat facts;
  if (image < 0 || record < 0 || fstat(image, &facts) != 0) {
    perror("block-log");
    return 1;
  }
  image_size = facts.st_size;
  const struct fuse_operations operations = {
      .getattr = get_facts,
      .open = open_file,
      .read = read_disk,
      .write = write_file,
      .fsync = flush_disk,
      .truncate = set_size,
  };
  /* One thread, so that the record has the order in which things came. */
  char *fuse[] = {arguments[0], "-s", "-f", arguments[3], NULL};
  return fuse_main(4, fuse, &operations, NULL);
}
