#include "os/syscalls.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>

namespace persist::os {
namespace {

int OpenAt(int directory, const char* path, int flags, mode_t mode) {
  return ::openat(directory, path, flags, mode);
}

int Fstat(int fd, struct stat* out) { return ::fstat(fd, out); }

// Not libc's function: a sanitizer would read the caller's memory here, in user space, and what a caller
// detached must be read by the kernel alone, which answers EFAULT.
ssize_t PwriteV(int fd, const iovec* parts, int count, off_t offset) {
  return ::syscall(SYS_pwritev, fd, parts, count, offset, 0L);
}

int SetFlags(int fd, int flags) { return ::fcntl(fd, F_SETFL, flags); }

ssize_t ReadMemory(iovec into, const iovec* parts, unsigned long count) {
  return ::syscall(SYS_process_vm_readv, ::getpid(), &into, 1UL, parts, count, 0UL);
}

int Lock(int fd, int command, struct flock* lock) { return ::fcntl(fd, command, lock); }

}  // namespace

const Syscalls system_calls = {
    .openat = OpenAt,
    .close = ::close,
    .fstat = Fstat,
    .unlinkat = ::unlinkat,
    .renameat = ::renameat,
    .pread = ::pread,
    .pwritev = PwriteV,
    .ftruncate = ::ftruncate,
    .fallocate = ::fallocate,
    .sync_file_range = ::sync_file_range,
    .set_flags = SetFlags,
    .fdatasync = ::fdatasync,
    .fsync = ::fsync,
    .mmap = ::mmap,
    .munmap = ::munmap,
    .read_memory = ReadMemory,
    .memfd_create = ::memfd_create,
    .copy_file_range = ::copy_file_range,
    .lock = Lock,
};

Syscalls sys = system_calls;

}  // namespace persist::os
