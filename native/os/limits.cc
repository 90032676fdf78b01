#include "os/limits.h"

#include <sys/resource.h>

#include <fstream>
#include <string>

#include "os/error.h"

namespace persist::os {
namespace {

void Set(decltype(RLIMIT_DATA) what, rlim_t most) {
  const rlimit limit = {most, most};
  if (::setrlimit(what, &limit) != 0) throw SystemError("setrlimit", "this process");
}

/** Private memory that this process can write, as the system counts it. */
uint64_t DataBytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind("VmData:", 0) == 0) return std::stoull(line.substr(7)) * 1024;
  throw Error("PERSIST_IO", "/proc/self/status does not say how much memory there is", "/proc/self/status");
}

uint64_t UsedSeconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return static_cast<uint64_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + 1;
}

}  // namespace

void LimitProcess(uint64_t memory_bytes, uint64_t cpu_s) {
  Set(RLIMIT_CORE, 0);
  Set(RLIMIT_FSIZE, 0);
  Set(RLIMIT_CPU, UsedSeconds() + cpu_s);
  Set(RLIMIT_DATA, DataBytes() + memory_bytes);
}

}  // namespace persist::os
