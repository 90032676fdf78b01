#include "hdf5/datatype.h"

#include <bit>

namespace persist::hdf5 {
namespace {

constexpr int kDeepest = 32;
constexpr unsigned kMostAxes = 32;
constexpr unsigned kOldAxes = 4;  // of a field, in the first version
constexpr uint64_t kMostBytes = uint64_t{1} << 32;

enum Class { kInteger, kFloat, kTime, kString, kBits, kOpaque, kCompound, kReference, kEnum, kVlen, kArray };

struct Read {
  unsigned kind;
  unsigned version;
  uint64_t bits;
  uint64_t size_bytes;
};

/** Whether it is a string of variable length. */
bool IsText(const Read& type) { return type.kind == kVlen && (type.bits & 0xf) == 1; }

Read Describe(Cursor& from, size_t address_bytes, int depth);

/** Before the third version names are filled up to eights. */
void TakeName(Cursor& from, unsigned version) {
  const size_t length = from.Text();
  if (version < 3) from.Skip((length + 8) / 8 * 8 - length - 1);
}

void CheckNumber(Cursor& from, const Read& type) {
  const uint64_t bits = type.size_bytes * 8;
  const uint64_t offset = from.Number(2);
  const uint64_t precision = from.Number(2);
  if (precision == 0 || offset + precision > bits) throw from.Corrupt("has a number that exceeds its bytes");
  if (type.kind != kFloat) return;
  const uint64_t exponent_at = from.Number(1);
  const uint64_t exponent = from.Number(1);
  const uint64_t mantissa_at = from.Number(1);
  const uint64_t mantissa = from.Number(1);
  from.Skip(4);
  const uint64_t sign = type.bits >> 8 & 0xff;
  if (exponent == 0 || mantissa == 0 || exponent_at + exponent > bits || mantissa_at + mantissa > bits ||
      sign >= bits)
    throw from.Corrupt("has a floating-point number that exceeds its bytes");
}

/** Extents multiplied with the size of an element. */
uint64_t Multiply(Cursor& from, unsigned axes, uint64_t size_bytes, unsigned stored_axes) {
  for (unsigned k = 0; k < stored_axes; k++) {
    const uint64_t extent = from.Number(4);
    if (k < axes) size_bytes *= extent;
    if (size_bytes == 0 || size_bytes >= kMostBytes)
      throw from.Corrupt("has a type of no size, or of too much");
  }
  return size_bytes;
}

// NOLINTNEXTLINE(misc-no-recursion): Describe counts how deep it is
void CheckCompound(Cursor& from, const Read& type, size_t address_bytes, int depth) {
  const unsigned count = type.bits & 0xffff;
  const size_t offset_bytes =
      type.version < 3 ? 4 : (static_cast<size_t>(std::bit_width(type.size_bytes)) + 7) / 8;
  for (unsigned k = 0; k < count; k++) {
    TakeName(from, type.version);
    const uint64_t offset = from.Number(offset_bytes);
    uint64_t times = 1;
    if (type.version == 1) {
      const auto axes = static_cast<unsigned>(from.Number(1));
      if (axes > kOldAxes) throw from.Corrupt("has a field of too many axes");
      from.Skip(3 + 4 + 4);
      times = Multiply(from, axes, 1, kOldAxes);
    }
    const Read field = Describe(from, address_bytes, depth + 1);
    if (offset > type.size_bytes || field.size_bytes * times > type.size_bytes - offset)
      throw from.Corrupt("has a field beyond the end of its record");
  }
}

// NOLINTNEXTLINE(misc-no-recursion): Describe counts how deep it is
void CheckEnum(Cursor& from, const Read& type, size_t address_bytes, int depth) {
  const unsigned count = type.bits & 0xffff;
  const Read base = Describe(from, address_bytes, depth + 1);
  if (base.kind != kInteger || base.size_bytes != type.size_bytes)
    throw from.Corrupt("has an enumeration that is not over an integer of its size");
  for (unsigned k = 0; k < count; k++) TakeName(from, type.version);
  from.Skip(count * base.size_bytes);
}

// NOLINTNEXTLINE(misc-no-recursion): Describe counts how deep it is
void CheckArray(Cursor& from, const Read& type, size_t address_bytes, int depth) {
  const auto axes = static_cast<unsigned>(from.Number(1));
  if (axes == 0 || axes > kMostAxes) throw from.Corrupt("has an array of too many axes, or none");
  if (type.version < 3) from.Skip(3);
  const uint64_t count = Multiply(from, axes, 1, axes);
  if (type.version < 3) from.Skip(axes * size_t{4});
  if (Describe(from, address_bytes, depth + 1).size_bytes * count != type.size_bytes)
    throw from.Corrupt("has an array whose size is not that of its elements");
}

// NOLINTNEXTLINE(misc-no-recursion): counted
Read Describe(Cursor& from, size_t address_bytes, int depth) {
  if (depth > kDeepest) throw from.Corrupt("has a type that is nested too deeply");
  const uint64_t head = from.Number(4);
  const Read out = {static_cast<unsigned>(head & 0xf), static_cast<unsigned>(head >> 4 & 0xf), head >> 8,
                    from.Number(4)};
  if (out.size_bytes == 0 || out.version == 0) throw from.Corrupt("has a type of no size or version");
  switch (out.kind) {
    case kInteger:
    case kFloat:
    case kBits:
      CheckNumber(from, out);
      break;
    case kTime:
      from.Skip(2);
      break;
    case kOpaque:
      from.Skip(out.bits & 0xff);
      break;
    case kCompound:
      CheckCompound(from, out, address_bytes, depth);
      break;
    case kEnum:
      CheckEnum(from, out, address_bytes, depth);
      break;
    case kVlen:
      if (Describe(from, address_bytes, depth + 1).size_bytes != 1 && IsText(out))
        throw from.Corrupt("has a text whose characters have more than one byte");
      if (out.size_bytes != 4 + address_bytes + 4)
        throw from.Corrupt("has a type of variable length whose references have another size");
      break;
    case kArray:
      CheckArray(from, out, address_bytes, depth);
      break;
    default:
      break;  // strings and references say no more
  }
  return out;
}

}  // namespace

WrittenType CheckDatatype(Cursor& from, size_t address_bytes) {
  const Read type = Describe(from, address_bytes, 0);
  return {type.size_bytes, IsText(type)};
}

}  // namespace persist::hdf5
