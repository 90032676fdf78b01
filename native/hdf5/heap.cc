#include "hdf5/heap.h"

namespace persist::hdf5 {
namespace {

os::Error Corrupt(const std::string& what, const Metadata& file) {
  return os::Error("PERSIST_CORRUPT", file.path() + ": " + what, file.path());
}

}  // namespace

const Collection& Heap::At(uint64_t address) {
  const auto known = collections_.find(address);
  if (known != collections_.end()) return known->second;
  const uint64_t end = file_.size_bytes();
  const uint64_t base = file_.base();
  if (base > end || address > end - base) throw Corrupt("a string lies beyond the end of the file", file_);
  return collections_
      .try_emplace(address, file_.fd(), base + address, end, file_.widths().length_bytes, file_.path())
      .first->second;
}

std::string_view Heap::Find(uint64_t address, uint64_t number) {
  const std::string_view* const found = At(address).Find(number);
  if (found == nullptr) throw Corrupt("a heap lacks a string that is looked for in it", file_);
  return *found;
}

std::string_view Heap::Get(Cursor reference) {
  const uint64_t length = reference.Number(4);
  const uint64_t address = reference.Number(file_.widths().address_bytes);
  const uint64_t number = reference.Number(4);
  if (length == 0 || address == 0 || address == file_.nowhere()) return {};
  const std::string_view found = Find(address, number);
  if (length > found.size()) throw Corrupt("a string is longer than its place in the heap", file_);
  return found.substr(0, length);
}

}  // namespace persist::hdf5
