// What the addon does with arrays in threads of its own, much of it at once, under ThreadSanitizer:
//
//     npm run test:tsan
//
// Those who compress and decompress, the one who sums up beside the writer, the thread of HDF5 and the jobs
// that go before others there, copies, mappings whose file is cut short. Half of the jobs are stopped at a
// random moment; what the others give is compared.
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <future>
#include <optional>
#include <random>
#include <thread>

#include "array/crc32.h"
#include "array/deflate.h"
#include "array/members.h"
#include "array/parted_stream.h"
#include "array/selection.h"
#include "hdf5/create.h"
#include "hdf5/list.h"
#include "hdf5/thread.h"
#include "hdf5/write_chunks.h"
#include "os/copy.h"
#include "os/mapping.h"
#include "os/open.h"
#include "os/read.h"

namespace {

namespace array = persist::array;
namespace hdf5 = persist::hdf5;
namespace os = persist::os;
using Random = std::mt19937;

constexpr size_t kNumbers = size_t{5} << 17;  // of 8 bytes: more than one part, more than one chunk
constexpr uint64_t kBytes = kNumbers * sizeof(double);
const std::string kHead(128, 'h');

std::atomic<long> done_count{0};
std::atomic<long> stopped_count{0};

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::_Exit(1);
}

void Expect(bool holds, const char* what) {
  if (!holds) Fail(what);
}

/** Numbers that are compressed well, and differ by seed. */
std::vector<double> Numbers(unsigned seed) {
  std::vector<double> out(kNumbers);
  for (size_t k = 0; k < out.size(); k++) out[k] = static_cast<double>((k * (seed + 3)) % 1000);
  return out;
}

os::Span SpanOf(const std::vector<double>& numbers) {
  return {numbers.data(), numbers.size() * sizeof(double)};
}

/** A new file, empty. */
void Touch(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) Fail("a file could not be made: " + path);
  ::close(fd);
}

