#include "array/zip_layout.h"

#include <algorithm>
#include <utility>

#include "os/error.h"

namespace persist::array {
namespace {

constexpr size_t kLocal = 30;
constexpr size_t kZip64Field = 20;             // with two numbers
constexpr size_t kPadding = 4;                 // of a field, before what pads
constexpr size_t kLongestField = 0xffff - 28;  // beside a zip64 field
constexpr uint64_t kLargest32 = 0xffffffff;
constexpr uint64_t kLargest16 = 0xffff;
constexpr uint16_t kUtf8Name = 0x0800;
constexpr uint16_t kDeflated = 8;
constexpr uint16_t kEpoch = 0x21;  // 1980-01-01: the same arrays give the same bytes
constexpr uint16_t kVersion = 20;
constexpr uint16_t kVersion64 = 45;
constexpr uint16_t kUnix = 0x0300;
constexpr uint32_t kRegularFile = 0100644;
constexpr uint16_t kZip64 = 0x0001;
constexpr uint16_t kAlign = 0xd935;  // Android's field for padding, which readers skip
constexpr uint16_t kParts = 0x6170;  // ours, which other readers skip (docs/format.md)

/** Numbers of zip, the least significant byte first. */
class Writer {
 public:
  explicit Writer(char* at) : at_(at) {}
  template <typename Number>
  Writer& Put(uint64_t number) {
    for (size_t k = 0; k < sizeof(Number); k++) *at_++ = static_cast<char>(number >> (8 * k));
    return *this;
  }
  Writer& Put16(uint64_t number) { return Put<uint16_t>(number); }
  Writer& Put32(uint64_t number) { return Put<uint32_t>(number); }
  Writer& Put64(uint64_t number) { return Put<uint64_t>(number); }
  Writer& PutText(const std::string& text) {
    at_ = std::copy(text.begin(), text.end(), at_);
    return *this;
  }

