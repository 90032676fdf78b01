// Zip files that are written: where entries lie, their records, and blocks of small ones.
#include <cstring>

#include "array/deflate.h"
#include "array/zip_layout.h"
#include "binding/arguments.h"
#include "binding/environment.h"
#include "binding/functions.h"
#include "binding/owned.h"
#include "binding/writing_task.h"

namespace persist::binding {
namespace {

const napi_type_tag kLayoutTag = {0x7065727369737420ULL, 0x7a69706c61796f75ULL};

array::ZipLayout& TakeLayout(const Napi::Value& value) {
  if (value.IsExternal()) {
    const auto external = value.As<Napi::External<array::ZipLayout>>();
    if (external.CheckTypeTag(&kLayoutTag)) return *external.Data();
  }
  throw Napi::TypeError::New(value.Env(), "a zip file's layout is expected");
}

/** createZip() */
Napi::Value CreateZip(const Napi::CallbackInfo& info) {
  return Owned(info.Env(), std::make_unique<array::ZipLayout>(), kLayoutTag, [](array::ZipLayout&) {});
}

/** addToZip(zip, entry, crc): where its bytes begin. */
Napi::Value AddToZip(const Napi::CallbackInfo& info) {
  array::ZipLayout& layout = TakeLayout(info[0]);
  const Napi::Object from = TakeObject(info[1], "entry");
  const Napi::Value deflated = from.Get("deflated_bytes");
  const Napi::Value parts = from.Get("parts");
  const uint64_t size = TakeInteger(from.Get("size_bytes"), "size_bytes");
  array::ZipEntry entry{
      .name = TakeString(from.Get("name"), "name"),
      .size_bytes = size,
      .stored_bytes = deflated.IsUndefined() ? size : TakeInteger(deflated, "deflated_bytes"),
      .deflated = !deflated.IsUndefined(),
      .crc = static_cast<uint32_t>(TakeInteger(info[2], "crc")),
      .parts = {}};
  if (!parts.IsUndefined()) {
    const Napi::Object stream = TakeObject(parts, "parts");
    entry.part_bytes = static_cast<uint32_t>(TakeInteger(stream.Get("part_bytes"), "part_bytes"));
    for (const uint64_t stored : TakeIntegers(stream.Get("stored_bytes"), "stored_bytes"))
      entry.parts.push_back(static_cast<uint32_t>(stored));
  }
  const Napi::Value offset = from.Get("offset");
  if (offset.IsUndefined())
    layout.Place(std::move(entry));
  else
    layout.Add(std::move(entry), TakeInteger(offset, "offset"));
  return Napi::Number::New(info.Env(), static_cast<double>(layout.entries().back().offset));
}

/** zipHeaderBytes(name, size_bytes) */
Napi::Value ZipHeaderBytes(const Napi::CallbackInfo& info) {
  const array::ZipEntry entry{.name = TakeString(info[0], "name"),
                              .size_bytes = TakeInteger(info[1], "size_bytes"),
                              .stored_bytes = 0,
                              .deflated = false,
                              .crc = 0,
                              .parts = {}};
  return Napi::Number::New(info.Env(), static_cast<double>(array::ZipLayout::HeaderSize(entry)));
}

/** sumInZip(zip, first, crcs) */
Napi::Value SumInZip(const Napi::CallbackInfo& info) {
  array::ZipLayout& layout = TakeLayout(info[0]);
  size_t k = TakeInteger(info[1], "first");
  for (const uint64_t crc : TakeIntegers(info[2], "crcs")) layout.at(k++).crc = static_cast<uint32_t>(crc);
  return info.Env().Undefined();
}

/** packIntoZip(zip, arrays, from, end, block, file): [how many, where the block begins in the file, bytes of
 * it]. */
Napi::Value PackIntoZip(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  array::ZipLayout& layout = TakeLayout(info[0]);
  const Napi::Object arrays = TakeObject(info[1], "arrays");
  const Napi::Array names = TakeList(arrays.Get("names"), "names");
  const Napi::Array heads = TakeList(arrays.Get("heads"), "heads");
  const Napi::Array data = TakeList(arrays.Get("data"), "data");
  const Napi::Array sizes = TakeList(arrays.Get("sizes"), "sizes");
  const auto from = static_cast<uint32_t>(TakeInteger(info[2], "from"));
  const auto end = static_cast<uint32_t>(TakeInteger(info[3], "end"));
  const os::Span block = TakeBytes(info[4], "block");
  const std::string file = TakeString(info[5], "file");
  auto* const memory = static_cast<char*>(const_cast<void*>(block.start));
  const uint64_t start = layout.end();
  uint64_t used = 0;
  uint32_t k = from;
  for (; k < end; k++) {
    const Napi::HandleScope scope(env);
    const os::Span head = TakeBytes(heads[k], "head");
    const os::Span elements = TakeBytes(data[k], "data");
    const uint64_t size = head.size_bytes + elements.size_bytes;
    if (size != TakeInteger(sizes[k], "size")) throw Detached(file);
    array::ZipEntry entry{.name = TakeString(names[k], "name"),
                          .size_bytes = size,
                          .stored_bytes = size,
                          .deflated = false,
                          .crc = 0,
                          .parts = {},
                          .has_header = true};
    // with the most that padding takes
    const size_t most = array::ZipLayout::HeaderSize(entry) + 2 * array::ZipLayout::kAlignment;
    if (used + most + size > block.size_bytes) break;
    array::ZipEntry& placed = layout.Place(std::move(entry));
    char* const to = memory + (placed.offset - start);
    std::memcpy(to, head.start, head.size_bytes);
    if (elements.size_bytes > 0) std::memcpy(to + head.size_bytes, elements.start, elements.size_bytes);
    placed.crc = array::Crc32(0, to, size);
    char* const header = memory + (placed.header_offset - start);
    std::memset(header, 0, static_cast<size_t>(placed.offset - placed.header_offset));
    array::ZipLayout::WriteHeader(placed, header);
    used = layout.end() - start;
  }
  Napi::Array out = Napi::Array::New(env, 3);
  out[0U] = k - from;
  out[1U] = static_cast<double>(start);
  out[2U] = static_cast<double>(used);
  return out;
}

/** zipEnd(zip) */
Napi::Value ZipEnd(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(TakeLayout(info[0]).end()));
}

/** zipPlaces(zip, first): offset and stored bytes of each. */
Napi::Value ZipPlaces(const Napi::CallbackInfo& info) {
  const auto& entries = TakeLayout(info[0]).entries();
  const size_t first = std::min<size_t>(TakeInteger(info[1], "first"), entries.size());
  const size_t count = 2 * (entries.size() - first);
  Napi::ArrayBuffer buffer = NewBuffer(info.Env(), count * sizeof(double), true);
  auto* to = static_cast<double*>(buffer.Data());
  for (size_t k = first; k < entries.size(); k++) {
    *to++ = static_cast<double>(entries[k].offset);
    *to++ = static_cast<double>(entries[k].stored_bytes);
  }
  return Napi::Float64Array::New(info.Env(), count, buffer, 0);
}

Napi::Object Range(Napi::Env env, uint64_t offset, const std::string& data) {
  Napi::Object out = Napi::Object::New(env);
  out["offset"] = static_cast<double>(offset);
  out["data"] = Napi::Buffer<char>::Copy(env, data.data(), data.size());
  return out;
}

/** zipRecords(zip): what is yet to be written, local headers and the directory. */
Napi::Value ZipRecords(const Napi::CallbackInfo& info) {
  const array::ZipLayout& layout = TakeLayout(info[0]);
  Napi::Array out = Napi::Array::New(info.Env());
  uint32_t count = 0;
  for (const array::ZipEntry& entry : layout.entries()) {
    if (entry.has_header) continue;
    const Napi::HandleScope scope(info.Env());
    std::string header(entry.offset - entry.header_offset, '\0');
    array::ZipLayout::WriteHeader(entry, header.data());
    out[count++] = Range(info.Env(), entry.header_offset, header);
  }
  out[count] = Range(info.Env(), layout.end(), layout.Directory());
  return out;
}

}  // namespace

void AddZipWrites(Napi::Object exports) {
  Add(exports, "createZip", CreateZip);
  Add(exports, "addToZip", AddToZip);
  Add(exports, "zipHeaderBytes", ZipHeaderBytes);
  Add(exports, "sumInZip", SumInZip);
  Add(exports, "packIntoZip", PackIntoZip);
  Add(exports, "zipEnd", ZipEnd);
  Add(exports, "zipPlaces", ZipPlaces);
  Add(exports, "zipRecords", ZipRecords);
}

}  // namespace persist::binding
