// Takes numbers and parts out of metadata, and never more than there is.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "os/error.h"

namespace persist::hdf5 {

class Cursor {
 public:
  Cursor(std::string_view bytes, const std::string& path) : rest_(bytes), path_(&path) {}

  size_t rest() const { return rest_.size(); }
  std::string_view bytes() const { return rest_; }
  const std::string& path() const { return *path_; }

  /** Throws CORRUPT where fewer are left. */
  Cursor Part(uint64_t size_bytes) {
    if (size_bytes > rest_.size()) throw Corrupt("ends too early");
    const Cursor out(rest_.substr(0, size_bytes), *path_);
    rest_.remove_prefix(size_bytes);
    return out;
  }

  void Skip(uint64_t size_bytes) { Part(size_bytes); }

  /** A little-endian number of up to 8 bytes. */
  uint64_t Number(size_t size_bytes) {
    uint64_t out = 0;
    std::memcpy(&out, Part(size_bytes).rest_.data(), size_bytes);
    return out;
  }

  /** Goes behind a text that ends with a zero. Gives its length without it. */
  size_t Text() {
    const size_t length = rest_.find('\0');
    if (length == std::string_view::npos) throw Corrupt("has a name without an end");
    rest_.remove_prefix(length + 1);
    return length;
  }

  /** Whether these come next; they are left there. */
  bool BeginsWith(std::string_view bytes) const { return rest_.substr(0, bytes.size()) == bytes; }

  os::Error Corrupt(const std::string& what) const {
    return os::Error("PERSIST_CORRUPT", *path_ + ": an object's header " + what, *path_);
  }

 private:
  std::string_view rest_;
  const std::string* path_;
};

}  // namespace persist::hdf5
