// Where the bytes of an array come from: a range of a file as it is, or what a DEFLATE stream in it inflates
// to.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "os/error.h"

namespace persist::array {

/** Bytes to be read in ascending order: each offset is at or behind the end of the read before it. */
class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  /** Fills `into` from `offset` on. Throws TRUNCATED, FORMAT, IO. */
  virtual void Read(uint64_t offset, void* into, size_t size) = 0;
};

/** A range of an open file, as it is. */
class FileSource : public Source {
 public:
  FileSource(int fd, uint64_t start, const std::string& file) : fd_(fd), start_(start), file_(file) {}
  void Read(uint64_t offset, void* into, size_t size) override;

 private:
  int fd_;
  uint64_t start_;
  const std::string& file_;
};

/** Bytes in memory. */
class MemorySource : public Source {
 public:
  MemorySource(std::string_view bytes, const std::string& file) : bytes_(bytes), file_(file) {}
  void Read(uint64_t offset, void* into, size_t size) override;

 private:
  std::string_view bytes_;
  const std::string& file_;
};

/** A raw DEFLATE stream in an open file, inflated as far as it is asked for. Takes little memory, whatever it
 * holds. */
class InflateSource : public Source {
 public:
  InflateSource(int fd, uint64_t start, uint64_t stored_bytes, const std::string& file);
  ~InflateSource() override;
  void Read(uint64_t offset, void* into, size_t size) override;

  /** Reads up to `size` bytes, and tells how many the stream had. */
  size_t ReadSome(void* into, size_t size);

 private:
  int fd_;
  uint64_t next_;  // in the file
  uint64_t rest_;  // of the stream, not yet read
  const std::string& file_;
  z_stream stream_{};
  bool ended_ = false;
  uint64_t done_ = 0;  // bytes given
  std::vector<unsigned char> packed_;
};

/** FORMAT: a stream that is not as it should be. `what` goes on with "a compressed array in … ". */
os::Error DamagedStream(const std::string& file, const std::string& what);

/** CORRUPT: a checksum does not agree. */
os::Error WrongSum(const std::string& file);

/** What is known of a DEFLATE stream in a zip file. */
struct Deflated {
  uint64_t start;         // in the file
  uint64_t stored_bytes;  // there
  uint64_t size_bytes;    // of what it inflates to
  std::optional<uint32_t> crc;
  // Of parts, where they are known (array/parted_stream.h):
  uint64_t head_bytes = 0;      // before the elements, in the first part
  uint64_t part_bytes = 0;      // of elements in each
  std::vector<uint32_t> parts;  // stored bytes of each; empty where they are not known
};

/**
 * Inflates a stream of `skip` bytes that nobody wants and `size` bytes that go to `into`, on this thread; all
 * of it must be as said, to the checksum where there is one. Throws CORRUPT, FORMAT, TRUNCATED, IO.
 */
void InflateWhole(int fd, const Deflated& stream, size_t skip, void* into, size_t size,
                  const std::string& file);

}  // namespace persist::array
