// Zip files: the directory, and small members.
#include <algorithm>
#include <cstring>
#include <numeric>
#include <span>

#include "array/little_members.h"
#include "array/zip_index.h"
#include "binding/arguments.h"
#include "binding/environment.h"
#include "binding/functions.h"
#include "binding/owned.h"
#include "os/heap.h"

namespace persist::binding {
namespace {

const napi_type_tag kZipTag = {0x7065727369737420ULL, 0x7a697000696e6400ULL};

constexpr uint32_t kNone = UINT32_MAX;
constexpr size_t kPlace = 4;  // numbers for each member that was read

/** What the bytes 128 to 255 mean in names that are not UTF-8: IBM's code page 437. */
constexpr char16_t kCodePage[] =
    u"ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµ"
    u"τΦΘΩδ∞φε∩"
    u"≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";
static_assert(std::size(kCodePage) == 129);

/** As JavaScript reads it, which knows what to make of bytes that are no UTF-8. */
std::string Decode(Napi::Env env, std::string_view bytes, bool utf8) {
  if (utf8) return Napi::String::New(env, bytes.data(), bytes.size());
  std::u16string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += byte < 128 ? static_cast<char16_t>(byte) : kCodePage[byte - 128];
  }
  return Napi::String::New(env, text);
}

/** A directory until it is closed: what is only collected would wait for a turn of the event loop, which a
 * program that reads file after file may not come to. */
using Held = std::unique_ptr<const array::ZipIndex>;

Held& TakeHeld(const Napi::Value& value) {
  if (value.IsExternal()) {
    const auto external = value.As<Napi::External<Held>>();
    if (external.CheckTypeTag(&kZipTag)) return *external.Data();
  }
  throw Napi::TypeError::New(value.Env(), "a zip directory is expected");
}

const array::ZipIndex& TakeIndex(const Napi::Value& value) {
  const Held& held = TakeHeld(value);
  if (!held) throw Napi::TypeError::New(value.Env(), "the zip directory was closed");
  return *held;
}

std::span<const uint32_t> TakeNumbers(const Napi::Value& value, const char* name) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint32_array)
    throw Napi::TypeError::New(value.Env(), std::string(name) + " must be a Uint32Array");
  const auto numbers = value.As<Napi::Uint32Array>();
  return {numbers.Data(), numbers.ElementLength()};
}

/** A Uint32Array. */
Napi::Value Numbers(Napi::Env env, std::span<const uint32_t> numbers) {
  Napi::ArrayBuffer buffer = NewBuffer(env, numbers.size_bytes(), true);
  if (!numbers.empty()) std::memcpy(buffer.Data(), numbers.data(), numbers.size_bytes());
  return Napi::Uint32Array::New(env, numbers.size(), buffer, 0);
}

/** indexZip(fd, start, size_bytes, count, file) */
Napi::Value IndexZip(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto decode = [env](std::string_view bytes, bool utf8) {
    const Napi::HandleScope scope(env);
    return Decode(env, bytes, utf8);
  };
  return Owned(env,
               Held(std::make_unique<const array::ZipIndex>(
                   static_cast<int>(TakeInteger(info[0], "fd")), TakeInteger(info[1], "start"),
                   TakeInteger(info[2], "size_bytes"), TakeInteger(info[3], "count"), decode,
                   TakeString(info[4], "file"))),
               kZipTag);
}

/** closeZip(index) */
Napi::Value CloseZip(const Napi::CallbackInfo& info) {
  TakeHeld(info[0]).reset();
  return info.Env().Undefined();
}

/** zipNames(index) */
Napi::Value ZipNames(const Napi::CallbackInfo& info) {
  const array::ZipIndex& index = TakeIndex(info[0]);
  Napi::Array out = Napi::Array::New(info.Env());
  uint32_t count = 0;
  for (size_t k = 0; k < index.count(); k++) {
    const Napi::HandleScope scope(info.Env());
    const std::string_view name = index.name(k);
    if (!index.Repeats(k)) out[count++] = Napi::String::New(info.Env(), name.data(), name.size());
  }
  return out;
}

/** zipRecord(index, name) */
Napi::Value ZipRecord(const Napi::CallbackInfo& info) {
  const array::ZipIndex& index = TakeIndex(info[0]);
  const auto found = index.Find(TakeString(info[1], "name"));
  if (!found) return info.Env().Undefined();
  const std::string_view record = index.record(*found);
  Napi::Object out = Napi::Object::New(info.Env());
  out["bytes"] = Napi::Buffer<char>::Copy(info.Env(), record.data(), record.size());
  out["header_offset"] = static_cast<double>(index.header_offset(*found));
  out["end"] = static_cast<double>(index.end(*found));
  return out;
}

