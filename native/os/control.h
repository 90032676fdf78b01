// What the two sides of a running job share: a wish to stop, and how far it is.
#pragma once

#include <atomic>
#include <cstdint>

#include "os/error.h"

namespace persist::os {

class Control {
 public:
  Control() = default;
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;
  virtual ~Control() = default;

  void Abort() { aborted_ = true; }
  uint64_t done_bytes() const { return done_bytes_; }

  /** Counts bytes that are done; called by the worker between two pieces. Throws when the job is to stop. */
  void Advance(uint64_t bytes) {
    done_bytes_ += bytes;
    Changed();
    Check();
  }

  void Check() const {
    if (aborted_) throw Error("PERSIST_CLOSED", "the operation was aborted");
  }

 protected:
  virtual void Changed() {}

 private:
  std::atomic<bool> aborted_{false};
  std::atomic<uint64_t> done_bytes_{0};
};

}  // namespace persist::os
