#include "hdf5/heap.h"

#include <cstring>

#include "os/read.h"

namespace persist::hdf5 {
namespace {

constexpr size_t kHead = 16;  // of a collection, and of an object in it
constexpr uint64_t kNowhere = ~uint64_t{0};

template <typename Number>
Number Take(const void* from) {
  Number out;
  std::memcpy(&out, from, sizeof out);
  return out;
}

os::Error Corrupt(const std::string& what, const File& file) {
  return os::Error("PERSIST_CORRUPT", file.path() + ": " + what, file.path());
}

}  // namespace

Heap::Heap(const File& file) : file_(file) {
  const Handle creation(Check(H5Fget_create_plist(file), "H5Fget_create_plist", file.path()), H5Pclose);
  size_t address_bytes = 0;
  size_t length_bytes = 0;
  Check(H5Pget_sizes(creation, &address_bytes, &length_bytes), "H5Pget_sizes", file.path());
  hsize_t user_block = 0;
  Check(H5Pget_userblock(creation, &user_block), "H5Pget_userblock", file.path());
  is_usual_ = address_bytes == 8 && length_bytes == 8;
  base_ = user_block;
}

const Heap::Collection& Heap::At(uint64_t address) {
  const auto known = collections_.find(address);
  if (known != collections_.end()) return known->second;
  const uint64_t end = file_.size_bytes();
  if (address > end || base_ > end - address || end - address - base_ < kHead)
    throw Corrupt("a string lies beyond the end of the file", file_);
  const uint64_t start = base_ + address;
  char head[kHead];
  os::ReadRange(file_.fd(), start, head, kHead, nullptr, file_.path());
  const auto size_bytes = Take<uint64_t>(head + 8);
  if (std::memcmp(head, "GCOL\1", 5) != 0 || size_bytes < kHead || size_bytes > end - start)
    throw Corrupt("there is no heap where a string should be", file_);
  Collection& out = collections_[address];
  out.bytes.resize(size_bytes);
  os::ReadRange(file_.fd(), start, out.bytes.data(), size_bytes, nullptr, file_.path());
  for (uint64_t at = kHead; size_bytes - at >= kHead;) {
    const char* object = out.bytes.data() + at;
    const auto index = Take<uint16_t>(object);
    const auto length = Take<uint64_t>(object + 8);
    if (index == 0) break;  // the free space at the end
    if (length > size_bytes - at - kHead)
      throw Corrupt("a heap has an object that is longer than the heap", file_);
    out.objects[index] = {object + kHead, length};
    const uint64_t whole = kHead + (length + 7) / 8 * 8;
    if (whole > size_bytes - at) break;
    at += whole;
  }
  return out;
}

std::string_view Heap::Get(const unsigned char* reference) {
  const auto length = Take<uint32_t>(reference);
  const auto address = Take<uint64_t>(reference + 4);
  const auto index = Take<uint32_t>(reference + 12);
  if (length == 0 || address == 0 || address == kNowhere) return {};
  const Objects& objects = At(address).objects;
  const auto found = objects.find(index);
  if (found == objects.end()) throw Corrupt("a heap lacks a string that is looked for in it", file_);
  if (length > found->second.size()) throw Corrupt("a string is longer than its place in the heap", file_);
  return found->second.substr(0, length);
}

}  // namespace persist::hdf5
