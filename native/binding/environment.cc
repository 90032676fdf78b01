#include "binding/environment.h"

#include "os/heap.h"

namespace persist::binding {

Mailbox::Mailbox(Napi::Env env) {
  const napi_value name = Napi::String::New(env, "persist-archive");
  napi_status status = napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr,
                                                       nullptr, Deliver, &function_);
  if (status == napi_ok) status = napi_unref_threadsafe_function(env, function_);
  if (status != napi_ok) throw Napi::Error::New(env);
}

void Mailbox::Post(std::unique_ptr<Message> message) {
  std::lock_guard lock(mutex_);
  if (function_ == nullptr) return;
  if (napi_call_threadsafe_function(function_, message.get(), napi_tsfn_nonblocking) == napi_ok)
    static_cast<void>(message.release());
}

void Mailbox::Deliver(napi_env env, napi_value, void*, void* data) {
  const std::unique_ptr<Message> message(static_cast<Message*>(data));
  if (env == nullptr) return;
  const Napi::Env here(env);
  const Napi::HandleScope scope(here);
  try {
    (*message)(here);
  } catch (const Napi::Error& error) {
    error.ThrowAsJavaScriptException();  // from a callback of the user's: an uncaught exception
  }
}

void Mailbox::Await(Napi::Env env) {
  if (awaited_++ == 0) napi_ref_threadsafe_function(env, function_);
}

void Mailbox::Arrived(Napi::Env env) {
  if (--awaited_ == 0) napi_unref_threadsafe_function(env, function_);
}

void Mailbox::Close() {
  std::lock_guard lock(mutex_);
  if (function_ != nullptr) napi_release_threadsafe_function(function_, napi_tsfn_abort);
  function_ = nullptr;
}

Environment::Environment(Napi::Env env) : mailbox(std::make_shared<Mailbox>(env)) {
  // Clean-up hooks run last in, first out: this one comes before the one that ends the thread-safe function.
  env.AddCleanupHook([this] {
    mailbox->Close();
    for (const auto& wait : waits) wait->Cancel();
  });
}

Napi::ArrayBuffer NewBuffer(Napi::Env env, size_t size_bytes, bool unfilled) {
  if (unfilled) os::GrowHeapAhead(size_bytes);
  return Environment::Of(env)
      .new_buffer
      .Call({Napi::Number::New(env, static_cast<double>(size_bytes)), Napi::Boolean::New(env, unfilled)})
      .As<Napi::ArrayBuffer>();
}

namespace {

Napi::Error MakeError(Napi::Env env, const os::Error& error) {
  const Environment& environment = Environment::Of(env);
  const Napi::String message = Napi::String::New(env, error.message);
  if (environment.persist_error.IsEmpty()) return Napi::Error::New(env, error.message);
  Napi::Object details = Napi::Object::New(env);
  if (!error.file.empty()) details["file"] = error.file;
  if (!error.syscall.empty()) {
    details["syscall"] = error.syscall;
    details["errno"] = error.error;
  }
  return Napi::Error(env,
                     environment.persist_error.New({Napi::String::New(env, error.code), message, details}));
}

}  // namespace

Napi::Error ToJavaScript(Napi::Env env, const os::Error& error) {
  try {
    return MakeError(env, error);
  } catch (const std::bad_alloc&) {  // its texts are copied on the way
    return MakeError(env, os::Error("PERSIST_LIMIT", "out of memory"));
  }
}

}  // namespace persist::binding
