// Jobs that read the caller's buffers.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "binding/task.h"
#include "os/write.h"

namespace persist::binding {

/** Holds the list that holds the buffers, each as `data` of an object, and looks afterwards whether they are
 * still there. */
class WritingTask : public Task {
 public:
  WritingTask(const Napi::Array& list, std::shared_ptr<JobControl> control, bool durable,
              bool uncached = false);
  ~WritingTask() override;

 protected:
  const os::How& how() const { return how_; }
  /** Whether each entry's `data` still is the memory that was written; its buffer may have been transferred
   * meanwhile. */
  bool unmoved(const std::vector<os::Span>& spans) const;

 private:
  std::shared_ptr<JobControl> control_;
  os::How how_;
  Napi::ObjectReference list_;
};

/** DETACHED. */
os::Error Detached(const std::string& path);

}  // namespace persist::binding
