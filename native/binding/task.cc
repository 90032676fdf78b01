#include "binding/task.h"

#include "binding/environment.h"
#include "binding/owned.h"
#include "hdf5/thread.h"

namespace persist::binding {
namespace {

using Failure = std::optional<os::Error>;

Failure Attempt(Task& task) {
  try {
    task.Run();
    return std::nullopt;
  } catch (const os::Error& error) {
    return error;
  } catch (const std::exception& error) {
    return os::Error("PERSIST_LIMIT", error.what());  // the allocator's
  }
}

void Settle(Napi::Env env, const Napi::Promise::Deferred& deferred, Task& task, const Failure& failure) {
  try {
    if (failure) throw *failure;
    deferred.Resolve(task.Result(env));
  } catch (const os::Error& error) {
    deferred.Reject(ToJavaScript(env, error).Value());
  } catch (const Napi::Error& error) {
    deferred.Reject(error.Value());
  } catch (const std::exception& error) {
    deferred.Reject(ToJavaScript(env, os::Error("PERSIST_LIMIT", error.what())).Value());  // the allocator's
  }
}

class PoolWorker : public Napi::AsyncWorker {
 public:
  PoolWorker(Napi::Env env, std::unique_ptr<Task> task)
      : AsyncWorker(env, "persist-archive"), deferred_(env), task_(std::move(task)) {}
  Napi::Promise promise() const { return deferred_.Promise(); }

 protected:
  void Execute() override { failure_ = Attempt(*task_); }
  void OnOK() override { Settle(Env(), deferred_, *task_, failure_); }
  void OnError(const Napi::Error& error) override { deferred_.Reject(error.Value()); }

 private:
  Napi::Promise::Deferred deferred_;
  std::unique_ptr<Task> task_;
  Failure failure_;
};

const napi_type_tag kControlTag = {0x7065727369737420ULL, 0x636f6e74726f6c00ULL};
using Shared = std::shared_ptr<JobControl>;

}  // namespace

Napi::Promise RunInPool(Napi::Env env, std::unique_ptr<Task> task) {
  auto* worker = new PoolWorker(env, std::move(task));  // deletes itself
  worker->Queue();
  return worker->promise();
}

namespace {

/** A task on its way to the HDF5 thread and back. What brings it back is made before it goes, so that nothing
 * can fail there. */
struct Errand {
  Napi::Promise::Deferred deferred;
  std::shared_ptr<Mailbox> mailbox;
  std::unique_ptr<Task> task;
  Failure failure;
  std::unique_ptr<Mailbox::Message> way_back;  // which holds this errand, until it is posted
};

}  // namespace

Napi::Promise RunOnHdf5Thread(Napi::Env env, std::unique_ptr<Task> task) {
  const std::shared_ptr<Mailbox> mailbox = Environment::Of(env).mailbox;
  const auto errand = std::make_shared<Errand>(
      Errand{Napi::Promise::Deferred(env), mailbox, std::move(task), std::nullopt, nullptr});
  errand->way_back = std::make_unique<Mailbox::Message>([errand](Napi::Env here) {
    errand->mailbox->Arrived(here);
    Settle(here, errand->deferred, *errand->task, errand->failure);
  });
  try {
    hdf5::Post([errand] {
      errand->failure = Attempt(*errand->task);
      errand->mailbox->Post(std::move(errand->way_back));
    });
  } catch (...) {
    errand->way_back = nullptr;
    throw;
  }
  mailbox->Await(env);
  return errand->deferred.Promise();
}

Napi::Value RunFirstOnHdf5Thread(Napi::Env env, Task& task) {
  Failure failure;
  hdf5::RunFirst([&] { failure = Attempt(task); });
  if (failure) throw *failure;
  return task.Result(env);
}

JobControl::JobControl(Napi::Env env, Napi::Function on_progress)
    : mailbox_(Environment::Of(env).mailbox), watched_(!on_progress.IsEmpty()) {
  if (watched_) on_progress_ = Napi::Persistent(on_progress);
}

void JobControl::Changed() {
  if (!watched_ || posted_.exchange(true)) return;
  mailbox_->Post(std::make_unique<Mailbox::Message>([self = shared_from_this()](Napi::Env env) {
    self->posted_ = false;
    if (self->on_progress_.IsEmpty()) return;
    self->on_progress_.Call({Napi::Number::New(env, static_cast<double>(self->done_bytes()))});
  }));
}

Napi::Value JobControl::Wrap(Napi::Env env, Shared control) {
  // a job may outlive the environment, and its callback must not
  return Owned(env, std::make_unique<Shared>(std::move(control)), kControlTag,
               [](const Shared& owned) { owned->Ended(); });
}

Shared JobControl::Unwrap(const Napi::Value& value) {
  if (value.IsUndefined()) return nullptr;
  if (value.IsExternal() && value.As<Napi::External<Shared>>().CheckTypeTag(&kControlTag)) {
    return *value.As<Napi::External<Shared>>().Data();
  }
  throw Napi::TypeError::New(value.Env(), "a control is expected");
}

}  // namespace persist::binding
