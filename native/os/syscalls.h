// Every system call of the addon goes through one table, which tests replace to make calls fail
// (os/faults.h). Nothing else in the addon calls the system by itself; HDF5 comes here through
// its driver (hdf5/driver.h).
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <cstddef>

namespace persist::os {

struct Syscalls {
  int (*openat)(int directory, const char* path, int flags, mode_t mode);
  int (*close)(int fd);
  int (*fstat)(int fd, struct stat* out);
  int (*unlinkat)(int directory, const char* path, int flags);
  int (*renameat)(int from_directory, const char* from, int to_directory, const char* to);
  ssize_t (*pread)(int fd, void* into, size_t size_bytes, off_t offset);
  ssize_t (*pwritev)(int fd, const iovec* parts, int count, off_t offset);
  int (*ftruncate)(int fd, off_t size_bytes);
  int (*fallocate)(int fd, int mode, off_t offset, off_t size_bytes);
  int (*sync_file_range)(int fd, off_t offset, off_t size_bytes, unsigned flags);
  int (*set_flags)(int fd, int flags);
  int (*fdatasync)(int fd);
  int (*fsync)(int fd);
  void* (*mmap)(void* at, size_t size_bytes, int protection, int flags, int fd, off_t offset);
  int (*munmap)(void* at, size_t size_bytes);
  /** Copies memory of this process, of which parts may be gone: EFAULT. */
  ssize_t (*read_memory)(iovec into, const iovec* parts, unsigned long count);
  int (*memfd_create)(const char* name, unsigned flags);
  ssize_t (*copy_file_range)(int from, off_t* from_offset, int to, off_t* to_offset, size_t size_bytes,
                             unsigned flags);
  int (*lock)(int fd, int command, struct flock* lock);
};

/** The table in force. Only os/faults.cc changes it. */
extern Syscalls sys;

/** The system's own calls. */
extern const Syscalls system_calls;

}  // namespace persist::os
