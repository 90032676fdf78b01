// Mapped files as ArrayBuffers: one mapping, and any number of buffers over parts of it.
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "binding/arguments.h"
#include "binding/environment.h"
#include "binding/functions.h"
#include "binding/owned.h"
#include "os/fd.h"
#include "os/mapping.h"

namespace persist::binding {
namespace {

/** Node 20 refuses external buffers above this; for such mappings the file stays open, to be laid over V8's
 * own memory. */
constexpr uint64_t kLargestExternal = 0xffffffff;

/** Where the bytes come from. */
struct Source {
  uint64_t offset;
  bool shared;
  std::string file;
};

/** A mapping and the buffers over it. Shared by the handle and by each buffer: the last of them gives the
 * memory back. */
class MappedFile {
 public:
  MappedFile(int fd, size_t length, Source source)
      : source_(std::move(source)), mapping_(fd, source_.offset, length, source_.shared, source_.file) {
    if (length <= kLargestExternal) return;
    kept_ = os::Fd(::dup(fd));
    if (!kept_.valid()) throw os::SystemError("dup", source_.file);
  }

  const os::Mapping& mapping() const { return mapping_; }
  const Source& source() const { return source_; }
  /** The open file, where a buffer over all of it needs to be laid over. */
  const os::Fd& kept() const { return kept_; }

  void Remember(Napi::ArrayBuffer buffer) {
    if (buffers_.size() >= prune_at_) {
      std::erase_if(buffers_, [](auto& weak) { return weak.Value().IsEmpty(); });
      prune_at_ = std::max<size_t>(16, 2 * buffers_.size());
    }
    buffers_.push_back(Napi::Weak(buffer));
  }

  /** Throws TRUNCATED when the file was found cut short under the mapping. */
  void CheckWhole() const {
    if (!mapping_.torn()) return;
    throw os::Error("PERSIST_TRUNCATED",
                    source_.file + " was cut short while it was mapped; what is missing was read as zeros",
                    source_.file);
  }

  /** Detaches every buffer, then gives the memory back. */
  void Close(Napi::Env env) {
    if (!mapping_.mapped()) return;
    for (auto& weak : buffers_) {
      const Napi::HandleScope scope(env);
      Napi::ArrayBuffer buffer = weak.Value();
      if (!buffer.IsEmpty() && !buffer.IsDetached()) buffer.Detach();
    }
    buffers_.clear();
    mapping_.Unmap();
    kept_ = os::Fd();
    CheckWhole();
  }

