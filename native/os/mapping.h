// A mapped range of a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "os/bus_guard.h"

namespace persist::os {

/** One mapping, given back when its last owner goes, or before by `Unmap`. Ranges need not begin at a page.
 */
class Mapping {
 public:
  /** Maps a range that lies within the file: copy-on-write, or shared with the file (which must be open for
   * writing). */
  Mapping(int fd, uint64_t offset, size_t size_bytes, bool shared, const std::string& file);
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() { Unmap(); }

  void* data() const { return data_; }
  size_t size_bytes() const { return size_bytes_; }
  /** Whether the file was found cut short: what it no longer has reads as zeros. */
  bool torn() const { return guard_ && guard_->torn(); }
  bool mapped() const { return start_ != nullptr; }
  void Unmap();

  /** Lays a copy-on-write mapping over memory of someone else's; `at` and `offset` are multiples of a page.
   */
  static void Over(void* at, int fd, uint64_t offset, size_t size_bytes, bool shared,
                   const std::string& file);

  static size_t PageSize();
  /** Mappings alive in this process. */
  static int64_t Live();

 private:
  void* start_;  // of the first page
  size_t whole_bytes_;
  void* data_;
  size_t size_bytes_;
  std::optional<BusGuard> guard_;
};

}  // namespace persist::os
