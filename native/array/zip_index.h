// The central directory of a zip file, in which records are found by name. Nothing in it is believed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace persist::array {

class ZipIndex {
 public:
  /** Makes UTF-8 of a name that is not plain ASCII: `utf8` is what its record says of it. */
  using Decode = std::function<std::string(std::string_view bytes, bool utf8)>;

  /** Reads a directory of `count` records, which begins at `start`. Throws FORMAT for what contradicts
   * itself, TRUNCATED, IO. */
  ZipIndex(int fd, uint64_t start, size_t size, size_t count, const Decode& decode, std::string file);
  ZipIndex(const ZipIndex&) = delete;
  ZipIndex& operator=(const ZipIndex&) = delete;

  const std::string& file() const { return file_; }
  size_t count() const { return entries_.size(); }
  std::string_view name(size_t k) const { return entries_[k].name; }
  /** Whether a record before it has the same name. */
  bool Repeats(size_t k) const { return entries_[k].repeats; }
  /** The record of a name. Throws FORMAT where two have it. */
  std::optional<size_t> Find(std::string_view name) const;

  std::string_view record(size_t k) const { return Bytes(entries_[k].at, entries_[k].size); }
  /** The name as it stands in the record. */
  std::string_view raw_name(size_t k) const;
  /** Where the local header begins. */
  uint64_t header_offset(size_t k) const { return entries_[k].header_offset; }
  /** Where the next one does, or the directory; the same place again where two entries begin there. */
  uint64_t end(size_t k) const;
  /** Where the directory begins. */
  uint64_t start() const { return starts_.back(); }

 private:
  struct Entry {
    uint64_t header_offset;
    std::string_view name;
    uint32_t at;
    uint32_t size;
    bool repeats;
    bool repeated;  // by a later one
  };

  std::string_view Bytes(size_t at, size_t size) const { return std::string_view(bytes_).substr(at, size); }
  /** The place in `slots_` where the name is, or would be. */
  size_t SlotOf(std::string_view name) const;

  std::string file_;
  std::string bytes_;
  std::vector<std::unique_ptr<const std::string>> others_;  // names that were decoded
  std::vector<Entry> entries_;
  uint64_t seed_;
  std::vector<uint32_t> slots_;   // a table of entries by name, from 1 on
  std::vector<uint64_t> starts_;  // of local headers, ascending; behind them that of the directory
};

/** A number of zip: the least significant byte first. */
uint16_t Zip16(const char* at);
uint32_t Zip32(const char* at);

}  // namespace persist::array
