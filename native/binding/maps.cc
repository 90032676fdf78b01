// Mapped files as ArrayBuffers.
#include <memory>

#include "binding/arguments.h"
#include "binding/environment.h"
#include "binding/functions.h"
#include "os/mapping.h"

namespace persist::binding {
namespace {

using Shared = std::shared_ptr<os::Mapping>;  // held by the buffer's finalizer
using Weak =
    std::weak_ptr<os::Mapping>;  // held by the handle that unmap is given: keeps nothing alive, cannot dangle

const napi_type_tag kHandleTag = {0x7065727369737420ULL, 0x6d617070696e6700ULL};

/** Whether the last finalizer call came from inside napi_create_external_arraybuffer. */
thread_local bool finalized;

/**
 * An ArrayBuffer of V8's own with the file laid over its page-aligned inside: for Node 20, which refuses an
 * external buffer over 4 GiB. So much memory comes fresh from mmap and is not touched before it is read.
 */
Napi::Value Overlay(Napi::Env env, int fd, uint64_t offset, size_t length, bool shared,
                    const std::string& file) {
  const size_t page = os::Mapping::PageSize();
  const size_t skip = offset % page;
  const size_t mapped = (skip + length + page - 1) / page * page;
  Napi::ArrayBuffer buffer = Napi::ArrayBuffer::New(env, mapped + page);
  const auto start = reinterpret_cast<uintptr_t>(buffer.Data());
  const auto aligned = (start + page - 1) / page * page;
  os::Mapping::Over(reinterpret_cast<void*>(aligned), fd, offset - skip, mapped, shared, file);
  Napi::Object out = Napi::Object::New(env);
  out["buffer"] = buffer;
  out["byteOffset"] = static_cast<double>(aligned - start + skip);
  return out;
}

/** map(fd, offset, length, shared, file): see lib/native.ts. The range must lie within the file and not be
 * empty. */
Napi::Value Map(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const int fd = static_cast<int>(TakeInteger(info[0], "fd"));
  const uint64_t offset = TakeInteger(info[1], "offset");
  const size_t length = TakeInteger(info[2], "length");
  const bool shared = TakeBoolean(info[3], "shared");
  const std::string file = TakeString(info[4], "file");
  const auto mapping = std::make_shared<os::Mapping>(fd, offset, length, shared, file);
  // Node runs the finalizer at once where it refuses the length (Node 20, over 4 GiB), and never where
  // external buffers are forbidden (Electron): so it only drops its share, and nothing is given back by hand.
  auto owned = std::make_unique<Shared>(mapping);
  napi_value buffer;
  finalized = false;
  const napi_status status = napi_create_external_arraybuffer(
      env, mapping->data(), length,
      [](node_api_nogc_env, void*, void* hint) {
        delete static_cast<Shared*>(hint);
        finalized = true;
      },
      owned.get(), &buffer);
  if (status == napi_ok || finalized) static_cast<void>(owned.release());
  if (status != napi_ok) {
    mapping->Unmap();
    if (env.IsExceptionPending()) env.GetAndClearPendingException();
    return Overlay(env, fd, offset, length, shared, file);
  }
  Napi::Object out = Napi::Object::New(env);
  out["buffer"] = Napi::Value(env, buffer);
  out["byteOffset"] = 0;
  auto handle =
      Napi::External<Weak>::New(env, new Weak(mapping), [](Napi::BasicEnv, Weak* weak) { delete weak; });
  handle.TypeTag(&kHandleTag);
  out["handle"] = handle;
  return out;
}

/** unmap(buffer, handle) */
Napi::Value Unmap(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsArrayBuffer()) throw Napi::TypeError::New(env, "buffer must be an ArrayBuffer");
  auto buffer = info[0].As<Napi::ArrayBuffer>();
  if (buffer.IsDetached()) return env.Undefined();
  if (info[1].IsUndefined()) {
    buffer.Detach();  // laid over: V8 frees its memory, and the mapping goes with it
    return env.Undefined();
  }
  if (!info[1].IsExternal() || !info[1].As<Napi::External<Weak>>().CheckTypeTag(&kHandleTag)) {
    throw Napi::TypeError::New(env, "handle must be one that map gave");
  }
  const Shared mapping = info[1].As<Napi::External<Weak>>().Data()->lock();
  if (!mapping || mapping->data() != buffer.Data())
    throw Napi::TypeError::New(env, "handle is not of this buffer");
  buffer.Detach();
  mapping->Unmap();
  return env.Undefined();
}

Napi::Value LiveMappings(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(os::Mapping::Live()));
}

}  // namespace

void AddMaps(Napi::Object exports) {
  Add(exports, "map", Map);
  Add(exports, "unmap", Unmap);
  Add(exports, "liveMappings", LiveMappings);
}

}  // namespace persist::binding
