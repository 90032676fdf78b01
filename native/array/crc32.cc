#include "array/crc32.h"

#include <fcntl.h>

#include <algorithm>

#include "array/deflate.h"
#include "os/error.h"
#include "os/fd.h"
#include "os/read.h"

namespace persist::array {
namespace {

constexpr size_t kPiece = size_t{1} << 18;  // stays in the cache between reading and summing

}  // namespace

std::vector<uint32_t> ChecksumRanges(const std::string& path, const std::vector<FileRange>& ranges,
                                     os::Control* control) {
  const os::Fd fd(os::sys.openat(AT_FDCWD, path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0));
  if (!fd.valid()) throw os::SystemError("openat", path);
  std::vector<unsigned char> piece(kPiece);
  std::vector<uint32_t> out;
  out.reserve(ranges.size());
  for (const FileRange& range : ranges) {
    uint32_t crc = 0;
    for (uint64_t done = 0; done < range.size_bytes;) {
      if (control != nullptr) control->Check();
      const auto size = static_cast<size_t>(std::min<uint64_t>(range.size_bytes - done, kPiece));
      os::ReadRange(fd.get(), range.offset + done, piece.data(), size, nullptr, path);
      crc = Crc32(crc, piece.data(), size);
      done += size;
    }
    out.push_back(crc);
  }
  return out;
}

}  // namespace persist::array
