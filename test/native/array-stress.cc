// Threads that write, compress, read, sum up, map and abort array files at random, under ThreadSanitizer:
//
//     npm run test:races
//
// Each thread has files of its own, as jobs have; they share the threads of the compressor, the guard of
// mappings, and the page cache. Another thread aborts what takes long. What is read must be what was written.
#include <fcntl.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "array/crc32.h"
#include "array/deflate.h"
#include "array/members.h"
#include "array/selection.h"
#include "array/source.h"
#include "os/mapping.h"
#include "os/write.h"

namespace {

using persist::os::Control;

constexpr int kThreads = 4;
constexpr int kRounds = 60;

std::atomic<long> done_count{0};
std::atomic<long> aborted_count{0};

[[noreturn]] void Fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

void Expect(bool holds, const char* what) {
  if (!holds) Fail(what);
}

/** A control that another thread watches, as the event loop does. */
class Watched : public Control {
 public:
  uint64_t seen() const { return seen_; }

 protected:
  void Changed() override { seen_ = done_bytes(); }

 private:
  std::atomic<uint64_t> seen_{0};
};

/** Runs a job, which another thread may abort in the middle. Gives whether it came to its end. */
template <typename Job>
bool Run(std::mt19937& random, Job job) {
  Watched control;
  const auto after = std::chrono::microseconds(random() % 20000);
  std::atomic<bool> over{false};
  std::thread other([&, aborts = random() % 3 == 0] {
    const auto until = std::chrono::steady_clock::now() + after;
    while (std::chrono::steady_clock::now() < until && !over) std::this_thread::yield();
    if (aborts) control.Abort();
    static_cast<void>(control.seen());
  });
  bool ended = true;
  try {
    job(&control);
  } catch (const persist::os::Error& error) {
    if (error.code != "PERSIST_CLOSED") Fail(error.message.c_str());
    ended = false;
  }
  over = true;
  other.join();
  (ended ? done_count : aborted_count)++;
  return ended;
}

/** One thread's file, and what belongs into it. */
class Worker {
 public:
  Worker(std::string directory, unsigned seed)
      : directory_(std::move(directory)), random_(seed), data_(3'000'000 + 1000 * seed) {
    for (size_t k = 0; k < data_.size(); k++) data_[k] = static_cast<char>((k * (seed + 3)) >> 9);
    const persist::os::NewFile empty{"array" + std::to_string(seed), ".bin", "", {}};
    name_ = directory_ + "/" + persist::os::CreateFiles(directory_, {empty}, {})[0];
  }

  void Round() {
    switch (random_() % 4) {
      case 0:
        return Store();
      case 1:
        return Deflate();
      case 2:
        return Select();
      default:
        return Map();
    }
  }

 private:
  persist::array::Content Content() const { return {std::string(64, 'h'), {data_.data(), data_.size()}}; }
  uint32_t Sum() const {
    return persist::array::Crc32(persist::array::Crc32(0, std::string(64, 'h').data(), 64), data_.data(),
                                 data_.size());
  }
  int Open() const {
    const int fd = ::open(name_.c_str(), O_RDWR | O_CLOEXEC);
    Expect(fd >= 0, "open");
    return fd;
  }

  void Store() {
    std::vector<uint32_t> sums;
    const bool ended = Run(random_, [&](Control* control) {
      sums = persist::array::WriteStored(name_, {{0, Content()}}, {false, control});
    });
    if (ended) Expect(sums.at(0) == Sum(), "the checksum of what was stored");
  }

  void Deflate() {
    std::vector<persist::array::DeflatedMember> members;
    const bool ended = Run(random_, [&](Control* control) {
      members = persist::array::WriteDeflated(name_, 0, {{30, Content()}}, {false, control});
    });
    if (!ended) return;
    Expect(members.at(0).crc == Sum(), "the checksum of what was deflated");
    const persist::os::Fd fd(Open());
    std::vector<char> back(data_.size());
    persist::array::Deflated stream{members[0].offset, members[0].stored_bytes, 64 + data_.size(),
                                    members[0].crc};
    persist::array::InflateWhole(fd.get(), stream, 64, back.data(), back.size(), name_);
    Expect(back == data_, "what was inflated");
  }

  void Write() { persist::os::WriteRanges(name_, {{0, {data_.data(), data_.size()}}}, {}); }

  void Select() {
    Write();
    const persist::os::Fd fd(Open());
    const size_t rows = 500;
    const size_t run = 1 + random_() % 600;
    std::vector<char> part(rows * run);
    Run(random_, [&](Control* control) {
      persist::array::FileSource source(fd.get(), 0, name_);
      persist::array::ReadSelection(
          source, {0, 0, 1, 0, {{rows, 6000, static_cast<int64_t>(run)}, {run, 1, 1}}}, part.data(), control);
      Expect(std::equal(part.end() - static_cast<ptrdiff_t>(run), part.end(), data_.begin() + 499 * 6000),
             "what was selected");
    });
  }

  void Map() {
    Write();
    const persist::os::Fd fd(Open());
    persist::os::Mapping mapping(fd.get(), 4096, 100'000, false, name_);
    Expect(std::memcmp(mapping.data(), data_.data() + 4096, 100'000) == 0, "what was mapped");
    static_cast<char*>(mapping.data())[5] = 1;
    Expect(!mapping.torn(), "a mapping of a whole file");
  }

  std::string directory_;
  std::mt19937 random_;
  std::vector<char> data_;
  std::string name_;
};

}  // namespace

int main(int count, char** values) {
  Expect(count == 2, "a directory is expected");
  std::vector<std::thread> threads;
  for (unsigned seed = 0; seed < kThreads; seed++) {
    threads.emplace_back([seed, directory = std::string(values[1])] {
      Worker worker(directory, seed);
      for (int round = 0; round < kRounds; round++) worker.Round();
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::printf("%ld done, %ld aborted\n", done_count.load(), aborted_count.load());
  return done_count > 0 && aborted_count > 0 ? 0 : 1;
}
