// Reads damaged HDF5 files by the million, or puts datasets into them, as the addon does, below its binding,
// under AddressSanitizer and UndefinedBehaviorSanitizer:
//
//     fuzz_hdf5 read|write KEEP RUNS SEED FIXTURE...    fuzz_hdf5 again FILE NAME...
//
// The second puts datasets of such names into a file, or without names reads it. A child takes ten thousand
// files. One that dies is counted by what it died of; the first files of each kind
// are kept in the directory KEEP, and the next child goes on behind it. The exit code is 1 where a fault is
// one of ours and not of the HDF5 library.
#include <fcntl.h>
#include <sanitizer/common_interface_defs.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <sstream>

#include "fuzz-hdf5-damage.h"
#include "hdf5/attributes.h"
#include "hdf5/create.h"
#include "hdf5/driver.h"
#include "hdf5/list.h"
#include "hdf5/thread.h"
#include "hdf5/virtual.h"

namespace {

namespace fuzz = persist::fuzz;
namespace hdf5 = persist::hdf5;
namespace os = persist::os;

constexpr uint32_t kFilesOfChild = 10000;
constexpr time_t kLimitS = 2;        // of processor time for a file
constexpr unsigned kPatienceS = 60;  // for a file at which a child waits
constexpr size_t kMostAtOnce = size_t{320} << 20;
constexpr size_t kMostDatasets = 20;
constexpr int kKeptOfKind = 3;

/** What a child tells, also when it dies. */
struct Progress {
  uint32_t file;
  uint64_t listed;
  uint64_t read;
  uint64_t written;
  char names[2048];  // that are being written
};
Progress* progress;

/** A fault that the sanitizers do not know, as they report theirs. */
[[noreturn]] void Report(const char* what) {
  std::fprintf(stderr, "ERROR: Fuzzing: %s\n", what);
  __sanitizer_print_stack_trace();
  std::_Exit(1);
}

/** Does what throws only errors of ours. */
void Attempt(const std::function<void()>& work) {
  try {
    work();
  } catch (const os::Error&) {
    // as it should be
  } catch (const std::exception& error) {
    Report(error.what());
  }
}

void ReadDataset(hdf5::File& file, const std::string& name) {
  const hdf5::Dataset dataset = hdf5::Describe(hdf5::OpenDataset(file, name), file, name);
  hdf5::AttributesOf(dataset.id, file);
  if (dataset.offset && !dataset.element.text) return;  // read by its place
  for (const uint64_t step : {uint64_t{1}, uint64_t{2}}) {
    std::vector<hdf5::Range> ranges;
    for (const uint64_t extent : dataset.shape) ranges.push_back({0, step, (extent + step - 1) / step});
    Attempt([&] { hdf5::ReadAny(dataset, ranges, file, nullptr), progress->read++; });
  }
}

void ReadFile(const std::string& path) {
  Attempt([&] {
    hdf5::File file(path, hdf5::Mode::kRead);
    std::vector<hdf5::Listed> all = hdf5::ListDatasets(file, hdf5::Wanted::kAttributesToo, nullptr);
    progress->listed += all.size();
    all.resize(std::min(all.size(), kMostDatasets));
    for (const hdf5::Listed& one : all) Attempt([&] { ReadDataset(file, one.name); });
  });
}

/** What is written: in one piece or for chunks, with a text that lies in a heap. */
hdf5::NewDataset New(const std::string& name, bool has_chunks) {
  hdf5::NewDataset out;
  out.name = name;
  out.descr = persist::array::ParseDescr("<f8");
  out.shape = {4};
  hdf5::NewAttribute unit;
  unit.name = "unit";
  unit.is_text = true;
  unit.strings = {"m"};
  out.attributes.push_back(unit);
  if (has_chunks)
    out.chunks = {{2}, true, 1, false};
  else
    out.content = std::string(32, 'x');
  return out;
}

/** What was written must be there. */
void CheckWritten(const std::string& path, const std::vector<hdf5::NewDataset>& all) {
  try {
    const hdf5::File file(path, hdf5::Mode::kRead);
    for (const hdf5::NewDataset& one : all) {
      const hdf5::Dataset dataset = hdf5::Describe(hdf5::OpenDataset(file, one.name), file, one.name);
      if (dataset.problem) throw os::Error(*dataset.problem);
      if (dataset.element.descr != "<f8" || dataset.shape != one.shape) Report("another dataset is there");
      if (hdf5::AttributesOf(dataset.id, file).size() != 1) Report("an attribute is not there");
      if (!one.chunks && file.ReadUpTo(*dataset.offset - file.base(), 32) != one.content)
        Report("other bytes are there");
    }
  } catch (const os::Error& error) {
    Report(error.what());
  }
}

void Write(const std::string& path, const std::vector<std::string>& names) {
  std::vector<hdf5::NewDataset> all;
  for (const std::string& name : names) all.push_back(New(name, all.size() % 2 == 1));
  Attempt([&] {
    hdf5::AddToFile(path, all, nullptr);
    CheckWritten(path, all);
    progress->written++;
  });
}

/** Has the calls of the library made where the addon makes them, with the signal for those that take long. */
void Prepare() {
  hdf5::RunFirst([] {
    struct sigaction action {};
    action.sa_handler = [](int) { Report("over two seconds"); };
    sigaction(SIGPROF, &action, nullptr);
  });
  sigset_t profiling;
  sigemptyset(&profiling);
  sigaddset(&profiling, SIGPROF);
  pthread_sigmask(SIG_BLOCK, &profiling, nullptr);
}

/** On the thread where the library is called: writes datasets of such names, or reads where there are none. */
void UseInTime(const std::string& path, const std::vector<std::string>& names) {
  const itimerval limit = {{}, {kLimitS, 0}};
  setitimer(ITIMER_PROF, &limit, nullptr);
  if (names.empty())
    ReadFile(path);
  else
    Write(path, names);
  hdf5::TakeFailure();
}

/** A file in memory. */
class Scratch {
 public:
  void Fill(const std::string& bytes) const {
    if (ftruncate(fd_, 0) != 0 || pwrite(fd_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
      Report("the file could not be written");
  }
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_ = memfd_create("damaged", MFD_CLOEXEC);
};

/** The names to write to a file of a number: new ones, and such as the undamaged file has. */
std::vector<std::string> NamesFor(uint32_t number, const std::vector<std::string>& known) {
  std::mt19937 random(number);
  std::vector<std::string> out;
  for (size_t count = 1 + random() % 3; count > 0; count--) {
    std::string name = known.empty() ? "" : known[random() % known.size()];
    const size_t slash = name.rfind('/');
    const std::string group = slash == std::string::npos ? "" : name.substr(0, slash + 1);
    if (name.empty() || random() % 2 == 0) name = group + (random() % 3 == 0 ? "new group/new" : "new");
    if (random() % 8 == 0) name += std::string(1 + random() % 300, 'n');
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  }
  return out;
}

std::vector<std::vector<std::string>> NamesIn(const std::vector<fuzz::Seed>& seeds, const Scratch& scratch) {
  std::vector<std::vector<std::string>> out(seeds.size());
  for (size_t k = 0; k < seeds.size(); k++) {
    scratch.Fill(seeds[k].bytes);
    Attempt([&] {
      const hdf5::File file(scratch.path(), hdf5::Mode::kRead);
      for (const hdf5::Listed& one : hdf5::ListDatasets(file, hdf5::Wanted::kDatasets, nullptr))
        out[k].push_back(one.name);
    });
  }
  return out;
}

/** Keeps the names for whoever tries a file again. */
void Tell(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += "'" + name + "' ";
  all.resize(sizeof progress->names - 1);
  std::memcpy(progress->names, all.c_str(), sizeof progress->names);
}

/** What is done, and to which files. */
struct Trial {
  bool writes;
  std::string keep;
  uint32_t runs;
  uint32_t seed;
  std::vector<fuzz::Seed> seeds;
};

[[noreturn]] void BeChild(const Trial& trial, uint32_t first, uint32_t end, int report) {
  dup2(report, STDERR_FILENO);
  Prepare();
  const Scratch scratch;
  // All in one job: to change threads for each file takes longer than to read it where others want the
  // processor, too.
  hdf5::RunFirst([&] {
    std::vector<std::vector<std::string>> known;
    if (trial.writes) known = NamesIn(trial.seeds, scratch);
    for (uint32_t k = first; k < end; k++) {
      progress->file = k;
      alarm(kPatienceS);
      const fuzz::Damage damage = fuzz::Damaged(trial.seeds, trial.seed, k);
      scratch.Fill(damage.bytes);
      std::vector<std::string> names;
      if (trial.writes) names = NamesFor(k, known[damage.seed]);
      Tell(names);
      UseInTime(scratch.path(), names);
    }
  });
  std::_Exit(0);
}

std::string TextOf(int fd) {
  std::string out(static_cast<size_t>(std::max<off_t>(0, lseek(fd, 0, SEEK_END))), '\0');
  if (pread(fd, out.data(), out.size(), 0) != static_cast<ssize_t>(out.size())) out.clear();
  return out;
}

struct Death {
  std::string kind;
  bool is_ours = false;
};

/** What stands between two texts; nothing where they are not there. */
std::string Between(const std::string& text, const std::string& before, const std::string& ends) {
  const size_t found = text.find(before);
  if (found == std::string::npos) return {};
  const size_t start = found + before.size();
  return text.substr(start, text.find_first_of(ends, start) - start);
}

/** Whether a function is of the C library or allocates: the fault is its caller's. */
bool IsPlumbing(const std::string& name) {
  constexpr const char* kStarts[] = {"_",       "operator",     "malloc", "calloc", "realloc",
                                     "free",    "mem",          "str",    "raise",  "abort",
                                     "gsignal", "pthread_kill", "(",      "<",      "H5MM_",
                                     "H5FL_",   "std::",        "Report", "printf", "vprintf"};
  return std::any_of(std::begin(kStarts), std::end(kStarts),
                     [&](const char* start) { return name.rfind(start, 0) == 0; });
}

/** What a child died of: the kind of fault, and the function that is to blame. */
Death DeathOf(const std::string& report, int status) {
  Death out;
  out.kind = Between(report, "runtime error: ", "\n");
  if (out.kind.empty()) out.kind = Between(report, "ERROR: AddressSanitizer: ", " \n");
  if (out.kind.empty()) out.kind = Between(report, "ERROR: Fuzzing: ", "\n");
  if (out.kind.empty()) out.kind = WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "exit";
  std::istringstream lines(report);
  for (std::string line; std::getline(lines, line);) {
    const std::string name = Between(line, " in ", " \n");
    if (line.rfind("    #", 0) != 0 || IsPlumbing(name)) continue;
    out.kind += " in " + name;
    out.is_ours = name.rfind("persist::", 0) == 0;
    break;
  }
  return out;
}

/** A kind of death as part of a file's name. */
std::string FileName(std::string kind) {
  for (char& letter : kind)
    if (std::isalnum(static_cast<unsigned char>(letter)) == 0) letter = '-';
  return kind.substr(0, 100);
}

struct Kind {
  uint32_t count = 0;
  bool is_ours = false;
  std::string report;
};

int Fuzz(const Trial& trial) {
  std::map<std::string, Kind> kinds;
  uint32_t deaths = 0;
  const auto started = std::chrono::steady_clock::now();
  for (uint32_t first = 0; first < trial.runs;) {
    const uint32_t end = std::min(trial.runs, first + kFilesOfChild);
    const int report = memfd_create("report", MFD_CLOEXEC);
    const pid_t child = fork();
    if (child == 0) BeChild(trial, first, end, report);
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) {
      std::perror("no child");
      return 1;
    }
    first = status == 0 ? end : progress->file + 1;
    if (status != 0) {
      deaths++;
      const std::string text = TextOf(report);
      const Death death = DeathOf(text, status);
      Kind& kind = kinds[death.kind];
      kind.is_ours = death.is_ours;
      if (kind.count++ == 0) kind.report = text;
      if (kind.count <= kKeptOfKind) {
        const std::string name = trial.keep + "/" + FileName(death.kind) + "-" + std::to_string(trial.seed) + "-" +
                                 std::to_string(progress->file);
        std::ofstream(name + ".h5", std::ios::binary)
            << fuzz::Damaged(trial.seeds, trial.seed, progress->file).bytes;
        std::ofstream(name + ".txt") << text << "names: " << progress->names << "\n";
      }
    }
    close(report);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  std::printf("%u files of seed %u in %.0f s: %llu datasets listed, %llu selections read, %llu files written, %u "
              "deaths\n",
              trial.runs, trial.seed, took.count(), static_cast<unsigned long long>(progress->listed),
              static_cast<unsigned long long>(progress->read),
              static_cast<unsigned long long>(progress->written), deaths);
  std::vector<std::pair<std::string, Kind>> sorted(kinds.begin(), kinds.end());
  std::sort(sorted.begin(), sorted.end(),
            [](const auto& a, const auto& b) { return a.second.count > b.second.count; });
  bool is_ours = false;
  for (const auto& [name, kind] : sorted) {
    std::printf("%6u %s\n", kind.count, name.c_str());
    if (kind.is_ours) std::printf("%s\n", kind.report.c_str());
    is_ours = is_ours || kind.is_ours;
  }
  return is_ours ? 1 : 0;
}

}  // namespace

// The sanitizer calls it at each allocation. The library may ask for more than a small file can need, but
// to use it is death.
extern "C" void __sanitizer_malloc_hook(const volatile void* start, size_t size_bytes) {
  constexpr size_t kPage = 4096;
  if (size_bytes <= kMostAtOnce || progress == nullptr) return;
  const auto whole_pages = (reinterpret_cast<uintptr_t>(start) / kPage + 2) * kPage;
  mprotect(reinterpret_cast<void*>(whole_pages), kMostAtOnce - 2 * kPage, PROT_NONE);
}

/** Memory that is not to be had is refused, as it is elsewhere; what is freed is kept for a short while only,
 * and what costs time is left. */
extern "C" const char* __asan_default_options() {
  return "allocator_may_return_null=1:detect_leaks=0:handle_abort=1:quarantine_size_mb=1:max_malloc_fill_"
         "size=0:"
         "malloc_context_size=0";
}

extern "C" const char* __ubsan_default_options() { return "halt_on_error=1:print_stacktrace=1"; }

int main(int count, char** arguments) {
  const std::vector<std::string> given(arguments + 1, arguments + count);
  void* const shared =
      mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return 1;
  progress = new (shared) Progress{};
  if (given.size() > 1 && given[0] == "again") {
    Prepare();
    hdf5::RunFirst([&] { UseInTime(given[1], {given.begin() + 2, given.end()}); });
    return 0;
  }
  if (given.size() < 5) return 1;
  Trial trial = {given[0] == "write", given[1], static_cast<uint32_t>(std::stoul(given[2])),
                 static_cast<uint32_t>(std::stoul(given[3])), {}};
  for (size_t k = 4; k < given.size(); k++) {
    fuzz::Seed one = fuzz::SeedOf(given[k]);
    if (!one.bytes.empty()) trial.seeds.push_back(std::move(one));
  }
  return Fuzz(trial);
}
