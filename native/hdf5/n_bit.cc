#include "hdf5/n_bit.h"

#include <algorithm>

#include "hdf5/bits.h"

namespace persist::hdf5 {
namespace {

constexpr int kDeepest = 32;
constexpr size_t kElements = 2;  // where the parameters say how many elements there are
constexpr size_t kType = 3;      // and where the type of one begins

/** A number in an element, and which of its bits are stored. */
struct Number {
  size_t at;
  unsigned size_bytes;
  bool is_big;
  unsigned low;
  unsigned bits;
};

/** What the parameters say of an element. */
class Layout {
 public:
  Layout(const std::vector<unsigned>& parameters, const std::string& path)
      : parameters_(parameters), path_(path), size_bytes_(At(kType + 1)) {
    next_ = kType;
    Take(0, size_bytes_, 0);
  }

  const std::vector<Number>& numbers() const { return numbers_; }
  size_t size_bytes() const { return size_bytes_; }
  uint64_t bits() const { return bits_; }

 private:
  enum Class : unsigned { kAtom = 1, kArray, kCompound, kAsIs };

  os::Error Unsound() const { return CorruptChunk("has n-bit parameters that cannot be", path_); }

  unsigned At(size_t k) const {
    if (k >= parameters_.size()) throw Unsound();
    return parameters_[k];
  }

  unsigned Next() { return At(next_++); }

  void Add(const Number& number) {
    if (number.bits == 0 || uint64_t{number.low} + number.bits > 8 * uint64_t{number.size_bytes} ||
        numbers_.size() >= size_bytes_)
      throw Unsound();
    numbers_.push_back(number);
    bits_ += number.bits;
  }

  /** A part of the element, which has room for so many bytes. Gives its size. */
  // NOLINTNEXTLINE(misc-no-recursion): counted
  size_t Take(size_t at, size_t room_bytes, int depth) {
    const unsigned kind = Next();
    const unsigned size_bytes = Next();
    if (depth > kDeepest || size_bytes == 0 || size_bytes > room_bytes) throw Unsound();
    switch (kind) {
      case kAtom: {
        const bool is_big = Next() == 1;
        const unsigned bits = Next();
        Add({at, size_bytes, is_big, Next(), bits});
        break;
      }
      case kArray:
        for (size_t done = 0, start = next_; done < size_bytes; next_ = done < size_bytes ? start : next_)
          done += Take(at + done, size_bytes - done, depth + 1);
        break;
      case kCompound:
        for (unsigned count = Next(); count > 0; count--) {
          const unsigned offset = Next();
          if (offset >= size_bytes) throw Unsound();
          Take(at + offset, size_bytes - offset, depth + 1);
        }
        break;
      case kAsIs:
        for (unsigned k = 0; k < size_bytes; k++) Add({at + k, 1, false, 0, 8});
        break;
      default:
        throw Unsound();
    }
    return size_bytes;
  }

  const std::vector<unsigned>& parameters_;
  const std::string& path_;
  size_t size_bytes_;
  size_t next_;
  uint64_t bits_ = 0;
  std::vector<Number> numbers_;
};

/** From the highest byte that has some of its bits down to the lowest. */
void Place(const Number& number, Bits& bits, unsigned char* element) {
  for (unsigned end = number.low + number.bits; end > number.low;) {
    const unsigned byte = (end - 1) / 8;
    const unsigned low = std::max(8 * byte, number.low);
    const size_t at = number.at + (number.is_big ? number.size_bytes - 1 - byte : byte);
    element[at] = static_cast<unsigned char>(bits.Take(end - low) << low % 8);
    end = low;
  }
}

}  // namespace

void UndoNBit(const std::vector<unsigned>& parameters, const Bytes& stored, Bytes& into,
              const std::string& path) {
  const bool is_packed = parameters.size() > kElements && parameters[1] == 0;
  if (!is_packed && stored.size() == into.size()) {
    std::copy(stored.begin(), stored.end(), into.begin());
    return;
  }
  const Layout layout(parameters, path);
  const uint64_t count = into.size() / layout.size_bytes();
  if (!is_packed || parameters[kElements] != count || count * layout.size_bytes() != into.size())
    throw CorruptChunk("has n-bit parameters for another size", path);
  if (layout.bits() > 8 * uint64_t{stored.size()} / std::max<uint64_t>(count, 1))
    throw CorruptChunk("has fewer bits than its numbers take", path);
  std::fill(into.begin(), into.end(), static_cast<unsigned char>(0));
  Bits bits(stored.data());
  for (uint64_t k = 0; k < count; k++)
    for (const Number& number : layout.numbers()) Place(number, bits, into.data() + k * layout.size_bytes());
}

}  // namespace persist::hdf5
