// An HDF5 file, open in the library.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "hdf5/driver.h"
#include "hdf5/handle.h"
#include "hdf5/metadata.h"

namespace persist::hdf5 {

enum class Mode {
  kRead,
  kWrite,   // an existing file
  kCreate,  // a file that must not exist
};

/** Made, used and destroyed on the HDF5 thread only. */
class File : public Metadata {
 public:
  /** Opens a regular file. Throws NOT_FOUND, NOT_REGULAR_FILE, FORMAT, TRUNCATED, IO. */
  File(const std::string& path, Mode mode);
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File();

  operator hid_t() const { return file_; }  // NOLINT(google-explicit-constructor): every HDF5 call takes one

  /** Headers that were looked at and are sound: they are not looked at again while the file is open. */
  std::set<uint64_t>& sound() const { return sound_; }

  /** Who may stop the jobs that only read; null for nobody. */
  void Obey(os::Control* control) { medium_->control = control; }

  /** Has each read of raw data fail that is not so long, until it is told nothing. */
  void ExpectRaw(std::optional<uint64_t> size_bytes) const { medium_->raw_bytes = size_bytes; }

  /** Writes what the library holds back, and closes the file. Throws IO. */
  void Close();

 private:
  File(std::unique_ptr<Medium> medium, Mode mode);
  void Open(Mode mode);
  void LookFirst(Mode mode);

  std::unique_ptr<Medium> medium_;
  Handle file_;
  mutable std::set<uint64_t> sound_;
};

}  // namespace persist::hdf5
