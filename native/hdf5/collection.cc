#include "hdf5/collection.h"

#include <cstring>

#include "os/read.h"

namespace persist::hdf5 {
namespace {

constexpr size_t kHead = 16;  // of a collection, and of an object in it
constexpr size_t kLengthAt = 8;
constexpr uint64_t kMostBytes = uint64_t{1} << 30;
constexpr char kSignature[] = {'G', 'C', 'O', 'L', 1};

/** A little-endian number. */
uint64_t Take(const char* from, size_t size_bytes) {
  uint64_t out = 0;
  std::memcpy(&out, from, size_bytes);
  return out;
}

os::Error Corrupt(const std::string& what, const std::string& path) {
  return os::Error("PERSIST_CORRUPT", path + ": " + what, path);
}

}  // namespace

bool Collection::BeginsWith(const void* start, size_t size_bytes) {
  return size_bytes >= kHead && std::memcmp(start, kSignature, sizeof kSignature) == 0;
}

Collection::Collection(int fd, uint64_t start, uint64_t file_bytes, size_t length_bytes,
                       const std::string& path) {
  if (start > file_bytes || file_bytes - start < kHead)
    throw Corrupt("a heap lies beyond the end of the file", path);
  char head[kHead];
  os::ReadRange(fd, start, head, kHead, nullptr, path);
  const uint64_t size_bytes = Take(head + kLengthAt, length_bytes);
  if (!BeginsWith(head, kHead) || size_bytes < kHead || size_bytes > file_bytes - start)
    throw Corrupt("there is no heap where one should be", path);
  if (size_bytes > kMostBytes)
    throw os::Error("PERSIST_LIMIT", path + " has a heap of more than 1 GiB", path);
  bytes_.resize(size_bytes);
  os::ReadRange(fd, start, bytes_.data(), size_bytes, nullptr, path);
  for (uint64_t at = kHead, rest = size_bytes - kHead; rest >= kHead;) {
    const char* const object = bytes_.data() + at;
    const uint64_t number = Take(object, sizeof(uint16_t));
    const uint64_t length = Take(object + kLengthAt, length_bytes);
    // number 0 is free space, whose length covers its head: without one nothing would ever follow it
    const bool fits = number == 0 ? length >= kHead && length <= rest : length <= rest - kHead;
    if (!fits) throw Corrupt("a heap has an object that does not fit into it", path);
    if (number != 0) objects_[number] = {object + kHead, length};
    const uint64_t whole = number == 0 ? length : kHead + (length + 7) / 8 * 8;
    if (whole >= rest) break;
    at += whole;
    rest -= whole;
  }
}

const std::string_view* Collection::Find(uint64_t number) const {
  const auto found = objects_.find(number);
  return found == objects_.end() ? nullptr : &found->second;
}

}  // namespace persist::hdf5
