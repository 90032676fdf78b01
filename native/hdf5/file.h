// An HDF5 file, open in the library.
#pragma once

#include <memory>
#include <string>

#include "hdf5/driver.h"
#include "hdf5/handle.h"

namespace persist::hdf5 {

enum class Mode {
  kRead,
  kWrite,   // an existing file
  kCreate,  // a file that must not exist
};

/** How many bytes numbers in a file take. */
struct Widths {
  size_t address_bytes = 8;
  size_t length_bytes = 8;
};

/** Made, used and destroyed on the HDF5 thread only. */
class File {
 public:
  /** Opens a regular file. Throws NOT_FOUND, NOT_REGULAR_FILE, FORMAT, TRUNCATED, IO. */
  File(const std::string& path, Mode mode);
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File();

  operator hid_t() const { return file_; }  // NOLINT(google-explicit-constructor): every HDF5 call takes one
  const std::string& path() const { return medium_->path; }
  /** Of the file as it was opened. */
  uint64_t size_bytes() const { return size_bytes_; }
  int fd() const { return medium_->fd.get(); }
  const Widths& widths() const { return widths_; }
  /** What addresses in the file count from: the end of the user block. */
  uint64_t base() const { return base_; }

  /** Metadata from an address on, fewer bytes where the file ends. Throws CORRUPT where there are none. */
  std::string ReadUpTo(uint64_t address, uint64_t most_bytes) const;

  /** Who may stop the jobs that only read; null for nobody. */
  void Obey(os::Control* control) { medium_->control = control; }

  /** Has each read of raw data fail that is not so long, until it is told nothing. */
  void ExpectRaw(std::optional<uint64_t> size_bytes) const { medium_->raw_bytes = size_bytes; }

  /** Writes what the library holds back, and closes the file. Throws IO. */
  void Close();

 private:
  void Open(Mode mode);

  std::unique_ptr<Medium> medium_;
  Handle file_;
  uint64_t size_bytes_ = 0;
  Widths widths_;
  uint64_t base_ = 0;
};

}  // namespace persist::hdf5
