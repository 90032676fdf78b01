// HDF5 identifiers with one owner, and its error stack as an exception. Used on the HDF5 thread only.
#pragma once

#include <hdf5.h>

#include <string>
#include <utility>

#include "os/error.h"

namespace persist::hdf5 {

/** An identifier and the function that closes its kind. */
class Handle {
 public:
  using Close = herr_t (*)(hid_t);

  Handle() = default;
  Handle(hid_t id, Close close) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }

  operator hid_t() const { return id_; }  // NOLINT(google-explicit-constructor): every HDF5 call takes one
  hid_t release() { return std::exchange(id_, H5I_INVALID_HID); }

 private:
  hid_t id_ = H5I_INVALID_HID;
  Close close_ = nullptr;
};

/**
 * Why the last call failed; clears the stack of errors. What the driver knows comes first, such as PERSIST_IO
 * of a system call; else PERSIST_FORMAT, TRUNCATED, UNSUPPORTED or NOT_FOUND with the whole stack in words.
 */
os::Error LibraryError(const char* call, const std::string& file);

/** Passes a result through, or throws when it is negative. */
template <typename Result>
Result Check(Result result, const char* call, const std::string& file) {
  if (result < 0) throw LibraryError(call, file);
  return result;
}

}  // namespace persist::hdf5
