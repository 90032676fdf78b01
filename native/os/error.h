// The one exception of the addon's lower floors; the binding turns it into a PersistError.
#pragma once

#include <cerrno>
#include <exception>
#include <string>

namespace persist::os {

struct Error : std::exception {
  std::string code;     // PERSIST_…
  std::string message;  // for people: what was found, what was expected
  std::string file;     // empty when there is none
  std::string syscall;  // empty when no system call failed
  int error = 0;        // errno of that call

  Error(std::string code, std::string message, std::string file = {})
      : code(std::move(code)), message(std::move(message)), file(std::move(file)) {}

  const char* what() const noexcept override { return message.c_str(); }
};

/** PERSIST_IO, or NOT_FOUND for ENOENT, of a system call that has just failed. */
Error SystemError(const char* syscall, const std::string& file, int error = errno);

/** The system's words for an errno. */
std::string Describe(int error);

}  // namespace persist::os
