// DEFLATE streams that were made in parts (array/deflate.h), read part by part: on all cores, or only those
// that are wanted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "array/source.h"
#include "os/control.h"

namespace persist::array {

/** A stream in an open file whose parts are known. */
class PartedStream {
 public:
  /** Whether the parts add up to the stream: whoever packed it anew may have kept what the file says of its
   * parts. */
  static bool Fits(const Deflated& stream);

  /** Of a stream that fits. `stream` and `file` must outlive it. */
  PartedStream(int fd, const Deflated& stream, const std::string& file);

  const std::string& file() const { return file_; }
  size_t count() const { return starts_.size() - 1; }
  /** Where a part begins in what the stream inflates to; that of `count()` is the end. */
  uint64_t raw_start(size_t k) const;
  /** Inflates a part: `raw_start(k + 1) - raw_start(k)` bytes. Throws FORMAT, TRUNCATED, IO. */
  void Inflate(size_t k, void* into) const;

  /** Inflates all behind the head on all cores, and compares the checksum. Throws CORRUPT, too, and CLOSED.
   */
  void InflateAll(void* into, os::Control* control) const;

 private:
  int fd_;
  const Deflated& stream_;
  const std::string& file_;
  std::vector<uint64_t> starts_;  // in the file; behind the last part its end
};

/** Reads from such a stream; inflates the parts that are asked for, and no others. */
class PartedSource : public Source {
 public:
  explicit PartedSource(const PartedStream& stream) : stream_(stream) {}
  void Read(uint64_t offset, void* into, size_t size) override;

 private:
  const PartedStream& stream_;
  size_t part_ = SIZE_MAX;  // the one in `bytes_`
  std::vector<char> bytes_;
};

}  // namespace persist::array
