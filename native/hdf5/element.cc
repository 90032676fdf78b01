#include "hdf5/element.h"

#include <array>
#include <memory>

#include "array/descr.h"
#include "hdf5/types.h"

namespace persist::hdf5 {
namespace {

constexpr int kDeepest = 16;
constexpr int kMostNames = 65536;

os::Error Unsupported(const std::string& what, const std::string& path) {
  return os::Error("PERSIST_UNSUPPORTED", path + ": " + what + " cannot be held by an array", path);
}

Handle Copy(hid_t type, const std::string& path) { return {Check(H5Tcopy(type), "H5Tcopy", path), H5Tclose}; }

/** `<` or `>`; `|` for single bytes. Throws UNSUPPORTED for the orders of extinct machines. */
char OrderOf(hid_t type, size_t size_bytes, const std::string& path) {
  const H5T_order_t order = H5Tget_order(type);
  if (size_bytes == 1) return '|';
  if (order == H5T_ORDER_LE) return '<';
  if (order == H5T_ORDER_BE) return '>';
  throw Unsupported("a byte order that is neither little-endian nor big-endian", path);
}

Element Number(char order, char kind, size_t size_bytes, Handle memory) {
  Element out;
  out.descr = std::string{order, kind} + std::to_string(size_bytes);
  out.size_bytes = size_bytes;
  out.memory = std::move(memory);
  return out;
}

Element IntegerOf(hid_t type, const std::string& path) {
  const size_t size_bytes = H5Tget_size(type);
  const bool is_bits = H5Tget_class(type) == H5T_BITFIELD;
  const char kind = is_bits || H5Tget_sign(type) == H5T_SGN_NONE ? 'u' : 'i';
  if (size_bytes != 1 && size_bytes != 2 && size_bytes != 4 && size_bytes != 8)
    throw Unsupported("an integer of " + std::to_string(size_bytes) + " bytes", path);
  const char order = OrderOf(type, size_bytes, path);
  if (H5Tget_precision(type) == size_bytes * 8 && H5Tget_offset(type) == 0)
    return Number(order, kind, size_bytes, Copy(type, path));
  if (is_bits) throw Unsupported("a bit field that does not fill its bytes", path);
  const std::string descr = std::string{size_bytes == 1 ? '|' : '<', kind} + std::to_string(size_bytes);
  Element out = Number(descr[0], kind, size_bytes, TypeOf({kind, size_bytes, descr}));
  out.as_stored = false;
  return out;
}

Element FloatOf(hid_t type, const std::string& path) {
  const size_t size_bytes = H5Tget_size(type);
  if (size_bytes == 2 || size_bytes == 4 || size_bytes == 8) {
    const char order = OrderOf(type, size_bytes, path);
    Handle standard = TypeOf({'f', size_bytes, "<f" + std::to_string(size_bytes)});
    if (order == '>') Check(H5Tset_order(standard, H5T_ORDER_BE), "H5Tset_order", path);
    if (H5Tequal(type, standard) > 0) return Number(order, 'f', size_bytes, std::move(standard));
  }
  throw Unsupported("a floating-point type of " + std::to_string(H5Tget_precision(type)) +
                        " bits that is not IEEE's (extended precision?)",
                    path);
}

std::string MemberName(hid_t type, unsigned index, const std::string& path) {
  const std::unique_ptr<char, herr_t (*)(void*)> name(H5Tget_member_name(type, index), H5free_memory);
  if (name == nullptr) throw LibraryError("H5Tget_member_name", path);
  return name.get();
}

unsigned MemberCount(hid_t type, const std::string& path) {
  return static_cast<unsigned>(Check(H5Tget_nmembers(type), "H5Tget_nmembers", path));
}

int64_t MemberValue(hid_t type, hid_t base, unsigned index, const std::string& path) {
  std::array<int64_t, 2> value{};
  Check(H5Tget_member_value(type, index, value.data()), "H5Tget_member_value", path);
  Check(H5Tconvert(base, H5T_NATIVE_INT64, 1, value.data(), nullptr, H5P_DEFAULT), "H5Tconvert", path);
  return value[0];
}

Element EnumOf(hid_t type, const std::string& path) {
  const Handle base(Check(H5Tget_super(type), "H5Tget_super", path), H5Tclose);
  Element out = IntegerOf(base, path);
  if (!out.as_stored) throw Unsupported("an enumeration over an integer that does not fill its bytes", path);
  out.memory = Copy(type, path);
  const unsigned count = MemberCount(type, path);
  if (count > kMostNames) return out;
  for (unsigned k = 0; k < count; k++)
    out.names.emplace_back(MemberName(type, k, path), MemberValue(type, base, k, path));
  using Names = decltype(out.names);
  if (out.size_bytes == 1 && (out.names == Names{{"FALSE", 0}, {"TRUE", 1}})) {
    out.descr = "|b1";
    out.names.clear();
  }
  return out;
}

Element StringOf(hid_t type, const std::string& path) {
  Element out;
  if (Check(H5Tis_variable_str(type), "H5Tis_variable_str", path) > 0) {
    out.text = true;
    out.as_stored = false;
    out.memory = Copy(H5T_C_S1, path);
    Check(H5Tset_size(out.memory, H5T_VARIABLE), "H5Tset_size", path);
  } else {
    out.size_bytes = H5Tget_size(type);
    out.descr = "|S" + std::to_string(out.size_bytes);
    out.memory = TypeOf({'S', out.size_bytes, out.descr});
    out.as_stored = H5Tget_strpad(type) == H5T_STR_NULLPAD;
  }
  Check(H5Tset_cset(out.memory, H5Tget_cset(type)), "H5Tset_cset", path);
  return out;
}

Element OpaqueOf(hid_t type, const std::string& path) {
  const std::string mark = "NUMPY:";
  Element out;
  out.size_bytes = H5Tget_size(type);
  out.descr = "|V" + std::to_string(out.size_bytes);
  out.memory = Copy(type, path);
  const std::unique_ptr<char, herr_t (*)(void*)> tag(H5Tget_tag(type), H5free_memory);
  if (tag == nullptr) throw LibraryError("H5Tget_tag", path);
  std::string text = tag.get();
  if (text.rfind(mark, 0) != 0) return out;
  text.erase(0, mark.size());
  std::string little = text;
  if (!little.empty() && little[0] == '>') little[0] = '<';
  try {
    if (array::ParseDescr(little).itemsize == out.size_bytes) out.descr = text;
  } catch (const os::Error&) {
    // a tag of something else: plain bytes
  }
  return out;
}

Element Describe(hid_t type, const std::string& path, int depth);

/** `{ r, i }` of two equal numbers, one behind the other, which h5py makes of complex numbers. */
bool IsComplex(const std::vector<std::pair<std::string, Element>>& fields, const std::vector<size_t>& offsets,
               size_t size_bytes) {
  if (fields.size() != 2 || fields[0].first != "r" || fields[1].first != "i") return false;
  const Element& part = fields[0].second;
  return part.descr == fields[1].second.descr && part.axes.empty() && fields[1].second.axes.empty() &&
         (part.descr == "<f4" || part.descr == ">f4" || part.descr == "<f8" || part.descr == ">f8") &&
         offsets[0] == 0 && offsets[1] == part.size_bytes && size_bytes == 2 * part.size_bytes;
}

std::string Quoted(const std::string& name) {
  std::string out = "'";
  for (const char letter : name) {
    if (letter == '\\' || letter == '\'') out += '\\';
    if (letter == '\n')
      out += "\\n";
    else
      out += letter;
  }
  return out + "'";
}

size_t WholeSize(const Element& element) {
  size_t out = element.size_bytes;
  for (const uint64_t extent : element.axes) out *= extent;
  return out;
}

/** The memory type of a field with its axes. */
Handle FieldType(const Element& field, const std::string& path) {
  if (field.axes.empty()) return Copy(field.memory, path);
  const std::vector<hsize_t> axes(field.axes.begin(), field.axes.end());
  return {Check(H5Tarray_create2(field.memory, static_cast<unsigned>(axes.size()), axes.data()),
                "H5Tarray_create2", path),
          H5Tclose};
}

Element RecordOf(hid_t type, const std::string& path, int depth) {
  const unsigned count = MemberCount(type, path);
  std::vector<std::pair<std::string, Element>> fields;
  std::vector<size_t> offsets;
  bool as_stored = true;
  for (unsigned k = 0; k < count; k++) {
    const Handle member(Check(H5Tget_member_type(type, k), "H5Tget_member_type", path), H5Tclose);
    fields.emplace_back(MemberName(type, k, path), Describe(member, path, depth + 1));
    if (fields.back().second.text) throw Unsupported("a record with strings of variable length", path);
    as_stored = as_stored && fields.back().second.as_stored;
    offsets.push_back(H5Tget_member_offset(type, k));
  }
  Element out;
  out.as_stored = as_stored;
  out.size_bytes = H5Tget_size(type);
  if (IsComplex(fields, offsets, out.size_bytes)) {
    out.descr = std::string{fields[0].second.descr[0], 'c'} + std::to_string(out.size_bytes);
    out.memory = Copy(type, path);
    return out;
  }
  size_t at = 0;
  std::string list;
  const auto add = [&](const std::string& entry) { list += (list.empty() ? "" : ", ") + entry; };
  const auto pad = [&](size_t until) {
    if (until < at) throw Unsupported("a record whose fields overlap or are out of order", path);
    if (until > at) add("('', '|V" + std::to_string(until - at) + "')");
    at = until;
  };
  for (size_t k = 0; k < fields.size(); k++) {
    const auto& [name, field] = fields[k];
    if (as_stored) pad(offsets[k]);
    offsets[k] = at;
    const bool nested = field.descr[0] == '[';
    std::string entry = "(" + Quoted(name) + ", " + (nested ? field.descr : "'" + field.descr + "'");
    if (!field.axes.empty()) {
      entry += ", (";
      for (const uint64_t extent : field.axes) entry += std::to_string(extent) + ",";
      entry += ")";
    }
    add(entry + ")");
    at += WholeSize(field);
  }
  if (as_stored) {
    pad(out.size_bytes);
    out.memory = Copy(type, path);
  } else {
    out.size_bytes = at;
    out.memory = Handle(Check(H5Tcreate(H5T_COMPOUND, at), "H5Tcreate", path), H5Tclose);
    for (size_t k = 0; k < fields.size(); k++) {
      const Handle field = FieldType(fields[k].second, path);
      Check(H5Tinsert(out.memory, fields[k].first.c_str(), offsets[k], field), "H5Tinsert", path);
    }
  }
  out.descr = "[" + list + "]";
  return out;
}

Element ArrayOf(hid_t type, const std::string& path, int depth) {
  const Handle base(Check(H5Tget_super(type), "H5Tget_super", path), H5Tclose);
  Element out = Describe(base, path, depth + 1);
  if (out.text) throw Unsupported("an array type of strings of variable length", path);
  std::vector<hsize_t> axes(static_cast<size_t>(Check(H5Tget_array_ndims(type), "H5Tget_array_ndims", path)));
  Check(H5Tget_array_dims2(type, axes.data()), "H5Tget_array_dims2", path);
  out.axes.insert(out.axes.begin(), axes.begin(), axes.end());
  return out;
}

Element Describe(hid_t type, const std::string& path, int depth) {
  if (depth > kDeepest) {
    throw os::Error("PERSIST_LIMIT",
                    path + " has an element type nested more than " + std::to_string(kDeepest) + " deep",
                    path);
  }
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
    case H5T_BITFIELD:
      return IntegerOf(type, path);
    case H5T_FLOAT:
      return FloatOf(type, path);
    case H5T_ENUM:
      return EnumOf(type, path);
    case H5T_STRING:
      return StringOf(type, path);
    case H5T_OPAQUE:
      return OpaqueOf(type, path);
    case H5T_COMPOUND:
      return RecordOf(type, path, depth);
    case H5T_ARRAY:
      return ArrayOf(type, path, depth);
    case H5T_REFERENCE:
      throw Unsupported("a reference to another object", path);
    case H5T_VLEN:
      throw Unsupported("a list of variable length", path);
    case H5T_TIME:
      throw Unsupported("a time of HDF5's own", path);
    default:
      throw LibraryError("H5Tget_class", path);
  }
}

}  // namespace

Element ElementOf(hid_t type, const std::string& path) { return Describe(type, path, 0); }

}  // namespace persist::hdf5
