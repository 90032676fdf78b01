#include "os/beneath.h"

#include <fcntl.h>

#include <vector>

#include "os/error.h"

namespace persist::os {
namespace {

/** The components of a relative path, or PATH_ESCAPE. */
std::vector<std::string> Components(const std::string& directory, const std::string& file) {
  const auto escape = [&](const char* why) {
    return Error("PERSIST_PATH_ESCAPE", "the file \"" + file + "\" is refused: " + why,
                 directory + "/" + file);
  };
  if (file.find('\0') != std::string::npos) throw escape("its name holds a zero byte");
  if (file.empty() || file[0] == '/') throw escape("a path relative to the archive is expected");
  std::vector<std::string> out;
  for (size_t from = 0; from <= file.size();) {
    const size_t to = std::min(file.find('/', from), file.size());
    std::string part = file.substr(from, to - from);
    if (part == "..") throw escape("it would leave the archive's directory");
    if (part.empty() && to == file.size()) throw escape("it names a directory");
    if (!part.empty() && part != ".") out.push_back(std::move(part));
    from = to + 1;
  }
  if (out.empty()) throw escape("it names the archive's directory itself");
  return out;
}

Error Refusal(const std::string& path, int error, bool last) {
  // With O_DIRECTORY | O_NOFOLLOW the system says ENOTDIR of a link; with O_NOFOLLOW alone, ELOOP.
  if (error == ELOOP)
    return Error("PERSIST_SYMLINK", path + " is a symbolic link; links are not followed", path);
  if (error == ENXIO || error == EISDIR) {
    return Error("PERSIST_NOT_REGULAR_FILE", path + " is not a regular file", path);
  }
  if (error == ENOTDIR && !last) return Error("PERSIST_NOT_REGULAR_FILE", path + " is not a directory", path);
  return SystemError("openat", path, error);
}

}  // namespace

Fd OpenDirectory(const std::string& path) {
  Fd out(sys.openat(AT_FDCWD, path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0));
  if (!out.valid()) throw SystemError("openat", path);
  return out;
}

Fd OpenBeneath(const std::string& directory, const std::string& file, bool writable) {
  const auto parts = Components(directory, file);
  Fd at = OpenDirectory(directory);
  std::string path = directory;
  for (size_t k = 0; k < parts.size(); k++) {
    const bool last = k + 1 == parts.size();
    path += "/" + parts[k];
    // O_PATH opens a link itself without following it, so that a link and a non-directory can be told apart.
    const int flags = last ? (writable ? O_RDWR : O_RDONLY) | O_NONBLOCK | O_NOCTTY : O_PATH;
    Fd next(sys.openat(at.get(), parts[k].c_str(), flags | O_NOFOLLOW | O_CLOEXEC, 0));
    if (!next.valid()) throw Refusal(path, errno, last);
    struct stat found;
    if (sys.fstat(next.get(), &found) != 0) throw SystemError("fstat", path);
    if (S_ISLNK(found.st_mode)) throw Refusal(path, ELOOP, last);
    if (!last && !S_ISDIR(found.st_mode)) throw Refusal(path, ENOTDIR, last);
    if (last && !S_ISREG(found.st_mode)) throw Refusal(path, EISDIR, last);
    at = std::move(next);
  }
  return at;
}

}  // namespace persist::os
