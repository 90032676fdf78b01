#include "hdf5/file.h"

#include <fcntl.h>

#include "hdf5/header.h"

namespace persist::hdf5 {
namespace {

// Arrays at multiples of 64 bytes can be mapped as any typed array, and suit vector instructions.
constexpr hsize_t kAlignment = 64;

// The first page holds metadata only. Archives know a file by the checksum of its first 4096 bytes, which
// must stay the same when the arrays are edited in place.
constexpr hsize_t kFirstPage = 4096;

os::Error NotRegular(const std::string& path) {
  return os::Error("PERSIST_NOT_REGULAR_FILE", path + " is not a regular file", path);
}

os::Fd OpenAt(const std::string& path, Mode mode) {
  // NONBLOCK: a FIFO is not waited for
  const int flags = mode == Mode::kCreate  ? O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW
                    : mode == Mode::kWrite ? O_RDWR | O_NONBLOCK
                                           : O_RDONLY | O_NONBLOCK;
  os::Fd fd(os::sys.openat(AT_FDCWD, path.c_str(), flags | O_CLOEXEC, 0666));
  if (!fd.valid())
    throw errno == EISDIR || errno == ENXIO ? NotRegular(path) : os::SystemError("openat", path);
  return fd;
}

uint64_t SizeOf(const os::Fd& fd, const std::string& path, Mode mode) {
  if (mode == Mode::kCreate) return 0;
  struct stat status {};
  if (os::sys.fstat(fd.get(), &status) != 0) throw os::SystemError("fstat", path);
  if (!S_ISREG(status.st_mode)) throw NotRegular(path);
  return static_cast<uint64_t>(status.st_size);
}

}  // namespace

File::File(const std::string& path, Mode mode)
    : File(std::make_unique<Medium>(OpenAt(path, mode), path), mode) {}

File::File(std::unique_ptr<Medium> medium, Mode mode)
    : Metadata(medium->fd.get(), SizeOf(medium->fd, medium->path, mode), medium->path),
      medium_(std::move(medium)) {
  medium_->reads_only = mode == Mode::kRead;
  medium_->is_new = mode == Mode::kCreate;
  try {
    Open(mode);
  } catch (...) {
    if (mode == Mode::kCreate) os::sys.unlinkat(AT_FDCWD, path().c_str(), 0);
    throw;
  }
}

void File::Open(Mode mode) {
  const Handle access = AccessTo(*medium_);
  Check(H5Pset_alignment(access, 1, kAlignment), "H5Pset_alignment", path());
  if (mode == Mode::kCreate) {
    Check(H5Pset_meta_block_size(access, kFirstPage), "H5Pset_meta_block_size", path());
    file_ = Handle(Check(H5Fcreate(path().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access), "H5Fcreate", path()),
                   H5Fclose);
  } else {
    ReadSuperblock();
    medium_->length_bytes = widths().length_bytes;
    LookFirst(mode);
    const unsigned access_flags = mode == Mode::kWrite ? H5F_ACC_RDWR : H5F_ACC_RDONLY;
    file_ = Handle(Check(H5Fopen(path().c_str(), access_flags, access), "H5Fopen", path()), H5Fclose);
  }
}

/** What the library decodes while it opens the file, and may change. */
void File::LookFirst(Mode mode) {
  Said said;
  if (extension() != nowhere()) said = CheckHeader(*this, extension());
  if (said.ranks) SetRanks(*said.ranks);
  const std::string no_link;
  CheckHeader(*this, root(), &no_link);
  if (mode == Mode::kRead) return;
  if (said.keeps_free_room || said.kinds.count(Message::kDriver) > 0 || has_driver_block()) {
    throw os::Error(
        "PERSIST_UNSUPPORTED",
        path() + " keeps a list of what is free in it, or is of a special driver: nothing is added to it",
        path());
  }
}

File::~File() {
  if (file_ >= 0 && H5Fclose(file_.release()) < 0) H5Eclear2(H5E_DEFAULT);
  if (!medium_->opened) return;
  // The library keeps what it failed to close, and may come back to it: it stays, without the descriptor.
  medium_->broken = true;
  medium_->fd = os::Fd();
  static_cast<void>(medium_.release());
}

void File::Close() {
  if (medium_->broken) throw os::Error("PERSIST_IO", "an earlier write to " + path() + " has failed", path());
  if (H5Fclose(file_.release()) < 0 || medium_->broken) throw LibraryError("H5Fclose", path());
}

}  // namespace persist::hdf5
