#include "os/error.h"

#include <system_error>

namespace persist::os {

std::string Describe(int error) { return std::generic_category().message(error); }

Error SystemError(const char* syscall, const std::string& file, int error) {
  Error out(error == ENOENT ? "PERSIST_NOT_FOUND" : "PERSIST_IO",
            std::string(syscall) + " failed on " + file + ": " + Describe(error), file);
  out.syscall = syscall;
  out.error = error;
  return out;
}

}  // namespace persist::os
