#include "binding/writing_task.h"

#include "binding/arguments.h"

namespace persist::binding {

WritingTask::WritingTask(const Napi::Array& list, std::shared_ptr<JobControl> control, bool durable,
                         bool uncached)
    : control_(std::move(control)),
      how_{durable, control_.get(), uncached},
      list_(Napi::Persistent(list.As<Napi::Object>())) {}

WritingTask::~WritingTask() {
  if (control_) control_->Ended();
}

bool WritingTask::unmoved(const std::vector<os::Span>& spans) const {
  const Napi::Array list = list_.Value().As<Napi::Array>();
  for (uint32_t k = 0; k < spans.size(); k++) {
    const os::Span now = TakeBytes(TakeObject(list[k], "file").Get("data"), "data");
    if (now.size_bytes != spans[k].size_bytes || (now.size_bytes > 0 && now.start != spans[k].start))
      return false;
  }
  return true;
}

os::Error Detached(const std::string& path) {
  return os::Error("PERSIST_DETACHED", "a buffer was detached or shrunk while it was written to " + path,
                   path);
}

}  // namespace persist::binding