/** The entries of some names, or all. */
std::vector<uint32_t> EntriesOf(const array::ZipIndex& index, const Napi::Value& value) {
  std::vector<uint32_t> out;
  if (value.IsUndefined()) {
    for (uint32_t k = 0; k < index.count(); k++) {
      if (index.Repeats(k)) index.Find(index.name(k));  // throws
      out.push_back(k);
    }
    return out;
  }
  const Napi::Array names = TakeList(value, "names");
  out.reserve(names.Length());
  for (uint32_t k = 0; k < names.Length(); k++) {
    const Napi::HandleScope scope(value.Env());
    out.push_back(static_cast<uint32_t>(index.Find(TakeString(names[k], "name")).value_or(kNone)));
  }
  return out;
}

/** orderZip(index, names) */
Napi::Value OrderZip(const Napi::CallbackInfo& info) {
  const array::ZipIndex& index = TakeIndex(info[0]);
  const std::vector<uint32_t> found = EntriesOf(index, info[1]);
  std::vector<uint32_t> positions;
  positions.reserve(found.size());
  for (uint32_t k = 0; k < found.size(); k++)
    if (found[k] != kNone) positions.push_back(k);
  const auto offset = [&](uint32_t position) { return index.header_offset(found[position]); };
  const auto before = [&](uint32_t a, uint32_t b) { return offset(a) < offset(b); };
  if (!std::is_sorted(positions.begin(), positions.end(), before))
    std::stable_sort(positions.begin(), positions.end(), before);
  std::vector<uint32_t> entries(positions.size());
  std::transform(positions.begin(), positions.end(), entries.begin(), [&](uint32_t k) { return found[k]; });
  Napi::Object out = Napi::Object::New(info.Env());
  out["positions"] = Numbers(info.Env(), positions);
  out["entries"] = Numbers(info.Env(), entries);
  return out;
}

/** readLittle(fd, index, entries, from, most_bytes, piece): four numbers for each member. */
Napi::Value ReadLittle(const Napi::CallbackInfo& info) {
  const std::span<const uint32_t> entries = TakeNumbers(info[2], "entries");
  const size_t from = std::min<size_t>(TakeInteger(info[3], "from"), entries.size());
  const os::Span piece = TakeBytes(info[5], "piece");
  const std::span<char> memory(static_cast<char*>(const_cast<void*>(piece.start)), piece.size_bytes);
  const auto members = array::ReadLittle(static_cast<int>(TakeInteger(info[0], "fd")), TakeIndex(info[1]),
                                         entries.subspan(from), TakeInteger(info[4], "most_bytes"), memory);
  size_t total = 0;
  std::vector<uint32_t> out;
  out.reserve(kPlace * members.size());
  for (const auto& member : members) {
    out.insert(out.end(), {member.start, member.head_size, member.size, member.is_like_last ? 1U : 0U});
    total += member.size;
  }
  os::GrowHeapAhead(total);  // for the buffers, one by one
  return Numbers(info.Env(), out);
}

/** takeLittle(piece, places, buffers): fills each buffer that is there with the elements of its member. */
Napi::Value TakeLittle(const Napi::CallbackInfo& info) {
  const os::Span piece = TakeBytes(info[0], "piece");
  const std::span<const uint32_t> places = TakeNumbers(info[1], "places");
  const Napi::Array buffers = TakeList(info[2], "buffers");
  const auto* from = static_cast<const char*>(piece.start);
  for (uint32_t k = 0; k < buffers.Length() && kPlace * (k + 1) <= places.size(); k++) {
    const Napi::HandleScope scope(info.Env());
    const std::span<const uint32_t> place = places.subspan(kPlace * k, kPlace);
    const Napi::Value buffer = buffers[k];
    if (!buffer.IsArrayBuffer()) continue;
    auto into = buffer.As<Napi::ArrayBuffer>();
    const uint64_t start = uint64_t{place[0]} + place[1];
    const uint64_t end = uint64_t{place[0]} + place[2];
    if (end > piece.size_bytes || start > end || end - start != into.ByteLength())
      throw Napi::RangeError::New(info.Env(), "a member must fill its buffer");
    if (start < end) std::memcpy(into.Data(), from + start, into.ByteLength());
  }
  return info.Env().Undefined();
}

}  // namespace

void AddZip(Napi::Object exports) {
  Add(exports, "indexZip", IndexZip);
  Add(exports, "closeZip", CloseZip);
  Add(exports, "zipNames", ZipNames);
  Add(exports, "zipRecord", ZipRecord);
  Add(exports, "orderZip", OrderZip);
  Add(exports, "readLittle", ReadLittle);
  Add(exports, "takeLittle", TakeLittle);
}

}  // namespace persist::binding
