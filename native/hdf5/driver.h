// The file driver through which the HDF5 library reads and writes: one file that is already open, by the
// table of system calls. The library can open no other file through it, whatever a file asks for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hdf5/handle.h"
#include "os/control.h"
#include "os/fd.h"

namespace persist::hdf5 {

/** A file that the library may use. It stays where it is as long as the library has it open. */
struct Medium {
  Medium(os::Fd its_fd, std::string its_path) : fd(std::move(its_fd)), path(std::move(its_path)) {}
  Medium(const Medium&) = delete;
  Medium& operator=(const Medium&) = delete;

  os::Fd fd;
  std::string path;
  os::Control* control = nullptr;  // stops what only reads; a write is stopped between datasets
  bool reads_only = false;
  bool is_new = false;      // and holds nothing that others have written
  size_t length_bytes = 8;  // of the numbers in the file that are lengths
  bool opened = false;      // by the library: a second opening is a link to another file
  /** How long each read of raw data must be; nothing where the library knows the room itself. */
  std::optional<uint64_t> raw_bytes;
  /** A write has failed. Later ones do nothing, so that the library can close the file, which is worthless.
   */
  bool broken = false;
};

/** A file access list by which the library opens the medium. */
Handle AccessTo(Medium& medium);

/** What the driver knows of the failure that the library is about to report, once. */
std::optional<os::Error> TakeFailure();

}  // namespace persist::hdf5
