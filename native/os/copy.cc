#include "os/copy.h"

#include <algorithm>
#include <memory>

#include "os/error.h"
#include "os/fd.h"
#include "os/read.h"
#include "os/write.h"

namespace persist::os {
namespace {

constexpr size_t kPiece = size_t{8} << 20;
constexpr size_t kBuffer = size_t{1} << 20;

/** Through memory: where the file systems differ, or the kernel knows no better way. */
void CopyThroughMemory(int from, const std::string& from_path, const Fd& to, const std::string& to_path,
                       RangeToCopy range) {
  const auto buffer = std::make_unique_for_overwrite<char[]>(kBuffer);
  while (range.size_bytes > 0) {
    const size_t piece = std::min(range.size_bytes, kBuffer);
    ReadRange(from, static_cast<uint64_t>(range.from), buffer.get(), piece, nullptr, from_path);
    WriteRange(to, {range.to, {buffer.get(), piece}}, {}, to_path);
    range.from += static_cast<off_t>(piece);
    range.to += static_cast<off_t>(piece);
    range.size_bytes -= piece;
  }
}

}  // namespace

void CopyRanges(int from, const std::string& from_path, const std::string& to_path,
                const std::vector<RangeToCopy>& ranges, Control* control) {
  const Fd to(sys.openat(AT_FDCWD, to_path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0));
  if (!to.valid()) throw SystemError("openat", to_path);
  for (RangeToCopy range : ranges) {
    while (range.size_bytes > 0) {
      if (control != nullptr) control->Check();
      const size_t piece = std::min(range.size_bytes, kPiece);
      const ssize_t copied =
          sys.copy_file_range(from, &range.from, to.get(), &range.to, piece, 0);  // moves both offsets on
      if (copied < 0 && errno == EINTR) continue;
      if (copied < 0 && (errno == ENOSPC || errno == EIO || errno == EDQUOT))
        throw SystemError("copy_file_range", to_path);
      size_t done = static_cast<size_t>(std::max<ssize_t>(copied, 0));
      if (copied <= 0) {
        done = piece;
        CopyThroughMemory(from, from_path, to, to_path, {range.from, range.to, piece});
        range.from += static_cast<off_t>(piece);
        range.to += static_cast<off_t>(piece);
      }
      range.size_bytes -= done;
      if (control != nullptr) control->Advance(done);
    }
  }
}

}  // namespace persist::os
