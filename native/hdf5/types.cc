#include "hdf5/types.h"

namespace persist::hdf5 {
namespace {

Handle Copy(hid_t type) { return {Check(H5Tcopy(type), "H5Tcopy", "memory"), H5Tclose}; }

Handle Float(size_t itemsize) {
  if (itemsize == 8) return Copy(H5T_IEEE_F64LE);
  Handle out = Copy(H5T_IEEE_F32LE);
  if (itemsize == 2) {
    // IEEE half precision, which the library has no name for: sign at bit 15, 5 bits of exponent, 10 of
    // fraction
    Check(H5Tset_fields(out, 15, 10, 5, 0, 10), "H5Tset_fields", "memory");
    Check(H5Tset_size(out, 2), "H5Tset_size", "memory");
    Check(H5Tset_ebias(out, 15), "H5Tset_ebias", "memory");
  }
  return out;
}

Handle Integer(size_t itemsize, bool isSigned) {
  switch (itemsize) {
    case 1:
      return Copy(isSigned ? H5T_STD_I8LE : H5T_STD_U8LE);
    case 2:
      return Copy(isSigned ? H5T_STD_I16LE : H5T_STD_U16LE);
    case 4:
      return Copy(isSigned ? H5T_STD_I32LE : H5T_STD_U32LE);
    default:
      return Copy(isSigned ? H5T_STD_I64LE : H5T_STD_U64LE);
  }
}

Handle Complex(size_t itemsize) {
  Handle part = Float(itemsize / 2);
  Handle out(Check(H5Tcreate(H5T_COMPOUND, itemsize), "H5Tcreate", "memory"), H5Tclose);
  Check(H5Tinsert(out, "r", 0, part), "H5Tinsert", "memory");
  Check(H5Tinsert(out, "i", itemsize / 2, part), "H5Tinsert", "memory");
  return out;
}

Handle Bool() {
  Handle out(Check(H5Tenum_create(H5T_STD_I8LE), "H5Tenum_create", "memory"), H5Tclose);
  for (signed char value = 0; value < 2; value++) {
    Check(H5Tenum_insert(out, value == 0 ? "FALSE" : "TRUE", &value), "H5Tenum_insert", "memory");
  }
  return out;
}

Handle String(size_t itemsize) {
  Handle out = Copy(H5T_C_S1);
  Check(H5Tset_size(out, itemsize), "H5Tset_size", "memory");
  Check(H5Tset_strpad(out, H5T_STR_NULLPAD), "H5Tset_strpad", "memory");
  return out;
}

Handle Opaque(size_t itemsize, const std::string& tag) {
  Handle out(Check(H5Tcreate(H5T_OPAQUE, itemsize), "H5Tcreate", "memory"), H5Tclose);
  Check(H5Tset_tag(out, tag.c_str()), "H5Tset_tag", "memory");
  return out;
}

}  // namespace

Handle TypeOf(const array::Descr& descr) {
  if (descr.itemsize == 0) {
    throw os::Error("PERSIST_UNSUPPORTED", "HDF5 has no elements of zero bytes (" + descr.text + ")");
  }
  switch (descr.kind) {
    case 'b':
      return Bool();
    case 'i':
    case 'u':
      return Integer(descr.itemsize, descr.kind == 'i');
    case 'f':
      return Float(descr.itemsize);
    case 'c':
      return Complex(descr.itemsize);
    case 'S':
      return String(descr.itemsize);
    case 'V':
      return Opaque(descr.itemsize, "");
    default:
      return Opaque(descr.itemsize, "NUMPY:" + descr.text);
  }
}

// NOLINTNEXTLINE(misc-no-recursion): lib/store/npy-fields.ts has looked how deep the fields are nested
Handle TypeOfRecord(const std::vector<NewField>& fields, size_t size) {
  Handle out(Check(H5Tcreate(H5T_COMPOUND, size), "H5Tcreate", "memory"), H5Tclose);
  for (const NewField& field : fields) {
    Handle type =
        field.fields.empty() ? TypeOf(field.descr) : TypeOfRecord(field.fields, field.descr.itemsize);
    if (!field.shape.empty()) {
      const std::vector<hsize_t> shape(field.shape.begin(), field.shape.end());
      type = Handle(Check(H5Tarray_create2(type, static_cast<unsigned>(shape.size()), shape.data()),
                          "H5Tarray_create2", "memory"),
                    H5Tclose);
    }
    Check(H5Tinsert(out, field.name.c_str(), field.offset, type), "H5Tinsert", "memory");
  }
  return out;
}

}  // namespace persist::hdf5
