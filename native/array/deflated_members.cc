#include <algorithm>
#include <cstring>
#include <memory>

#include "array/crew.h"
#include "array/deflate.h"
#include "array/members.h"
#include "os/borrow.h"
#include "os/error.h"

namespace persist::array {
namespace {

/** A part of a member: some of its elements, and the header before the first of them. */
struct Part {
  size_t member;
  uint64_t start;
  size_t size;
  bool first;
  bool last;
};

std::vector<Part> Divide(const std::vector<MemberToDeflate>& members) {
  std::vector<Part> out;
  for (size_t k = 0; k < members.size(); k++) {
    const uint64_t size = members[k].content.data.size_bytes;
    uint64_t start = 0;
    do {
      const auto piece = static_cast<size_t>(std::min<uint64_t>(size - start, kPartBytes));
      out.push_back({k, start, piece, start == 0, start + piece == size});
      start += piece;
    } while (start < size);
  }
  return out;
}

/** A compressed part, on its way to the file. */
struct Packed {
  std::vector<unsigned char> bytes;
  size_t size = 0;      // of `bytes`, as far as used
  size_t raw_size = 0;  // of what was compressed
  uint32_t crc = 0;
  uint32_t adler = 1;
};

/** What one thread needs to compress parts. */
class Packer {
 public:
  Packer(const std::vector<MemberToDeflate>& members, const std::string& path)
      : members_(members), path_(path), deflater_(Wrapper::kNone) {}

  void Pack(const Part& part, Packed& out) {
    const Content& content = members_[part.member].content;
    const char* from =
        borrower_.Copy({static_cast<const char*>(content.data.start) + part.start, part.size}, path_);
    out.raw_size = part.size;
    if (part.first) {
      out.raw_size += content.head.size();
      raw_.resize(out.raw_size);
      std::memcpy(raw_.data(), content.head.data(), content.head.size());
      std::memcpy(raw_.data() + content.head.size(), from, part.size);
      from = raw_.data();
    }
    out.bytes.resize(std::max(out.bytes.size(), deflater_.Bound(out.raw_size) + sizeof kLastPart));
    out.crc = Crc32(0, from, out.raw_size);
    out.adler = Adler32(1, from, out.raw_size);
    if (part.first && part.last) {
      out.size = deflater_.Compress(from, out.raw_size, out.bytes.data(), out.bytes.size());
      return;
    }
    out.size =
        deflater_.CompressPart(from, out.raw_size, out.bytes.data(), out.bytes.size() - sizeof kLastPart);
    if (part.last) {
      std::memcpy(out.bytes.data() + out.size, kLastPart, sizeof kLastPart);
      out.size += sizeof kLastPart;
    }
  }

 private:
  const std::vector<MemberToDeflate>& members_;
  const std::string& path_;
  Deflater deflater_;
  os::Borrower borrower_;
  std::vector<char> raw_;
};

}  // namespace

const size_t kPartBytes = os::Borrower::kMost;

std::vector<DeflatedMember> WriteDeflated(const std::string& path, uint64_t offset,
                                          const std::vector<MemberToDeflate>& members, const os::How& how) {
  const os::Fd file(os::sys.openat(AT_FDCWD, path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0));
  if (!file.valid()) throw os::SystemError("openat", path);
  const std::vector<Part> parts = Divide(members);
  std::vector<DeflatedMember> out;
  out.reserve(members.size());
  const auto write = [&](const Part& part, const Packed& packed) {
    if (part.first) {
      offset += members[part.member].lead_bytes;
      out.push_back({offset, 0, 0, 1, {}});
    }
    DeflatedMember& member = out.back();
    os::WriteRange(file, {static_cast<off_t>(offset), {packed.bytes.data(), packed.size}},
                   {how.durable, nullptr}, path);
    offset += packed.size;
    member.stored_bytes += packed.size;
    if (!(part.first && part.last)) member.parts.push_back(static_cast<uint32_t>(packed.size));
    member.crc = JoinCrc32(member.crc, packed.crc, packed.raw_size);
    member.adler = JoinAdler32(member.adler, packed.adler, packed.raw_size);
    if (how.control != nullptr) how.control->Advance(packed.raw_size);
  };
  if (parts.size() == 1) {  // threads would take longer to start
    Packed packed;
    Packer(members, path).Pack(parts[0], packed);
    write(parts[0], packed);
    return out;
  }
  const auto begin = [&] {
    const auto packer = std::make_shared<Packer>(members, path);
    return [&parts, packer](size_t k, Packed& into) { packer->Pack(parts[k], into); };
  };
  Crew<Packed> crew(parts.size(), begin);
  for (size_t k = 0; k < parts.size(); k++) {
    write(parts[k], crew.Await(k));
    crew.Release(k);
  }
  return out;
}

}  // namespace persist::array
