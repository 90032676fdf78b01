#include "hdf5/write_chunks.h"

#include <fcntl.h>

#include <algorithm>
#include <cstring>

#include "array/crew.h"
#include "array/deflate.h"
#include "hdf5/shuffle.h"
#include "os/borrow.h"

namespace persist::hdf5 {
namespace {

constexpr size_t kSamples = 4;
constexpr size_t kSampleBytes = size_t{64} << 10;
constexpr size_t kWorthwhile = 64;  // less than such a part is not worth the time

/** The chunks of an array, and where their elements are in it. */
class Layout {
 public:
  explicit Layout(const ArrayToPack& array) : array_(array), chunk_bytes_(array.itemsize) {
    uint64_t step = array.itemsize;
    for (size_t axis = array.shape.size(); axis-- > 0;) {
      steps_.insert(steps_.begin(), step);
      chunk_steps_.insert(chunk_steps_.begin(), chunk_bytes_);
      grid_.insert(grid_.begin(), (array.shape[axis] + array.chunk[axis] - 1) / array.chunk[axis]);
      step *= array.shape[axis];
      chunk_bytes_ *= array.chunk[axis];
      chunks_ *= grid_.front();
    }
  }

  size_t chunks() const { return chunks_; }
  size_t chunk_bytes() const { return chunk_bytes_; }

  /** Copies the elements of chunk `k` to where they are in a chunk; gives how many bytes they are. */
  size_t Gather(size_t k, os::Borrower& borrower, unsigned char* into, const std::string& path) const {
    std::vector<uint64_t> counts(grid_.size());
    uint64_t from = 0;
    size_t total = array_.itemsize;
    for (size_t axis = grid_.size(); axis-- > 0; k /= grid_[axis]) {
      const uint64_t start = k % grid_[axis] * array_.chunk[axis];
      counts[axis] = std::min(array_.chunk[axis], array_.shape[axis] - start);
      from += start * steps_[axis];
      total *= counts[axis];
    }
    if (total < chunk_bytes_) std::memset(into, 0, chunk_bytes_);
    // a run goes over all inner axes that are taken whole, and along one more
    size_t length = array_.itemsize;
    size_t outer = grid_.size();
    while (outer > 0) {
      outer--;
      length *= counts[outer];
      if (counts[outer] != array_.shape[outer] || counts[outer] != array_.chunk[outer]) break;
    }
    std::vector<uint64_t> at(outer, 0);
    const auto* const start = static_cast<const char*>(array_.data.start);
    for (uint64_t to = 0;;) {
      borrower.Gather({start + from, length}, into + to, path);
      size_t axis = outer;
      for (; axis > 0; axis--) {
        from += steps_[axis - 1];
        to += chunk_steps_[axis - 1];
        if (++at[axis - 1] < counts[axis - 1]) break;
        from -= steps_[axis - 1] * counts[axis - 1];
        to -= chunk_steps_[axis - 1] * counts[axis - 1];
        at[axis - 1] = 0;
      }
      if (axis == 0) break;
    }
    borrower.Finish(path);
    return total;
  }

 private:
  const ArrayToPack& array_;
  std::vector<uint64_t> steps_;
  std::vector<uint64_t> chunk_steps_;
  std::vector<uint64_t> grid_;
  size_t chunks_ = 1;
  size_t chunk_bytes_;
};

/** A compressed chunk, on its way to the file. */
struct Packed {
  Bytes bytes;
  size_t size = 0;      // of `bytes`, as far as used
  size_t raw_size = 0;  // of the elements that it holds
  uint32_t mask = 0;
};

/** What one thread needs to compress chunks. */
class Packer {
 public:
  Packer(const ArrayToPack& array, const Layout& layout, const std::string& path)
      : itemsize_(array.itemsize),
        layout_(layout),
        shuffle_(array.shuffle),
        path_(path),
        deflater_(array::Wrapper::kZlib, array.level),
        raw_(layout.chunk_bytes()) {}

  void Pack(size_t k, Packed& out) {
    out.raw_size = layout_.Gather(k, borrower_, raw_.data(), path_);
    const unsigned char* from = raw_.data();
    if (shuffle_) {
      shuffled_.resize(raw_.size());
      Shuffle(raw_.data(), shuffled_.data(), raw_.size(), itemsize_);
      from = shuffled_.data();
    }
    out.bytes.resize(raw_.size());
    out.size = deflater_.Compress(from, raw_.size(), out.bytes.data(), out.bytes.size());
    out.mask = 0;
    if (out.size != 0) return;
    out.size = raw_.size();
    out.mask = shuffle_ ? 3 : 1;
    std::memcpy(out.bytes.data(), raw_.data(), raw_.size());
  }

 private:
  size_t itemsize_;
  const Layout& layout_;
  bool shuffle_;
  const std::string& path_;
  array::Deflater deflater_;
  os::Borrower borrower_;
  Bytes raw_;
  Bytes shuffled_;
};

}  // namespace

bool ShuffleHelps(const ArrayToPack& array, const std::string& path) {
  const size_t size = array.data.size_bytes;
  const size_t piece = std::min(size, kSampleBytes) / array.itemsize * array.itemsize;
  if (array.itemsize < 2 || piece == 0) return false;
  os::Borrower borrower;
  array::Deflater deflater(array::Wrapper::kZlib, array.level);
  Bytes sorted(piece);
  Bytes packed(deflater.Bound(piece));
  size_t as_is = 0;
  size_t shuffled = 0;
  for (size_t k = 0; k < kSamples; k++) {
    const size_t last = (size - piece) / array.itemsize;
    const size_t start = last * k / (kSamples - 1) * array.itemsize;
    const auto* const from = reinterpret_cast<const unsigned char*>(
        borrower.Copy({static_cast<const char*>(array.data.start) + start, piece}, path));
    as_is += deflater.Compress(from, piece, packed.data(), packed.size());
    Shuffle(from, sorted.data(), piece, array.itemsize);
    shuffled += deflater.Compress(sorted.data(), piece, packed.data(), packed.size());
  }
  return shuffled < as_is - as_is / kWorthwhile;
}

std::vector<ChunkPlace> WriteChunks(const os::Fd& file, const std::string& path, uint64_t offset,
                                    const ArrayToPack& array, const os::How& how) {
  const Layout layout(array);
  std::vector<ChunkPlace> out;
  out.reserve(layout.chunks());
  const auto write = [&](const Packed& packed) {
    os::WriteRange(file, {static_cast<off_t>(offset), {packed.bytes.data(), packed.size}},
                   {how.durable, nullptr}, path);
    out.push_back({offset, packed.size, packed.mask});
    offset += packed.size;
    if (how.control != nullptr) how.control->Advance(packed.raw_size);
  };
  if (layout.chunks() == 1) {  // threads would take longer to start
    Packed packed;
    Packer(array, layout, path).Pack(0, packed);
    write(packed);
    return out;
  }
  const auto begin = [&] {
    const auto packer = std::make_shared<Packer>(array, layout, path);
    return [packer](size_t k, Packed& into) { packer->Pack(k, into); };
  };
  array::Crew<Packed> crew(layout.chunks(), begin);
  for (size_t k = 0; k < layout.chunks(); k++) {
    write(crew.Await(k));
    crew.Release(k);
  }
  return out;
}

}  // namespace persist::hdf5