/** Does a job that another thread may stop. Gives whether it came to its end. */
bool Stoppable(Random& random, const std::function<void(os::Control&)>& job) {
  os::Control control;
  std::thread stopper;
  if (random() % 2 == 0) {
    stopper = std::thread([&control, after = std::chrono::microseconds(random() % 20'000)] {
      std::this_thread::sleep_for(after);
      control.Abort();
    });
  }
  bool ended = true;
  try {
    job(control);
  } catch (const os::Error& error) {
    if (error.code != "PERSIST_CLOSED") Fail(error.code + ": " + error.message);
    ended = false;
  }
  if (stopper.joinable()) stopper.join();
  (ended ? done_count : stopped_count)++;
  return ended;
}

void Store(const std::string& path, unsigned seed, Random& random) {
  const std::vector<double> numbers = Numbers(seed);
  const std::vector<array::StoredMember> members = {{0, {kHead, SpanOf(numbers)}},
                                                    {kHead.size() + kBytes, {kHead, SpanOf(numbers)}}};
  Touch(path);
  std::vector<uint32_t> sums;
  const bool ended = Stoppable(random, [&](os::Control& control) {
    sums = array::WriteStored(path, members, {false, &control});
  });
  if (!ended) return;
  const uint32_t head = array::Crc32(0, kHead.data(), kHead.size());
  const uint32_t sum = array::Crc32(head, numbers.data(), kBytes);
  Expect(sums == std::vector<uint32_t>{sum, sum}, "a checksum is wrong");
  Stoppable(random, [&](os::Control& control) {
    Expect(array::ChecksumRanges(path, {{0, kHead.size() + kBytes}}, &control).at(0) == sum,
           "a checksum of a range is wrong");
  });
}

void Deflate(const std::string& path, unsigned seed, Random& random) {
  const std::vector<double> numbers = Numbers(seed);
  Touch(path);
  std::vector<array::DeflatedMember> members;
  const bool ended = Stoppable(random, [&](os::Control& control) {
    members = array::WriteDeflated(path, 0, {{30, {kHead, SpanOf(numbers)}}}, {false, &control});
  });
  if (!ended) return;
  const array::DeflatedMember& member = members.at(0);
  const array::Deflated stream = {member.offset, member.stored_bytes, kHead.size() + kBytes, member.crc,
                                  kHead.size(),  array::kPartBytes,   member.parts};
  Expect(array::PartedStream::Fits(stream), "parts that do not fit");
  const os::Fd file = os::OpenRegular(path, false);
  std::vector<double> out(kNumbers);
  const array::PartedStream parted(file.get(), stream, path);
  if (Stoppable(random, [&](os::Control& control) { parted.InflateAll(out.data(), &control); }))
    Expect(out == numbers, "a stream gives other numbers");
}

/** Rows of 512 numbers, in chunks of 20 by 100. */
hdf5::ArrayToPack Packed(const std::vector<double>& numbers) {
  return {{kNumbers / 512, 512}, {20, 100}, sizeof(double), array::kFastest, SpanOf(numbers)};
}

void Chunks(const std::string& path, unsigned seed, Random& random) {
  const std::vector<double> numbers = Numbers(seed);
  hdf5::ArrayToPack array = Packed(numbers);
  Touch(path);
  const os::Fd file = os::OpenRegular(path, true);
  std::vector<hdf5::ChunkPlace> places;
  array.shuffle = hdf5::ShuffleHelps(array, path);
  const bool ended = Stoppable(random, [&](os::Control& control) {
    places = hdf5::WriteChunks(file, path, 0, array, {false, &control});
  });
  if (!ended) return;
  std::vector<hdf5::Filter> filters = {{H5Z_FILTER_DEFLATE, {1}}};
  if (array.shuffle) filters.insert(filters.begin(), {H5Z_FILTER_SHUFFLE, {sizeof(double)}});
  const hdf5::Bytes fill(sizeof(double));
  std::vector<double> out(kNumbers);
  const bool read = Stoppable(random, [&](os::Control& control) {
    hdf5::ReadPlacedChunks({array.chunk, filters, fill}, {{0, 1, array.shape[0]}, {0, 1, array.shape[1]}},
                           places, out.data(), file.get(), path, &control);
  });
  if (read) Expect(out == numbers, "chunks give other numbers");
}

void Copy(const std::string& path, unsigned seed, Random& random) {
  const std::vector<double> numbers = Numbers(seed);
  Touch(path);
  Touch(path + ".copy");
  const bool ended = Stoppable(random, [&](os::Control& control) {
    os::WriteRanges(path, {{0, SpanOf(numbers)}}, {true, &control});
  });
  if (!ended) return;
  const os::Fd from = os::OpenRegular(path, false);
  const bool copied = Stoppable(random, [&](os::Control& control) {
    os::CopyRanges(from.get(), path, path + ".copy", {{0, 0, kBytes}}, &control);
  });
  if (!copied) return;
  const os::Fd file = os::OpenRegular(path + ".copy", false);
  // every other column, which many threads gather
  std::vector<double> out(kNumbers / 2);
  const array::Selection selection = {
      0, 0, sizeof(double), 0, {{kNumbers / 512, 4096, 2048}, {256, 16, sizeof(double)}}};
  const bool read = Stoppable(random, [&](os::Control& control) {
    array::ReadSelection(file.get(), selection, static_cast<char*>(static_cast<void*>(out.data())), &control,
                         path);
  });
  if (!read) return;
  for (size_t k = 0; k < out.size(); k++) Expect(out[k] == numbers[2 * k], "a selection gives other numbers");
}

/** Does a job on the thread of HDF5 and waits for it; what it throws is thrown here. */
void OnHdf5Thread(const std::function<void()>& job) {
  std::promise<std::optional<os::Error>> ended;  // no exception_ptr, whose counter the sanitizer does not see
  hdf5::Post([&] {
    try {
      job();
      ended.set_value(std::nullopt);
    } catch (const os::Error& error) {
      ended.set_value(error);
    }
  });
  if (const std::optional<os::Error> failure = ended.get_future().get()) throw *failure;
}

void Library(const std::string& path, unsigned seed, Random& random) {
  const std::vector<double> numbers = Numbers(seed);
  const std::string placed = "group/placed";
  ::unlink(path.c_str());
  uint64_t offset = 0;
  OnHdf5Thread([&] {
    const array::Descr descr = array::ParseDescr("<f8");
    const std::vector<uint64_t> shape = {kNumbers / 512, 512};
    offset = hdf5::CreateFile(path, {{placed, descr, shape}, {"other", descr, {7}}}, nullptr).at(0);
  });
  os::WriteRanges(path, {{static_cast<off_t>(offset), SpanOf(numbers)}}, {});
  Stoppable(random, [&](os::Control& control) {
    OnHdf5Thread([&] {
      const hdf5::File file(path, hdf5::Mode::kRead);
      for (int k = 0; k < 20; k++)
        Expect(hdf5::ListDatasets(file, hdf5::Wanted::kDatasets, &control).size() == 2,
               "a list has another length");
    });
  });
  // before all that other threads have posted meanwhile, and in the middle of their lists
  for (int k = 0; k < 20; k++) {
    uint64_t found = 0;
    hdf5::RunFirst([&] {
      const hdf5::File file(path, hdf5::Mode::kRead);
      found = hdf5::Describe(hdf5::OpenDataset(file, placed), file, placed).offset.value_or(0);
    });
    Expect(found == offset, "a dataset is elsewhere");
  }
}

void Map(const std::string& path, unsigned seed, Random& random) {
  const std::vector<double> numbers = Numbers(seed);
  Touch(path);
  os::WriteRanges(path, {{0, SpanOf(numbers)}}, {});
  const os::Fd file = os::OpenRegular(path, true);
  for (size_t k = 0; k < 20; k++) {
    os::Mapping mapping(file.get(), 64 * k, kBytes - 64 * k, random() % 2 == 0, path);
    const auto* const mapped = static_cast<const double*>(mapping.data());
    Expect(mapped[1000] == numbers[1000 + 8 * k], "a mapping has other numbers");
    Expect(!mapping.torn(), "a whole file is torn");
  }
  os::Mapping cut(file.get(), 0, kBytes, false, path);
  if (::ftruncate(file.get(), 4096) != 0) Fail("ftruncate");
  Expect(static_cast<const volatile double*>(cut.data())[kNumbers - 1] == 0,
         "nothing stands for what is cut");
  Expect(cut.torn(), "a file that was cut is whole");
  done_count++;
}

/** What the sanitizer must report. */
void Race() {
  int number = 0;
  std::thread other([&number] { number++; });
  number++;
  other.join();
  std::printf("%d\n", number);
}

}  // namespace

int main(int count, char** values) {
  if (count < 2) Fail("a directory is expected");
  if (std::strcmp(values[1], "race") == 0) {
    Race();
    return 0;
  }
  const int rounds = count > 2 ? std::atoi(values[2]) : 5;
  constexpr void (*kJobs[])(const std::string&, unsigned, Random&) = {Store, Deflate, Chunks,
                                                                      Copy,  Library, Map};
  std::vector<std::thread> threads;
  for (unsigned seed = 0; seed < 12; seed++) {
    threads.emplace_back([=, path = std::string(values[1]) + "/" + std::to_string(seed)] {
      Random random(seed);
      for (int round = 0; round < rounds; round++) kJobs[seed % 6](path, seed, random);
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::printf("%ld jobs ended, %ld were stopped\n", done_count.load(), stopped_count.load());
  return done_count > 0 && stopped_count > 0 ? 0 : 1;
}
