#include "binding/arguments.h"

#include <cmath>

namespace persist::binding {
namespace {

Napi::TypeError Wrong(const Napi::Value& value, const char* name, const char* expected) {
  return Napi::TypeError::New(value.Env(), std::string(name) + " must be " + expected);
}

}  // namespace

std::string TakeString(const Napi::Value& value, const char* name) {
  if (!value.IsString()) throw Wrong(value, name, "a string");
  return value.As<Napi::String>();
}

bool TakeBoolean(const Napi::Value& value, const char* name) {
  if (!value.IsBoolean()) throw Wrong(value, name, "a boolean");
  return value.As<Napi::Boolean>();
}

uint64_t TakeInteger(const Napi::Value& value, const char* name) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
  if (number < 0 || number > 9007199254740991.0 || number != std::floor(number)) {
    throw Wrong(value, name, "an integer of 0 or more");
  }
  return static_cast<uint64_t>(number);
}

std::vector<uint64_t> TakeIntegers(const Napi::Value& value, const char* name) {
  const Napi::Array list = TakeList(value, name);
  std::vector<uint64_t> out;
  out.reserve(list.Length());
  for (uint32_t k = 0; k < list.Length(); k++) out.push_back(TakeInteger(list[k], name));
  return out;
}

Napi::Object TakeObject(const Napi::Value& value, const char* name) {
  if (!value.IsObject()) throw Wrong(value, name, "an object");
  return value.As<Napi::Object>();
}

Napi::Array TakeList(const Napi::Value& value, const char* name) {
  if (!value.IsArray()) throw Wrong(value, name, "an array");
  return value.As<Napi::Array>();
}

os::Span TakeBytes(const Napi::Value& value, const char* name) {
  if (!value.IsTypedArray()) throw Wrong(value, name, "a Uint8Array");
  napi_typedarray_type type;
  os::Span out;
  void* start = nullptr;
  // Plain Node-API: the wrapper's ArrayBuffer() refuses shared memory, which this call knows how to find.
  if (napi_get_typedarray_info(value.Env(), value, &type, &out.size_bytes, &start, nullptr, nullptr) !=
      napi_ok) {
    throw Napi::Error::New(value.Env());
  }
  if (type != napi_uint8_array) throw Wrong(value, name, "a Uint8Array");
  out.start = start;
  return out;
}

}  // namespace persist::binding
