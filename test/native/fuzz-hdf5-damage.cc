#include "fuzz-hdf5-damage.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>

#include "hdf5/lookup3.h"

namespace persist::fuzz {
namespace {

constexpr size_t kSumBytes = 4;
constexpr size_t kSignatureBytes = 4;
constexpr size_t kLongestBlock = 4200;  // of those whose checksums are looked for
constexpr size_t kLongestFile = size_t{1} << 17;
constexpr std::string_view kSignatures[] = {
    "\211HDF", "OHDR", "OCHK", "FRHP", "FHDB", "FHIB", "FSHD", "FSSE", "BTHD", "BTLF",
    "BTIN",    "EAHD", "EAIB", "EADB", "EASB", "FAHD", "FADB", "SMTB", "SMLI",
};
constexpr uint64_t kFeared[] = {0,          1,          2,          0x7f,        0x80,
                                0xff,       0x100,      0x7fff,     0x8000,      0xffff,
                                0x10000,    0x7fffffff, 0x80000000, 0xfffffff0,  0xffffffff,
                                1ULL << 32, 1ULL << 62, 1ULL << 63, ~0ULL - 255, ~0ULL};

/** What the checksum of a block covers is written nowhere: each length is tried. */
std::vector<Summed> FindSummed(const std::string& bytes) {
  std::vector<Summed> out;
  for (size_t at = 0; at + kSignatureBytes <= bytes.size(); at++) {
    const std::string_view start(bytes.data() + at, kSignatureBytes);
    if (std::find(std::begin(kSignatures), std::end(kSignatures), start) == std::end(kSignatures)) continue;
    const size_t most = std::min(bytes.size() - at, kLongestBlock);
    for (size_t size = kSignatureBytes + 1; size + kSumBytes <= most; size++) {
      const uint32_t sum = hdf5::Lookup3(bytes.data() + at, size);
      if (std::memcmp(&sum, bytes.data() + at + size, kSumBytes) != 0) continue;
      out.push_back({at, size});
      break;
    }
  }
  return out;
}

class Damager {
 public:
  Damager(const std::vector<Seed>& seeds, uint32_t seed, uint32_t number)
      : seeds_(seeds), random_(seed + 7919 * number), number_(Below(seeds.size())), seed_(seeds[number_]), out_(seed_.bytes) {}

  Damage Make() {
    for (size_t count = Below(3) > 0 ? 1 : 2 + Below(3); count > 0; count--) {
      if (Below(30) == 0)
        Move();
      else
        Overwrite();
    }
    if (!is_moved_ && Below(16) != 0) Sum();
    return {std::move(out_), number_};
  }

 private:
  size_t Below(size_t end) { return random_() % end; }

  /** Most often a byte that is not zero, since little is told by zeros; or one behind a signature. */
  size_t Place() {
    if (!seed_.summed.empty() && Below(2) == 0) {
      const Summed& block = seed_.summed[Below(seed_.summed.size())];
      return std::min(block.start + kSignatureBytes + Below(std::min<size_t>(block.size_bytes, 128)),
                      out_.size() - 1);
    }
    size_t at = Below(out_.size());
    for (int tries = 0; tries < 4 && out_[at] == 0; tries++) at = Below(out_.size());
    return at;
  }

  void Put(size_t at, const void* from, size_t size_bytes) {
    std::memcpy(out_.data() + at, from, std::min(size_bytes, out_.size() - at));
  }

  /** Damage that leaves the rest where it is. */
  void Overwrite() {
    const size_t at = Place();
    const size_t width = size_t{1} << Below(4);
    uint64_t number = 0;
    switch (Below(7)) {
      case 0:
        out_[at] = static_cast<char>(out_[at] ^ 1 << Below(8));
        break;
      case 1:
        out_[at] = static_cast<char>(Below(256));
        break;
      case 2:
        Put(at, &kFeared[Below(std::size(kFeared))], width);
        break;
      case 3:  // a number that is a little off
        std::memcpy(&number, out_.data() + at, std::min(width, out_.size() - at));
        number += Below(17) - 8;
        Put(at, &number, width);
        break;
      case 4: {  // what stands elsewhere in this file, such as an address
        const size_t from = Place();
        const std::string part = out_.substr(from, Below(2) == 0 ? 8 : 1 + Below(64));
        Put(at, part.data(), part.size());
        break;
      }
      case 5: {
        const std::string& other = seeds_[Below(seeds_.size())].bytes;
        const std::string part = other.substr(Below(other.size()), 1 + Below(64));
        Put(at, part.data(), part.size());
        break;
      }
      default:  // a message, element or entry over the one beside it
        number = Below(64);
        if (at + 2 * number < out_.size()) std::memmove(out_.data() + at + number, out_.data() + at, number);
    }
  }

  /** Damage behind which everything has another place. */
  void Move() {
    is_moved_ = true;
    const size_t at = Place();
    const size_t size_bytes = std::min(1 + Below(64), out_.size() - at);
    const size_t how = Below(4);
    if (how == 0)
      out_.resize(std::max<size_t>(at, 1));
    else if (how == 1 && size_bytes < out_.size())
      out_.erase(at, size_bytes);
    else if (how == 2)
      out_.insert(at, out_.substr(at, size_bytes));
    else
      out_.append(out_, 0, std::min(out_.size(), kLongestFile - std::min(out_.size(), kLongestFile)));
  }

  void Sum() {
    for (const Summed& block : seed_.summed) {
      const uint32_t sum = hdf5::Lookup3(out_.data() + block.start, block.size_bytes);
      Put(block.start + block.size_bytes, &sum, kSumBytes);
    }
  }

  const std::vector<Seed>& seeds_;
  std::mt19937 random_;
  size_t number_;
  const Seed& seed_;
  std::string out_;
  bool is_moved_ = false;
};

}  // namespace

Seed SeedOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  Seed out;
  out.bytes.assign(std::istreambuf_iterator<char>(file), {});
  out.summed = FindSummed(out.bytes);
  return out;
}

Damage Damaged(const std::vector<Seed>& seeds, uint32_t seed, uint32_t number) {
  return Damager(seeds, seed, number).Make();
}

}  // namespace persist::fuzz
