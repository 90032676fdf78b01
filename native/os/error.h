// The one exception of the addon's lower floors; the binding turns it into a PersistError.
#pragma once

#include <cerrno>
#include <exception>
#include <string>
#include <utility>

namespace persist::os {

struct Error : std::exception {
  std::string code;     // PERSIST_…
  std::string message;  // for people: what was found, what was expected
  std::string file;     // empty when there is none
  std::string syscall;  // empty when no system call failed
  int error = 0;        // errno of that call

  Error(std::string its_code, std::string its_message, std::string its_file = {})
      : code(std::move(its_code)), message(std::move(its_message)), file(std::move(its_file)) {}

  const char* what() const noexcept override { return message.c_str(); }
};

/** PERSIST_IO, or NOT_FOUND for ENOENT, of a system call that has just failed. */
Error SystemError(const char* syscall, const std::string& file, int error = errno);

/** The system's words for an errno. */
std::string Describe(int error);

}  // namespace persist::os
