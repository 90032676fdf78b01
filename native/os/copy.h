// Copies ranges from one file into another, in the kernel where it can.
#pragma once

#include <string>
#include <vector>

#include "os/control.h"

namespace persist::os {

struct RangeToCopy {
  off_t from;
  off_t to;
  size_t size_bytes;
};

/** Copies into an existing file made by this process. Throws TRUNCATED when `from` ends before, IO. */
void CopyRanges(int from, const std::string& from_path, const std::string& to_path,
                const std::vector<RangeToCopy>& ranges, Control* control);

}  // namespace persist::os
