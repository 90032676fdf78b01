// Memory for copies, and the copying, at once on the environment's thread.
#include "array/stream.h"
#include "binding/arguments.h"
#include "binding/environment.h"
#include "binding/functions.h"
#include "os/read.h"

namespace persist::binding {
namespace {

/** newBuffer(size_bytes) */
Napi::Value NewHugeBuffer(const Napi::CallbackInfo& info) {
  Napi::ArrayBuffer buffer = NewBuffer(info.Env(), TakeInteger(info[0], "size_bytes"), true);
  os::AdviseHuge(buffer.Data(), buffer.ByteLength());
  return buffer;
}

/** copyBytes(into, from) */
Napi::Value CopyBytes(const Napi::CallbackInfo& info) {
  const os::Span into = TakeBytes(info[0], "into");
  const os::Span from = TakeBytes(info[1], "from");
  if (from.size_bytes > into.size_bytes) throw Napi::RangeError::New(info.Env(), "there is more than fits");
  array::CopyPastCaches(const_cast<void*>(into.start), from.start, from.size_bytes);
  return info.Env().Undefined();
}

}  // namespace

void AddMemory(Napi::Object exports) {
  Add(exports, "newBuffer", NewHugeBuffer);
  Add(exports, "copyBytes", CopyBytes);
}

}  // namespace persist::binding
