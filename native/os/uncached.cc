#include "os/uncached.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>

#include "os/error.h"
#include "os/read.h"

namespace persist::os {
namespace {

constexpr size_t kBlock = 4096;                // no disk wants larger ones
constexpr size_t kHugePage = size_t{2} << 20;  // memory in few parts: each costs the device
constexpr size_t kWindow = size_t{8} << 20;
constexpr size_t kMemory = kWindow + kHugePage;  // so that the window can begin at a huge page

/** A file's descriptor without its cache, for as long as this lives. */
class WithoutCache {
 public:
  explicit WithoutCache(const Fd& file) : file_(file), works_(sys.set_flags(file.get(), O_DIRECT) == 0) {}
  WithoutCache(const WithoutCache&) = delete;
  WithoutCache& operator=(const WithoutCache&) = delete;
  ~WithoutCache() {
    if (works_) sys.set_flags(file_.get(), 0);
  }
  bool works() const { return works_; }

 private:
  const Fd& file_;
  bool works_;
};

}  // namespace

UncachedWriter::~UncachedWriter() {
  if (memory_ != nullptr) sys.munmap(memory_, kMemory);
}

bool UncachedWriter::MakeWindow() {
  if (memory_ != nullptr) return true;
  void* got = sys.mmap(nullptr, kMemory, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (got == MAP_FAILED) return false;
  memory_ = got;
  const auto skip = (kHugePage - reinterpret_cast<uintptr_t>(got) % kHugePage) % kHugePage;
  window_ = static_cast<char*>(got) + skip;
  AdviseHuge(window_, kWindow);
  return true;
}

/** False where the system does not let a process read its own memory in this way. */
bool UncachedWriter::Fill(Span head, Span data, size_t from, size_t size_bytes, const std::string& path) {
  iovec parts[2];
  const int count = PartsOf(head, data, from, size_bytes, parts);
  const ssize_t got = sys.read_memory({window_, size_bytes}, parts, static_cast<unsigned long>(count));
  if (got < 0 && errno != EFAULT) return false;
  if (got != static_cast<ssize_t>(size_bytes)) throw DetachedMeanwhile(path);
  return true;
}

size_t UncachedWriter::Write(const Fd& file, Span head, Span data, Control* control,
                             const std::string& path) {
  const size_t total = (head.size_bytes + data.size_bytes) / kBlock * kBlock;
  size_t done = 0;
  if (!MakeWindow()) return done;
  const WithoutCache uncached(file);
  if (!uncached.works()) return done;
  while (done < total) {
    if (control != nullptr) control->Check();
    const size_t piece = std::min(kWindow, total - done);
    if (!Fill(head, data, done, piece, path)) break;
    const iovec part = {window_, piece};
    ssize_t written;
    do written = sys.pwritev(file.get(), &part, 1, static_cast<off_t>(done));
    while (written < 0 && errno == EINTR);
    if (written < 0 && errno == EINVAL)
      break;  // a file system that wants larger blocks, or promised too much
    if (written <= 0) throw SystemError("pwritev", path, written < 0 ? errno : EIO);
    done += static_cast<size_t>(written);
    if (control != nullptr) control->Advance(static_cast<uint64_t>(written));
    if (done % kBlock != 0) break;
  }
  return done;
}

}  // namespace persist::os
