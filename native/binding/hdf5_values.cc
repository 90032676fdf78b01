#include "binding/hdf5_values.h"

#include <algorithm>
#include <cstring>

#include "binding/environment.h"

namespace persist::binding {
namespace {

Napi::Array Extents(Napi::Env env, const std::vector<uint64_t>& extents) {
  Napi::Array out = Napi::Array::New(env, extents.size());
  for (uint32_t k = 0; k < extents.size(); k++) out[k] = static_cast<double>(extents[k]);
  return out;
}

}  // namespace

Napi::Object ToJavaScript(Napi::Env env, const hdf5::Dataset& dataset) {
  Napi::Object out = Napi::Object::New(env);
  const hdf5::Element& element = dataset.element;
  out["descr"] = element.descr;
  out["isText"] = element.text;
  out["shape"] = Extents(env, dataset.shape);
  out["inner"] = Extents(env, element.axes);
  out["size_bytes"] = static_cast<double>(dataset.size_bytes);
  out["stored_bytes"] = static_cast<double>(dataset.stored_bytes);
  if (dataset.offset) out["offset"] = static_cast<double>(*dataset.offset);
  out["header"] = static_cast<double>(dataset.header);
  if (!dataset.chunk.empty()) {
    out["chunks"] = Extents(env, dataset.chunk);
    out["hasFill"] = dataset.has_fill;
    Napi::Array filters = Napi::Array::New(env, dataset.filters.size());
    for (uint32_t k = 0; k < dataset.filters.size(); k++) {
      const hdf5::Filter& filter = dataset.filters[k];
      std::vector<uint64_t> numbers(filter.parameters.begin(), filter.parameters.end());
      numbers.insert(numbers.begin(), static_cast<uint64_t>(filter.id));
      filters[k] = Extents(env, numbers);
    }
    out["filters"] = filters;
  }
  if (!element.names.empty()) {
    Napi::Array names = Napi::Array::New(env, element.names.size());
    for (uint32_t k = 0; k < element.names.size(); k++) {
      Napi::Array pair = Napi::Array::New(env, 2);
      pair[0u] = element.names[k].first;
      pair[1u] = static_cast<double>(element.names[k].second);
      names[k] = pair;
    }
    out["names"] = names;
  }
  if (dataset.problem) out["problem"] = ToJavaScript(env, *dataset.problem).Value();
  return out;
}

Napi::Array ToJavaScript(Napi::Env env, const std::vector<hdf5::Attribute>& attributes) {
  Napi::Array out = Napi::Array::New(env, attributes.size());
  for (uint32_t k = 0; k < attributes.size(); k++) {
    const hdf5::Attribute& attribute = attributes[k];
    Napi::Object one = Napi::Object::New(env);
    one["name"] = attribute.name;
    one["isNull"] = attribute.is_null;
    one["shape"] = Extents(env, attribute.shape);
    if (attribute.descr.empty()) {
      Napi::Array strings = Napi::Array::New(env, attribute.strings.size());
      for (uint32_t n = 0; n < attribute.strings.size(); n++) strings[n] = attribute.strings[n];
      one["strings"] = strings;
    } else {
      const Napi::ArrayBuffer bytes = Napi::ArrayBuffer::New(env, attribute.bytes.size());
      // an Empty has no bytes, and its buffer no memory
      if (!attribute.bytes.empty()) {
        std::memcpy(const_cast<Napi::ArrayBuffer&>(bytes).Data(), attribute.bytes.data(),
                    attribute.bytes.size());
      }
      one["descr"] = attribute.descr;
      one["bytes"] = bytes;
    }
    out[k] = one;
  }
  return out;
}

Napi::Value ToJavaScript(Napi::Env env, std::unique_ptr<hdf5::Memory> memory) {
  if (memory->size_bytes() == 0) return Napi::ArrayBuffer::New(env, 0);
  using Owner = std::shared_ptr<hdf5::Memory>;
  const Owner owner(std::move(memory));
  auto* const held =
      new Owner(owner);  // the finalizer runs also where the buffer is refused (Node 20, above 4 GiB)
  napi_value out = nullptr;
  const napi_status status = napi_create_external_arraybuffer(
      env, owner->data(), owner->size_bytes(),
      [](napi_env, void*, void* hint) { delete static_cast<Owner*>(hint); }, held, &out);
  if (status != napi_ok) {
    throw os::Error("PERSIST_LIMIT", "this runtime has no buffers of " + std::to_string(owner->size_bytes()) +
                                         " bytes: read the array in parts, by a selection");
  }
  return {env, out};
}

}  // namespace persist::binding
