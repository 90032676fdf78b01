// Chunks of HDF5 datasets by their places in a file, without the library.
#include "binding/arguments.h"
#include "binding/functions.h"
#include "binding/hdf5_values.h"
#include "binding/task.h"
#include "hdf5/chunks.h"

namespace persist::binding {
namespace {

/** How an array lies in chunks, and which part of it is meant. */
struct Grid {
  std::vector<uint64_t> chunk;
  std::vector<hdf5::Filter> filters;
  hdf5::Bytes zero;
  std::vector<hdf5::Range> ranges;
};

Grid TakeGrid(const Napi::Object& request) {
  Grid out;
  out.chunk = TakeIntegers(request.Get("chunks"), "chunks");
  out.zero.resize(TakeInteger(request.Get("itemsize"), "itemsize"));
  const Napi::Array filters = TakeList(request.Get("filters"), "filters");
  for (uint32_t k = 0; k < filters.Length(); k++) {
    const std::vector<uint64_t> numbers = TakeIntegers(filters[k], "filter");
    hdf5::Filter filter = {static_cast<H5Z_filter_t>(numbers.at(0)), {}};
    filter.parameters.assign(numbers.begin() + 1, numbers.end());
    out.filters.push_back(std::move(filter));
  }
  const std::vector<uint64_t> ranges = TakeIntegers(request.Get("ranges"), "ranges");
  if (ranges.size() != 3 * out.chunk.size() || out.chunk.empty())
    throw Napi::TypeError::New(request.Env(), "three numbers for each axis are expected");
  for (size_t k = 0; k < ranges.size(); k += 3) {
    if (ranges[k + 1] == 0 || ranges[k + 2] == 0 || out.chunk[k / 3] == 0)
      throw Napi::RangeError::New(request.Env(), "ranges and chunks without elements");
    out.ranges.push_back({ranges[k], ranges[k + 1], ranges[k + 2]});
  }
  return out;
}

std::vector<hdf5::ChunkPlace> TakePlaces(const Napi::Value& value, size_t count) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_float64_array)
    throw Napi::TypeError::New(value.Env(), "places must be a Float64Array");
  const auto numbers = value.As<Napi::Float64Array>();
  if (numbers.ElementLength() != 3 * count)
    throw Napi::RangeError::New(value.Env(), "three numbers for each chunk are expected");
  std::vector<hdf5::ChunkPlace> out;
  out.reserve(count);
  for (size_t k = 0; k < count; k++) {
    out.push_back({static_cast<uint64_t>(numbers[3 * k]), static_cast<uint64_t>(numbers[3 * k + 1]),
                   static_cast<uint32_t>(numbers[3 * k + 2])});
  }
  return out;
}

class ReadChunksTask : public Task {
 public:
  ReadChunksTask(int fd, Grid grid, std::vector<hdf5::ChunkPlace> places, std::string path,
                 std::shared_ptr<JobControl> control)
      : fd_(fd),
        grid_(std::move(grid)),
        places_(std::move(places)),
        path_(std::move(path)),
        control_(std::move(control)) {}

  void Run() override {
    std::vector<uint64_t> counts;
    counts.reserve(grid_.ranges.size());
    for (const hdf5::Range& range : grid_.ranges) counts.push_back(range.count);
    const auto size_bytes = hdf5::Product(grid_.zero.size(), counts);
    if (!size_bytes) throw os::Error("PERSIST_LIMIT", path_ + ": a part of more than 2^63 bytes", path_);
    memory_ = std::make_unique<hdf5::Memory>(*size_bytes);
    hdf5::ReadPlacedChunks({grid_.chunk, grid_.filters, grid_.zero}, grid_.ranges, places_, memory_->data(),
                           fd_, path_, control_.get());
  }

  Napi::Value Result(Napi::Env env) override {
    if (control_) control_->Ended();
    return ToJavaScript(env, std::move(memory_));
  }

 private:
  int fd_;
  Grid grid_;
  std::vector<hdf5::ChunkPlace> places_;
  std::string path_;
  std::shared_ptr<JobControl> control_;
  std::unique_ptr<hdf5::Memory> memory_;
};

Napi::Value ReadChunks(const Napi::CallbackInfo& info) {
  const Napi::Object request = TakeObject(info[1], "request");
  Grid grid = TakeGrid(request);
  const uint64_t count = hdf5::CountChunks(grid.chunk, grid.ranges);
  std::vector<hdf5::ChunkPlace> places = TakePlaces(request.Get("places"), count);
  return RunInPool(
      info.Env(), std::make_unique<ReadChunksTask>(static_cast<int>(TakeInteger(info[0], "fd")),
                                                   std::move(grid), std::move(places),
                                                   TakeString(info[2], "path"), JobControl::Unwrap(info[3])));
}

}  // namespace

void AddHdf5Chunks(Napi::Object exports) { Add(exports, "readChunks", ReadChunks); }

}  // namespace persist::binding
