// What the addon keeps for each JavaScript environment (the main thread, and each worker that loads it).
#pragma once

#include <napi.h>

#include <functional>
#include <memory>
#include <mutex>
#include <set>

#include "os/error.h"
#include "os/lock_wait.h"

namespace persist::binding {

/**
 * Brings calls from other threads to the environment's own. Calls that come after its end are dropped, unrun,
 * where they were posted: so they must hold nothing that only the environment's thread may release.
 */
class Mailbox {
 public:
  using Message = std::function<void(Napi::Env)>;

  explicit Mailbox(Napi::Env env);
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  /** From any thread. */
  void Post(std::unique_ptr<Message> message);

  /** On the environment's thread: an awaited message keeps the process alive, others do not. */
  void Await(Napi::Env env);
  void Arrived(Napi::Env env);

  /** On the environment's thread, as it ends. */
  void Close();

 private:
  static void Deliver(napi_env env, napi_value, void*, void* data);

  std::mutex mutex_;
  napi_threadsafe_function function_ = nullptr;
  int awaited_ = 0;
};

struct Environment {
  explicit Environment(Napi::Env env);

  static Environment& Of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

  Napi::FunctionReference persist_error;
  /** lib/native.ts's newBuffer. */
  Napi::FunctionReference new_buffer;
  std::shared_ptr<Mailbox> mailbox;
  /** Those under way, which end with the environment. */
  std::set<std::shared_ptr<os::LockWait>> waits;
};

/**
 * Memory for a result, of the engine's own: `unfilled` where every byte of it will be written. Throws LIMIT
 * where there is not so much, while Node-API's own function would end the process.
 */
Napi::ArrayBuffer NewBuffer(Napi::Env env, size_t size_bytes, bool unfilled);

/** The PersistError that says what an exception of the lower floors says. */
Napi::Error ToJavaScript(Napi::Env env, const os::Error& error);

/** Runs a function body, turning its exceptions into JavaScript's. */
template <typename Body>
auto Guarded(Napi::Env env, Body body) -> decltype(body()) {
  try {
    return body();
  } catch (const os::Error& error) {
    throw ToJavaScript(env, error);
  } catch (const std::bad_alloc&) {
    throw ToJavaScript(env, os::Error("PERSIST_LIMIT", "out of memory"));
  }
}

}  // namespace persist::binding
