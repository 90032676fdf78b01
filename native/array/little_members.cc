#include "array/little_members.h"

#include <cstring>
#include <string_view>

#include "array/deflate.h"
#include "os/read.h"

namespace persist::array {
namespace {

constexpr size_t kLocal = 30;
constexpr uint16_t kEncrypted = 0x2041;
constexpr uint16_t kSumsFollow = 0x08;
constexpr uint16_t kUtf8Name = 0x0800;
constexpr uint32_t kWide = 0xffffffff;
constexpr size_t kMostBetween = size_t{64} << 10;  // read and thrown away, which takes as long as a call
constexpr std::string_view kNpy = "\x93NUMPY";

/** What the directory says of a member that may be plain. */
struct Record {
  uint16_t flags;
  uint32_t crc;
  uint32_t size;
  uint64_t end;  // of the room that it may take in the file
};

bool IsPlain(std::string_view bytes, size_t most, Record& out) {
  out = {Zip16(&bytes[8]), Zip32(&bytes[16]), Zip32(&bytes[24]), 0};
  return (out.flags & kEncrypted) == 0 && Zip16(&bytes[10]) == 0 && out.size != kWide && out.size <= most &&
         Zip32(&bytes[20]) == out.size;
}

/** The length of the npy header, with what comes before; 0 for what has none. */
size_t HeadSize(std::string_view npy) {
  if (npy.size() < 12 || !npy.starts_with(kNpy)) return 0;
  const char major = npy[6];
  if (major < 1 || major > 3 || npy[7] != 0) return 0;
  const size_t size = major == 1 ? size_t{10} + Zip16(&npy[8]) : size_t{12} + Zip32(&npy[8]);
  return size <= npy.size() ? size : 0;
}

/** The member's npy file, where all that is said of it agrees; empty where not. `bytes` is all that it may
 * take. */
std::string_view Take(std::string_view bytes, const Record& record, std::string_view name) {
  if (bytes.size() < kLocal || Zip32(bytes.data()) != 0x04034b50) return {};
  const uint16_t flags = Zip16(&bytes[6]);
  const size_t name_size = Zip16(&bytes[26]);
  const size_t start = kLocal + name_size + Zip16(&bytes[28]);
  if (start + record.size > bytes.size()) return {};
  if (((flags ^ record.flags) & kUtf8Name) != 0 || bytes.substr(kLocal, name_size) != name) return {};
  if (Zip16(&bytes[8]) != 0) return {};
  const uint32_t size = Zip32(&bytes[18]);
  const bool sums_follow = (flags & kSumsFollow) != 0;
  if (!sums_follow && (Zip32(&bytes[14]) != record.crc || (size != kWide && size != record.size))) return {};
  const std::string_view npy = bytes.substr(start, record.size);
  return Crc32(0, npy.data(), npy.size()) == record.crc ? npy : std::string_view();
}

}  // namespace

std::vector<LittleMember> ReadLittle(int fd, const ZipIndex& index, std::span<const uint32_t> entries,
                                     size_t most, std::span<char> piece) {
  std::vector<LittleMember> out;
  std::vector<Record> records;
  Record record{};
  const uint64_t from = entries.empty() ? 0 : index.header_offset(entries[0]);
  uint64_t end = from;
  for (const uint32_t k : entries) {
    const uint64_t offset = index.header_offset(k);
    const uint64_t mine = index.end(k);
    if (!IsPlain(index.record(k), most, record) || mine == offset) break;
    if (offset < end || offset - end > kMostBetween || mine - from > piece.size()) break;
    record.end = mine;
    records.push_back(record);
    end = mine;
  }
  os::ReadRange(fd, from, piece.data(), static_cast<size_t>(end - from), nullptr, index.file());
  std::string_view last_head;
  for (size_t k = 0; k < records.size(); k++) {
    const auto start = static_cast<size_t>(index.header_offset(entries[k]) - from);
    const std::string_view bytes(piece.data() + start, static_cast<size_t>(records[k].end - from) - start);
    const std::string_view npy = Take(bytes, records[k], index.raw_name(entries[k]));
    const std::string_view head = npy.substr(0, HeadSize(npy));
    if (head.empty()) break;
    out.push_back({static_cast<uint32_t>(npy.data() - piece.data()), static_cast<uint32_t>(head.size()),
                   static_cast<uint32_t>(npy.size()), head == last_head});
    last_head = head;
  }
  return out;
}

}  // namespace persist::array