 private:
  char* at_;
};

/** Both sizes are wide, or none. What does not get smaller by deflating gets larger by less than a
 * thousandth. */
bool IsWide(const ZipEntry& entry) { return entry.size_bytes >= kLargest32 - kLargest32 / 1000; }

bool IsFar(const ZipEntry& entry) { return entry.header_offset >= kLargest32; }

/** What local and central records share: from the version needed to the length of the name. */
void PutCommon(Writer& to, const ZipEntry& entry, bool zip64) {
  const bool wide = IsWide(entry);
  to.Put16(zip64 ? kVersion64 : kVersion).Put16(kUtf8Name).Put16(entry.deflated ? kDeflated : 0);
  to.Put16(0).Put16(kEpoch).Put32(entry.crc);
  to.Put32(wide ? kLargest32 : entry.stored_bytes).Put32(wide ? kLargest32 : entry.size_bytes);
  to.Put16(entry.name.size());
}

size_t Zip64Size(const ZipEntry& entry) {
  const size_t numbers = (IsWide(entry) ? 2U : 0U) + (IsFar(entry) ? 1U : 0U);
  return numbers == 0 ? 0 : 4 + 8 * numbers;
}

/** 0 where the field would be too long: then the stream is read as a whole. */
size_t PartsSize(const ZipEntry& entry) {
  const size_t size = 8 + 4 * entry.parts.size();
  return entry.parts.empty() || size > kLongestField ? 0 : size;
}

constexpr size_t kCentral = 46;

size_t CentralSize(const ZipEntry& entry) {
  return kCentral + entry.name.size() + Zip64Size(entry) + PartsSize(entry);
}

void PutCentral(Writer& to, const ZipEntry& entry) {
  const size_t zip64 = Zip64Size(entry);
  to.Put32(0x02014b50).Put16(kUnix + kVersion64);
  PutCommon(to, entry, zip64 > 0);
  to.Put16(zip64 + PartsSize(entry)).Put16(0).Put16(0).Put16(0).Put32(uint64_t{kRegularFile} << 16);
  to.Put32(IsFar(entry) ? kLargest32 : entry.header_offset).PutText(entry.name);
  if (zip64 > 0) {
    to.Put16(kZip64).Put16(zip64 - 4);
    if (IsWide(entry)) to.Put64(entry.size_bytes).Put64(entry.stored_bytes);
    if (IsFar(entry)) to.Put64(entry.header_offset);
  }
  if (PartsSize(entry) == 0) return;
  to.Put16(kParts).Put16(PartsSize(entry) - 4).Put32(entry.part_bytes);
  for (const uint32_t part : entry.parts) to.Put32(part);
}

constexpr size_t kEnd = 22;
constexpr size_t kEnd64 = 56 + 20;

void PutEnd(Writer& to, uint64_t count, uint64_t start, uint64_t size, bool zip64) {
  if (zip64) {
    constexpr uint64_t kRest = 44;  // of this record, from here on
    to.Put32(0x06064b50).Put64(kRest).Put16(kUnix + kVersion64).Put16(kVersion64).Put32(0).Put32(0);
    to.Put64(count).Put64(count).Put64(size).Put64(start);
    to.Put32(0x07064b50).Put32(0).Put64(start + size).Put32(1);
  }
  const uint64_t near_count = std::min(count, kLargest16);
  to.Put32(0x06054b50).Put16(0).Put16(0).Put16(near_count).Put16(near_count);
  to.Put32(std::min(size, kLargest32)).Put32(std::min(start, kLargest32)).Put16(0);
}

void CheckName(const ZipEntry& entry) {
  if (entry.name.size() <= kLargest16) return;
  throw os::Error("PERSIST_LIMIT", "a name in a zip file has at most 65,535 bytes, and not " +
                                       std::to_string(entry.name.size()));
}

}  // namespace

ZipEntry& ZipLayout::Place(ZipEntry entry) {
  CheckName(entry);
  entry.header_offset = end();
  // room for the padding field's own four bytes is always left
  const uint64_t least = entry.header_offset + HeaderSize(entry) + kPadding;
  entry.offset = (least + kAlignment - 1) / kAlignment * kAlignment;
  return entries_.emplace_back(std::move(entry));
}

void ZipLayout::Add(ZipEntry entry, uint64_t offset) {
  CheckName(entry);
  entry.header_offset = offset - HeaderSize(entry);
  entry.offset = offset;
  entries_.push_back(std::move(entry));
}

size_t ZipLayout::HeaderSize(const ZipEntry& entry) {
  return kLocal + entry.name.size() + (IsWide(entry) ? kZip64Field : 0);
}

void ZipLayout::WriteHeader(const ZipEntry& entry, char* into) {
  const bool wide = IsWide(entry);
  const auto size = static_cast<size_t>(entry.offset - entry.header_offset);
  Writer to(into);
  to.Put32(0x04034b50);
  PutCommon(to, entry, wide);
  to.Put16(size - kLocal - entry.name.size()).PutText(entry.name);
  if (wide) to.Put16(kZip64).Put16(kZip64Field - 4).Put64(entry.size_bytes).Put64(entry.stored_bytes);
  const size_t rest = size - HeaderSize(entry);
  if (rest > 0) to.Put16(kAlign).Put16(rest - kPadding);
}

std::string ZipLayout::Directory() const {
  uint64_t size = 0;
  for (const ZipEntry& entry : entries_) size += CentralSize(entry);
  const bool zip64 = entries_.size() >= kLargest16 || end() >= kLargest32 || size >= kLargest32;
  std::string out(size + (zip64 ? kEnd64 : 0) + kEnd, '\0');
  Writer to(out.data());
  for (const ZipEntry& entry : entries_) PutCentral(to, entry);
  PutEnd(to, entries_.size(), end(), size, zip64);
  return out;
}

}  // namespace persist::array