 private:
  Source source_;
  os::Mapping mapping_;
  os::Fd kept_;
  std::vector<Napi::Reference<Napi::ArrayBuffer>> buffers_;  // weak
  size_t prune_at_ = 16;
};

using Shared = std::shared_ptr<MappedFile>;

const napi_type_tag kMappingTag = {0x7065727369737420ULL, 0x6d617070696e6700ULL};

/** Whether a finalizer has run since it was set to false. */
thread_local bool finalized;

Shared TakeMapping(const Napi::Value& value) {
  if (!value.IsExternal() || !value.As<Napi::External<Shared>>().CheckTypeTag(&kMappingTag)) {
    throw Napi::TypeError::New(value.Env(), "a mapping is expected");
  }
  return *value.As<Napi::External<Shared>>().Data();
}

/** An external buffer over a part of the mapping, or an empty value where the runtime refuses it. */
Napi::ArrayBuffer External(Napi::Env env, const Shared& mapped, uint64_t start, size_t length) {
  // Node runs the finalizer at once where it refuses the length (Node 20, over 4 GiB), and never where
  // external buffers are forbidden (Electron): so it only drops its share, and nothing is given back by hand.
  auto owned = std::make_unique<Shared>(mapped);
  napi_value buffer;
  finalized = false;
  const napi_status status = napi_create_external_arraybuffer(
      env, static_cast<char*>(mapped->mapping().data()) + start, length,
      [](node_api_nogc_env, void*, void* hint) {
        delete static_cast<Shared*>(hint);
        finalized = true;
      },
      owned.get(), &buffer);
  if (status == napi_ok || finalized) static_cast<void>(owned.release());
  if (status == napi_ok) return Napi::ArrayBuffer(env, buffer);
  if (env.IsExceptionPending()) env.GetAndClearPendingException();
  return Napi::ArrayBuffer();
}

/**
 * A buffer of V8's own with the file laid over its page-aligned inside: for Node 20, which refuses an
 * external buffer over 4 GiB. So much memory comes fresh from mmap and is not touched before it is read; V8
 * frees it, and what is laid over it goes with it. Gives where the part begins in the buffer.
 */
size_t LayOver(Napi::Env env, const MappedFile& mapped, uint64_t start, size_t length,
               Napi::ArrayBuffer& buffer) {
  const auto& [offset, shared, file] = mapped.source();
  if (!mapped.kept().valid()) throw os::Error("PERSIST_UNSUPPORTED", "this runtime cannot map " + file, file);
  const size_t page = os::Mapping::PageSize();
  const uint64_t from = offset + start;
  const size_t skip = from % page;
  const size_t whole = (skip + length + page - 1) / page * page;
  buffer = NewBuffer(env, whole + page, false);
  const auto address = reinterpret_cast<uintptr_t>(buffer.Data());
  const auto aligned = (address + page - 1) / page * page;
  os::Mapping::Over(reinterpret_cast<void*>(aligned), mapped.kept().get(), from - skip, whole, shared, file);
  return aligned - address + skip;
}

/** map(fd, offset, length, shared, file): the range must lie within the file and not be empty. */
Napi::Value Map(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Source source{TakeInteger(info[1], "offset"), TakeBoolean(info[3], "shared"), TakeString(info[4], "file")};
  auto mapped = std::make_shared<MappedFile>(static_cast<int>(TakeInteger(info[0], "fd")),
                                             TakeInteger(info[2], "length"), std::move(source));
  return Owned(env, std::move(mapped), kMappingTag);
}

Napi::Value CheckWhole(const Napi::CallbackInfo& info) {
  TakeMapping(info[0])->CheckWhole();
  return info.Env().Undefined();
}

/** view(mapping, start, length): { buffer, byteOffset } */
Napi::Value View(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const Shared mapped = TakeMapping(info[0]);
  const uint64_t start = TakeInteger(info[1], "start");
  const uint64_t length = TakeInteger(info[2], "length");
  const std::string& file = mapped->source().file;
  if (!mapped->mapping().mapped())
    throw os::Error("PERSIST_CLOSED", "the mapping of " + file + " was closed", file);
  mapped->CheckWhole();
  if (start > mapped->mapping().size_bytes() || length > mapped->mapping().size_bytes() - start ||
      length == 0) {
    throw Napi::RangeError::New(env, "a view must lie within its mapping");
  }
  Napi::ArrayBuffer buffer = External(env, mapped, start, length);
  const size_t offset = buffer.IsEmpty() ? LayOver(env, *mapped, start, length, buffer) : 0;
  mapped->Remember(buffer);
  Napi::Object out = Napi::Object::New(env);
  out["buffer"] = buffer;
  out["byteOffset"] = static_cast<double>(offset);
  return out;
}

Napi::Value Unmap(const Napi::CallbackInfo& info) {
  TakeMapping(info[0])->Close(info.Env());
  return info.Env().Undefined();
}

Napi::Value LiveMappings(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(os::Mapping::Live()));
}

}  // namespace

void AddMaps(Napi::Object exports) {
  Add(exports, "map", Map);
  Add(exports, "view", View);
  Add(exports, "checkWhole", CheckWhole);
  Add(exports, "unmap", Unmap);
  Add(exports, "liveMappings", LiveMappings);
}

}  // namespace persist::binding
