// The addon's entry point.
#include <napi.h>

#include "binding/environment.h"
#include "binding/functions.h"
#include "binding/task.h"

namespace persist::binding {
namespace {

/** initialize(PersistError, newBuffer): the class of which errors are made, and what makes memory for
 * results. */
Napi::Value Initialize(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  environment.persist_error = Napi::Persistent(info[0].As<Napi::Function>());
  environment.new_buffer = Napi::Persistent(info[1].As<Napi::Function>());
  return info.Env().Undefined();
}

Napi::Value CreateControl(const Napi::CallbackInfo& info) {
  const Napi::Function watcher = info[0].IsFunction() ? info[0].As<Napi::Function>() : Napi::Function();
  return JobControl::Wrap(info.Env(), std::make_shared<JobControl>(info.Env(), watcher));
}

Napi::Value Abort(const Napi::CallbackInfo& info) {
  if (const auto control = JobControl::Unwrap(info[0])) control->Abort();
  return info.Env().Undefined();
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new Environment(env));
  Add(exports, "initialize", Initialize);
  Add(exports, "createControl", CreateControl);
  Add(exports, "abort", Abort);
  AddOpens(exports);
  AddFiles(exports);
  AddReplace(exports);
  AddChecksums(exports);
  AddReads(exports);
  AddZip(exports);
  AddZipWrites(exports);
  AddMaps(exports);
  AddMemory(exports);
  AddLocks(exports);
  AddHdf5(exports);
  AddHdf5Reads(exports);
  AddHdf5Chunks(exports);
  AddDiagnostics(exports);
  return exports;
}

}  // namespace

void Add(Napi::Object exports, const char* name, Napi::Value (*body)(const Napi::CallbackInfo&)) {
  exports[name] = Napi::Function::New(
      exports.Env(),
      [](const Napi::CallbackInfo& info) {
        const auto call = reinterpret_cast<Napi::Value (*)(const Napi::CallbackInfo&)>(info.Data());
        return Guarded(info.Env(), [&] { return call(info); });
      },
      name, reinterpret_cast<void*>(body));
}

NODE_API_MODULE(persist_archive, Init)

}  // namespace persist::binding
