// A collection of a global heap: a piece of an HDF5 file that holds what has no fixed length, such as
// strings.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "os/error.h"

namespace persist::hdf5 {

/** One collection in memory. It does not move: its objects lie in it. */
class Collection {
 public:
  /**
   * Reads the one that begins at byte `start` of an open file of `file_bytes`, whose lengths are numbers of
   * `length_bytes`. Throws CORRUPT when it is none, or one whose objects do not fit into it; LIMIT,
   * TRUNCATED, IO.
   */
  Collection(int fd, uint64_t start, uint64_t file_bytes, size_t length_bytes, const std::string& path);
  Collection(const Collection&) = delete;
  Collection& operator=(const Collection&) = delete;

  /** Whether a collection begins with such bytes. */
  static bool BeginsWith(const void* start, size_t size_bytes);

  /** The bytes of an object; nothing where there is none of the number. */
  const std::string_view* Find(uint64_t number) const;

 private:
  std::string bytes_;
  std::map<uint64_t, std::string_view> objects_;
};

}  // namespace persist::hdf5
