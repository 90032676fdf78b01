#include "hdf5/plain.h"

#include "hdf5/cursor.h"
#include "hdf5/message.h"

namespace persist::hdf5 {
namespace {

constexpr size_t kHead = 16;
constexpr size_t kUsual = 512;  // such a header is no longer
constexpr size_t kMostAxes = 32;

/** Where IEEE's numbers have their parts. */
struct Ieee {
  uint64_t size_bytes, exponent_at, exponent, mantissa, bias;
};
constexpr Ieee kIeee[] = {{2, 10, 5, 10, 15}, {4, 23, 8, 23, 127}, {8, 52, 11, 52, 1023}};

bool IsIeee(Cursor& parts, uint64_t size_bytes, uint64_t bits) {
  for (const Ieee& one : kIeee) {
    if (one.size_bytes != size_bytes) continue;
    return (bits | 1) == ((8 * size_bytes - 1) << 8 | 0x21) && parts.Number(1) == one.exponent_at &&
           parts.Number(1) == one.exponent && parts.Number(1) == 0 && parts.Number(1) == one.mantissa &&
           parts.Number(4) == one.bias;
  }
  return false;
}

/** False for what is not plain; so are the next. */
bool TakeType(Cursor body, Element& out) {
  enum : uint64_t { kInteger = 0x10, kFloat = 0x11 };  // of the first version
  constexpr uint64_t kSigned = 8;
  const uint64_t kind = body.Number(1);
  const uint64_t bits = body.Number(3);
  const uint64_t size_bytes = body.Number(4);
  if (size_bytes != 1 && size_bytes != 2 && size_bytes != 4 && size_bytes != 8) return false;
  if (body.Number(2) != 0 || body.Number(2) != 8 * size_bytes) return false;
  char letter = (bits & kSigned) != 0 ? 'i' : 'u';
  if (kind == kFloat && IsIeee(body, size_bytes, bits))
    letter = 'f';
  else if (kind != kInteger)
    return false;
  out.descr = {size_bytes == 1 ? '|' : (bits & 1) != 0 ? '>' : '<', letter};
  out.descr += std::to_string(size_bytes);
  out.size_bytes = size_bytes;
  return true;
}

bool TakeSpace(Cursor body, std::vector<uint64_t>& shape) {
  constexpr uint64_t kEmpty = 2;
  const uint64_t version = body.Number(1);
  const uint64_t axes = body.Number(1);
  body.Skip(1);
  const uint64_t kind = body.Number(1);
  if (axes > kMostAxes || (version != 1 && (version != 2 || kind == kEmpty))) return false;
  if (version == 1) body.Skip(4);
  for (uint64_t k = 0; k < axes; k++) shape.push_back(body.Number(8));
  return true;
}

bool TakeLayout(Cursor body, uint64_t& address, uint64_t& size_bytes) {
  if (body.Number(2) != 0x0103) return false;  // version 3, in one piece
  address = body.Number(8);
  size_bytes = body.Number(8);
  return true;
}

/** Whether no value is given for elements that were not written. */
bool IsPlainFill(Cursor body) {
  if (body.Number(1) != 2) return false;
  body.Skip(2);
  return body.Number(1) == 0 || body.Number(4) == 0;
}

/** Goes through the messages. */
class Header {
 public:
  Header(const std::string& bytes, const std::string& path) : rest_(bytes, path) {}

  bool Take(Dataset& out) {
    if (rest_.Number(1) != 1) return false;
    rest_.Skip(1 + 2 + 4);
    const uint64_t block_bytes = rest_.Number(4);
    rest_.Skip(4);
    for (Cursor messages = rest_.Part(block_bytes); messages.rest() >= 8;)
      if (!TakeMessage(messages, out)) return false;
    return has_space_ && has_type_ && has_layout_;
  }

  uint64_t address = 0;

 private:
  bool TakeMessage(Cursor& from, Dataset& out) {
    const auto kind = static_cast<Message>(from.Number(2));
    const uint64_t size_bytes = from.Number(2);
    const uint64_t flags = from.Number(1);
    from.Skip(3);
    const Cursor body = from.Part(size_bytes);
    if ((flags & kShared) != 0) return false;
    switch (kind) {
      case Message::kSpace:
        return !std::exchange(has_space_, true) && TakeSpace(body, out.shape);
      case Message::kType:
        return !std::exchange(has_type_, true) && TakeType(body, out.element);
      case Message::kLayout:
        return !std::exchange(has_layout_, true) && TakeLayout(body, address, out.stored_bytes);
      case Message::kFill:
        return IsPlainFill(body);
      case Message::kNothing:
      case Message::kComment:
      case Message::kOldTime:
      case Message::kTime:
        return true;
      default:
        return false;
    }
  }

  Cursor rest_;
  bool has_space_ = false;
  bool has_type_ = false;
  bool has_layout_ = false;
};

}  // namespace

std::optional<Dataset> DescribePlain(const File& file, uint64_t address) {
  const bool is_usual =
      file.base() == 0 && file.widths().address_bytes == 8 && file.widths().length_bytes == 8;
  if (!is_usual) return std::nullopt;
  Dataset out;
  uint64_t offset = 0;
  try {
    const std::string bytes = file.ReadUpTo(address, kHead + kUsual);
    Header header(bytes, file.path());
    if (!header.Take(out)) return std::nullopt;
    offset = header.address;
  } catch (const os::Error& error) {
    if (!error.syscall.empty()) throw;
    return std::nullopt;  // it ends too early
  }
  const std::optional<uint64_t> size_bytes = Product(out.element.size_bytes, out.shape);
  const bool is_there = size_bytes && *size_bytes > 0 && *size_bytes <= out.stored_bytes &&
                        offset <= file.size_bytes() && *size_bytes <= file.size_bytes() - offset;
  if (!is_there) return std::nullopt;
  out.size_bytes = *size_bytes;
  out.offset = offset;
  out.header = address;
  return out;
}

}  // namespace persist::hdf5
