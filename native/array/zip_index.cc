#include "array/zip_index.h"

#include <sys/auxv.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "array/xxh3.h"
#include "os/error.h"
#include "os/read.h"

namespace persist::array {
namespace {

constexpr size_t kRecord = 46;
constexpr uint32_t kSignature = 0x02014b50;
constexpr uint16_t kUtf8Name = 0x0800;
constexpr uint16_t kZip64 = 0x0001;
constexpr uint32_t kWide = 0xffffffff;
constexpr uint64_t kLargest = (uint64_t{1} << 53) - 1;  // what JavaScript counts to

os::Error Broken(const std::string& file, const std::string& what) {
  return os::Error("PERSIST_FORMAT", file + " is not a sound zip file: " + what, file);
}

/** Another one for each process: names that were made for it to meet in one place are spread all the same. */
uint64_t Seed() {
  uint64_t seed = 0;
  const auto* random = reinterpret_cast<const void*>(::getauxval(AT_RANDOM));
  if (random != nullptr) std::memcpy(&seed, random, sizeof seed);
  return seed;
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<signed char>(c) >= 0; });
}

/** Where a record's local header begins: from its zip64 field where that does not fit into the record. */
uint64_t HeaderOffset(std::string_view record, const std::string& file) {
  const uint32_t near = Zip32(&record[42]);
  const bool packed_wide = Zip32(&record[20]) == kWide;
  const bool size_wide = Zip32(&record[24]) == kWide;
  if (near != kWide) return near;
  std::string_view fields = record.substr(kRecord + Zip16(&record[28]), Zip16(&record[30]));
  while (fields.size() >= 4) {
    const std::string_view field = fields.substr(4, Zip16(&fields[2]));
    const size_t before = (packed_wide ? 8U : 0U) + (size_wide ? 8U : 0U);
    if (Zip16(fields.data()) == kZip64) {
      if (field.size() < before + 8) break;
      const uint64_t far = Zip32(&field[before]) | static_cast<uint64_t>(Zip32(&field[before + 4])) << 32;
      if (far > kLargest) throw Broken(file, "it has a number of " + std::to_string(far));
      return far;
    }
    fields.remove_prefix(4 + field.size());
  }
  throw Broken(file, "a zip64 number is missing");
}

}  // namespace

uint16_t Zip16(const char* at) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(at);
  return static_cast<uint16_t>(bytes[0] | bytes[1] << 8);
}

uint32_t Zip32(const char* at) { return Zip16(at) | static_cast<uint32_t>(Zip16(at + 2)) << 16; }

ZipIndex::ZipIndex(int fd, uint64_t start, size_t size, size_t count, const Decode& decode, std::string file)
    : file_(std::move(file)), bytes_(size, '\0'), seed_(Seed()) {
  os::ReadRange(fd, start, bytes_.data(), size, nullptr, file_);
  // no more than could be there are made room for
  const size_t room = std::min(count, size / kRecord);
  entries_.reserve(room);
  starts_.reserve(room + 1);
  slots_.resize(std::bit_ceil(2 * room + 1));
  size_t at = 0;
  for (size_t k = 0; k < count; k++) {
    const auto which = [&] { return "record " + std::to_string(k); };
    if (size - at < kRecord || Zip32(&bytes_[at]) != kSignature)
      throw Broken(file_, which() + " of " + std::to_string(count) + " is not where it should be");
    const size_t length =
        kRecord + Zip16(&bytes_[at + 28]) + Zip16(&bytes_[at + 30]) + Zip16(&bytes_[at + 32]);
    if (length > size - at) throw Broken(file_, which() + " goes on behind the directory's end");
    const std::string_view record = Bytes(at, length);
    std::string_view name = record.substr(kRecord, Zip16(&record[28]));
    if (!IsAscii(name)) {
      const bool utf8 = (Zip16(&record[8]) & kUtf8Name) != 0;
      others_.push_back(std::make_unique<const std::string>(decode(name, utf8)));
      name = *others_.back();
    }
    const uint64_t offset = HeaderOffset(record, file_);
    uint32_t& slot = slots_[SlotOf(name)];
    const bool repeats = slot != 0;
    if (repeats)
      entries_[slot - 1].repeated = true;
    else
      slot = static_cast<uint32_t>(k + 1);
    entries_.push_back(
        {offset, name, static_cast<uint32_t>(at), static_cast<uint32_t>(length), repeats, false});
    starts_.push_back(offset);
    at += length;
  }
  if (at != size) throw Broken(file_, "something follows its last record");
  if (!std::is_sorted(starts_.begin(), starts_.end())) std::sort(starts_.begin(), starts_.end());
  if (!starts_.empty() && starts_.back() > start)
    throw Broken(file_, "an entry would begin behind the directory");
  starts_.push_back(start);
}

size_t ZipIndex::SlotOf(std::string_view name) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = HashOf(name.data(), name.size(), seed_) & mask;
  while (slots_[slot] != 0 && entries_[slots_[slot] - 1].name != name) slot = (slot + 1) & mask;
  return slot;
}

std::optional<size_t> ZipIndex::Find(std::string_view name) const {
  const uint32_t slot = slots_[SlotOf(name)];
  if (slot == 0) return std::nullopt;
  if (entries_[slot - 1].repeated)
    throw Broken(file_, "two entries are called \"" + std::string(name) + "\"");
  return slot - 1;
}

std::string_view ZipIndex::raw_name(size_t k) const {
  const std::string_view bytes = record(k);
  return bytes.substr(kRecord, Zip16(&bytes[28]));
}

uint64_t ZipIndex::end(size_t k) const {
  const uint64_t mine = header_offset(k);
  // most files have their entries in the order of the directory
  const bool in_order = starts_[k] == mine && (k == 0 || starts_[k - 1] < mine);
  return in_order ? starts_[k + 1] : *(std::lower_bound(starts_.begin(), starts_.end(), mine) + 1);
}

}  // namespace persist::array
