#include "os/write.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "os/beneath.h"
#include "os/error.h"
#include "os/uncached.h"

namespace persist::os {
namespace {

constexpr size_t kPiece = size_t{8} << 20;
constexpr size_t kWorthReserving = size_t{1} << 20;
constexpr int kMostNames = 1'000'000;

void Reserve(const Fd& fd, off_t offset, size_t size_bytes, const std::string& path) {
  if (size_bytes < kWorthReserving) return;
  int result;
  do result = sys.fallocate(fd.get(), 0, offset, static_cast<off_t>(size_bytes));
  while (result != 0 && errno == EINTR);
  // A file system that cannot reserve still writes; NFS and FUSE say so in several ways.
  if (result != 0 && errno != EOPNOTSUPP && errno != ENOSYS && errno != EINVAL)
    throw SystemError("fallocate", path);
}

/** Writes `head` and `data` one after the other, from `offset` on, but for what is `done`. */
void WriteAt(const Fd& fd, off_t offset, Span head, Span data, size_t done, const How& how,
             const std::string& path) {
  const size_t total = head.size_bytes + data.size_bytes;
  const size_t piece = how.durable || how.control != nullptr ? kPiece : total;
  if (how.control != nullptr) how.control->Check();
  while (done < total) {
    iovec parts[2];
    const int count = PartsOf(head, data, done, piece, parts);
    const ssize_t written = sys.pwritev(fd.get(), parts, count, offset + static_cast<off_t>(done));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EFAULT) throw DetachedMeanwhile(path);
    if (written <= 0) throw SystemError("pwritev", path, written < 0 ? errno : EIO);
    // Only a start: the wait for all of it comes with fdatasync, which also reports what went wrong.
    if (how.durable && total > kPiece) {
      sys.sync_file_range(fd.get(), offset + static_cast<off_t>(done), written, SYNC_FILE_RANGE_WRITE);
    }
    done += static_cast<size_t>(written);
    if (how.control != nullptr) how.control->Advance(static_cast<uint64_t>(written));
  }
}

void SyncData(const Fd& fd, const std::string& path) {
  // Never retried: after a failure the system may have dropped the pages and call them clean.
  if (sys.fdatasync(fd.get()) != 0) throw SystemError("fdatasync", path);
}

/** The files made so far; removes them unless told to keep them. */
class Created {
 public:
  Created(const Fd& directory, const std::string& path) : directory_(directory), path_(path) {}
  Created(const Created&) = delete;
  Created& operator=(const Created&) = delete;
  ~Created() {
    for (const std::string& name : names_) sys.unlinkat(directory_.get(), name.c_str(), 0);
  }

  Fd Create(const NewFile& file) {
    names_.reserve(names_.size() + 1);  // nothing may fail between a file's making and its entry here
    for (int number = 1; number < kMostNames; number++) {
      std::string name = file.stem;
      if (number > 1) name.append("-").append(std::to_string(number));
      name += file.extension;
      const int fd = sys.openat(directory_.get(), name.c_str(),
                                O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
      if (fd >= 0) {
        names_.push_back(std::move(name));
        return Fd(fd);
      }
      if (errno != EEXIST && errno != EINTR) throw SystemError("openat", path_ + "/" + name);
    }
    throw Error("PERSIST_EXISTS", "no free name like " + file.stem + file.extension + " is left in " + path_,
                path_);
  }

  const std::string& last() const { return names_.back(); }
  std::vector<std::string> Keep() { return std::move(names_); }

 private:
  const Fd& directory_;
  const std::string& path_;
  std::vector<std::string> names_;
};

}  // namespace

Error DetachedMeanwhile(const std::string& path) {
  return Error("PERSIST_DETACHED", "a buffer was detached or shrunk while " + path + " was written", path);
}

int PartsOf(Span head, Span data, size_t from, size_t size_bytes, iovec (&parts)[2]) {
  int count = 0;
  size_t room = size_bytes;
  const auto add = [&](Span span, size_t skip) {
    if (skip >= span.size_bytes || room == 0) return;
    const size_t size = std::min(span.size_bytes - skip, room);
    parts[count++] = {const_cast<char*>(static_cast<const char*>(span.start)) + skip, size};
    room -= size;
  };
  add(head, from);
  add(data, from > head.size_bytes ? from - head.size_bytes : 0);
  return count;
}

std::vector<std::string> CreateFiles(const std::string& directory, const std::vector<NewFile>& files,
                                     const How& how) {
  const Fd at = OpenDirectory(directory);
  Created created(at, directory);
  UncachedWriter uncached;
  for (const NewFile& file : files) {
    const Fd fd = created.Create(file);
    const std::string path = directory + "/" + created.last();
    const Span head = {file.head.data(), file.head.size()};
    const size_t total = head.size_bytes + file.data.size_bytes;
    Reserve(fd, 0, total, path);
    const bool past_cache = how.uncached && how.durable && total >= kWorthReserving;
    const size_t done = past_cache ? uncached.Write(fd, head, file.data, how.control, path) : 0;
    WriteAt(fd, 0, head, file.data, done, how, path);
    if (how.durable) SyncData(fd, path);
  }
  if (how.durable && sys.fsync(at.get()) != 0) throw SystemError("fsync", directory);
  return created.Keep();
}

void WriteWhole(const Fd& file, Span head, Span data, const How& how, const std::string& path) {
  Reserve(file, 0, head.size_bytes + data.size_bytes, path);
  WriteAt(file, 0, head, data, 0, how, path);
  if (how.durable) SyncData(file, path);
}

void WriteRange(const Fd& file, const Range& range, const How& how, const std::string& path) {
  Reserve(file, range.offset, range.data.size_bytes, path);
  WriteAt(file, range.offset, {}, range.data, 0, how, path);
}

void WriteRanges(const std::string& path, const std::vector<Range>& ranges, const How& how) {
  const Fd fd(sys.openat(AT_FDCWD, path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0));
  if (!fd.valid()) throw SystemError("openat", path);
  WriteRanges(fd, path, ranges, how);
}

void WriteRanges(const Fd& file, const std::string& path, const std::vector<Range>& ranges, const How& how) {
  for (const Range& range : ranges) WriteRange(file, range, how, path);
  if (how.durable) SyncData(file, path);
}

}  // namespace persist::os
