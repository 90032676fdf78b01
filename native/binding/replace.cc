// Putting files in the place of others.
#include "os/replace.h"

#include "binding/arguments.h"
#include "binding/functions.h"
#include "binding/task.h"

namespace persist::binding {
namespace {

os::Replacement TakePlace(const Napi::CallbackInfo& info) {
  return {TakeString(info[0], "directory"), TakeString(info[1], "temporary"), TakeString(info[2], "name")};
}

class PlacingTask : public Task {
 public:
  PlacingTask(os::Replacement place, bool durable, std::shared_ptr<JobControl> control)
      : place_(std::move(place)), control_(std::move(control)), how_{durable, control_.get()} {}
  ~PlacingTask() override {
    if (control_) control_->Ended();
  }
  void Run() override { os::Commit(place_, how_); }
  Napi::Value Result(Napi::Env env) override { return env.Undefined(); }

 protected:
  const os::Replacement& place() const { return place_; }
  const os::How& how() const { return how_; }

 private:
  os::Replacement place_;
  std::shared_ptr<JobControl> control_;
  os::How how_;
};

/** A small file: its bytes are copied here and now, so that what becomes of the caller's buffer does not
 * matter. */
class ReplacingTask : public PlacingTask {
 public:
  ReplacingTask(os::Replacement place, os::Span head, os::Span data, bool durable,
                std::shared_ptr<JobControl> control)
      : PlacingTask(std::move(place), durable, std::move(control)) {
    content_.reserve(head.size_bytes + data.size_bytes);
    content_.append(static_cast<const char*>(head.start), head.size_bytes);
    content_.append(static_cast<const char*>(data.start), data.size_bytes);
  }
  void Run() override { os::Replace(place(), {}, {content_.data(), content_.size()}, how()); }

 private:
  std::string content_;
};

Napi::Value ReplaceFile(const Napi::CallbackInfo& info) {
  return RunInPool(info.Env(), std::make_unique<ReplacingTask>(
                                   TakePlace(info), TakeBytes(info[3], "head"), TakeBytes(info[4], "data"),
                                   TakeBoolean(info[5], "durable"), JobControl::Unwrap(info[6])));
}

Napi::Value ReplaceFileSync(const Napi::CallbackInfo& info) {
  os::Replace(TakePlace(info), TakeBytes(info[3], "head"), TakeBytes(info[4], "data"), {});
  return info.Env().Undefined();
}

Napi::Value CommitSync(const Napi::CallbackInfo& info) {
  os::Commit(TakePlace(info), {});
  return info.Env().Undefined();
}

Napi::Value Commit(const Napi::CallbackInfo& info) {
  return RunInPool(info.Env(), std::make_unique<PlacingTask>(TakePlace(info), TakeBoolean(info[3], "durable"),
                                                             JobControl::Unwrap(info[4])));
}

}  // namespace

void AddReplace(Napi::Object exports) {
  Add(exports, "replaceFile", ReplaceFile);
  Add(exports, "replaceFileSync", ReplaceFileSync);
  Add(exports, "commitFile", Commit);
  Add(exports, "commitFileSync", CommitSync);
}

}  // namespace persist::binding
