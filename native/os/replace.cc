#include "os/replace.h"

#include <fcntl.h>

#include "os/error.h"

namespace persist::os {
namespace {

/** After the commit one question is left, whatever fails. */
void ConfirmCommit(const std::string& directory) {
  const auto unknown = [&](const char* syscall) {
    Error out = SystemError(syscall, directory);
    out.code = "PERSIST_DURABILITY_UNKNOWN";
    return out;
  };
  const Fd fd(sys.openat(AT_FDCWD, directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0));
  if (!fd.valid()) throw unknown("openat");
  if (sys.fsync(fd.get()) != 0) throw unknown("fsync");
}

void Rename(const Replacement& place, const Control* control) {
  const std::string from = place.directory + "/" + place.temporary;
  const std::string to = place.directory + "/" + place.name;
  if (control != nullptr) control->Check();
  if (sys.renameat(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str()) != 0) throw SystemError("renameat", to);
}

/** Creates a file, writes it, and does something with it while it is open. On failure it does not remain. */
template <typename Then>
void WriteAnd(const std::string& path, Span head, Span data, const How& how, Then then) {
  const Fd fd(sys.openat(AT_FDCWD, path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (!fd.valid()) throw SystemError("openat", path);
  try {
    WriteWhole(fd, head, data, how, path);
    then();
  } catch (...) {
    sys.unlinkat(AT_FDCWD, path.c_str(), 0);
    throw;
  }
}

}  // namespace

void WriteNew(const std::string& path, Span head, Span data, const How& how) {
  WriteAnd(path, head, data, how, [] {});
}

void Replace(const Replacement& place, Span head, Span data, const How& how) {
  const std::string path = place.directory + "/" + place.temporary;
  WriteAnd(path, head, data, how, [&] { Rename(place, how.control); });
  if (how.durable) ConfirmCommit(place.directory);
}

void Commit(const Replacement& place, const How& how) {
  Rename(place, how.control);
  if (how.durable) ConfirmCommit(place.directory);
}

}  // namespace persist::os
