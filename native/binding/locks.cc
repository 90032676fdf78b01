// Locks on bytes of files. Which byte means what, who queues in this process and for how long is JavaScript's
// (lib/disk/lock-file.ts).
#include "binding/arguments.h"
#include "binding/environment.h"
#include "binding/functions.h"
#include "binding/owned.h"
#include "os/lock.h"
#include "os/lock_wait.h"

namespace persist::binding {
namespace {

using File = std::shared_ptr<os::LockFile>;
using Wait = std::shared_ptr<os::LockWait>;

const napi_type_tag kFileTag = {0x7065727369737420ULL, 0x6c6f636b66696c65ULL};
const napi_type_tag kWaitTag = {0x7065727369737420ULL, 0x6c6f636b77616974ULL};

template <typename Shared>
Napi::Value Wrap(Napi::Env env, Shared shared, const napi_type_tag& tag) {
  return Owned(env, std::move(shared), tag);
}

template <typename Shared>
Shared& Unwrap(const Napi::Value& value, const napi_type_tag& tag) {
  if (!value.IsExternal() || !value.As<Napi::External<Shared>>().CheckTypeTag(&tag))
    throw Napi::TypeError::New(value.Env(), "a lock is expected");
  return *value.As<Napi::External<Shared>>().Data();
}

os::LockFile& TakeFile(const Napi::Value& value) {
  const File& file = Unwrap<File>(value, kFileTag);
  if (file == nullptr) throw os::Error("PERSIST_CLOSED", "the lock's file was closed");
  return *file;
}

/** From the second argument on: at, gate, exclusive. */
os::LockRequest TakeRequest(const Napi::CallbackInfo& info) {
  return {static_cast<off_t>(TakeInteger(info[1], "at")),
          info[2].IsUndefined() ? -1 : static_cast<off_t>(TakeInteger(info[2], "gate")),
          TakeBoolean(info[3], "exclusive")};
}

/** openLock(path): { handle, identity } */
Napi::Value OpenLock(const Napi::CallbackInfo& info) {
  const auto file = std::make_shared<os::LockFile>(TakeString(info[0], "path"));
  Napi::Object out = Napi::Object::New(info.Env());
  out["handle"] = Wrap(info.Env(), file, kFileTag);
  out["identity"] = file->identity();
  return out;
}

/** tryLock(handle, at, gate, exclusive) */
Napi::Value TryLock(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), TakeFile(info[0]).Try(TakeRequest(info)));
}

/** waitForLock(handle, at, gate, exclusive): { wait, held } */
Napi::Value WaitForLock(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  TakeFile(info[0]);
  const File file = Unwrap<File>(info[0], kFileTag);
  const Napi::Promise::Deferred deferred(env);
  const std::shared_ptr<Mailbox> mailbox = Environment::Of(env).mailbox;
  // The wait itself is found again by the environment's thread alone: there it is released last.
  const auto self = std::make_shared<std::weak_ptr<os::LockWait>>();
  const auto wait = std::make_shared<os::LockWait>(
      file, TakeRequest(info), [deferred, mailbox, self](bool held, const std::optional<os::Error>& failure) {
        mailbox->Post(
            std::make_unique<Mailbox::Message>([deferred, mailbox, self, held, failure](Napi::Env here) {
              mailbox->Arrived(here);
              Environment::Of(here).waits.erase(self->lock());
              if (failure)
                deferred.Reject(ToJavaScript(here, *failure).Value());
              else
                deferred.Resolve(Napi::Boolean::New(here, held));
            }));
      });
  *self = wait;
  wait->Start();
  Environment::Of(env).waits.insert(wait);
  mailbox->Await(env);
  Napi::Object out = Napi::Object::New(env);
  out["wait"] = Wrap(env, wait, kWaitTag);
  out["held"] = deferred.Promise();
  return out;
}

Napi::Value CancelWait(const Napi::CallbackInfo& info) {
  Unwrap<Wait>(info[0], kWaitTag)->Cancel();
  return info.Env().Undefined();
}

/** unlock(handle, at) */
Napi::Value Unlock(const Napi::CallbackInfo& info) {
  TakeFile(info[0]).Release(static_cast<off_t>(TakeInteger(info[1], "at")));
  return info.Env().Undefined();
}

/** closeLock(handle): drops what it holds. */
Napi::Value CloseLock(const Napi::CallbackInfo& info) {
  Unwrap<File>(info[0], kFileTag).reset();
  return info.Env().Undefined();
}

/** lockHolder(handle, at, gate, exclusive): { exclusive, pid } */
Napi::Value FindLockHolder(const Napi::CallbackInfo& info) {
  const os::LockHolder holder = TakeFile(info[0]).FindHolder(TakeRequest(info));
  Napi::Object out = Napi::Object::New(info.Env());
  out["exclusive"] = holder.exclusive;
  out["pid"] = static_cast<double>(holder.pid);
  return out;
}

/** writeLockNote(handle, line, text) */
Napi::Value WriteLockNote(const Napi::CallbackInfo& info) {
  TakeFile(info[0]).WriteNote(static_cast<int>(TakeInteger(info[1], "line")), TakeString(info[2], "text"));
  return info.Env().Undefined();
}

/** readLockNote(handle, line) */
Napi::Value ReadLockNote(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(),
                           TakeFile(info[0]).ReadNote(static_cast<int>(TakeInteger(info[1], "line"))));
}

}  // namespace

void AddLocks(Napi::Object exports) {
  Add(exports, "openLock", OpenLock);
  Add(exports, "tryLock", TryLock);
  Add(exports, "waitForLock", WaitForLock);
  Add(exports, "cancelWait", CancelWait);
  Add(exports, "unlock", Unlock);
  Add(exports, "closeLock", CloseLock);
  Add(exports, "lockHolder", FindLockHolder);
  Add(exports, "writeLockNote", WriteLockNote);
  Add(exports, "readLockNote", ReadLockNote);
}

}  // namespace persist::binding
