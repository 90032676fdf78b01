// Chunks of HDF5 datasets by their places in a file, without the library.
#include <algorithm>

#include "binding/arguments.h"
#include "binding/environment.h"
#include "binding/functions.h"
#include "binding/writing_task.h"
#include "hdf5/write_chunks.h"
#include "os/read.h"

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

/** Reads into a buffer that JavaScript does not see before it is full. */
class ReadChunksTask : public Task {
 public:
  ReadChunksTask(Napi::Env env, int fd, Grid grid, std::vector<hdf5::ChunkPlace> places, std::string path,
                 std::shared_ptr<JobControl> control)
      : fd_(fd),
        grid_(std::move(grid)),
        places_(std::move(places)),
        path_(std::move(path)),
        control_(std::move(control)) {
    std::vector<uint64_t> counts;
    counts.reserve(grid_.ranges.size());
    for (const hdf5::Range& range : grid_.ranges) counts.push_back(range.count);
    const auto size_bytes = hdf5::Product(grid_.zero.size(), counts);
    if (!size_bytes) throw os::Error("PERSIST_LIMIT", path_ + ": a part of more than 2^63 bytes", path_);
    size_bytes_ = *size_bytes;
    Napi::ArrayBuffer buffer = NewBuffer(env, size_bytes_, true);
    into_ = buffer.Data();
    buffer_ = Napi::Persistent(buffer.As<Napi::Object>());
  }
  ~ReadChunksTask() override {
    if (control_) control_->Ended();
  }

  void Run() override {
    os::AdviseHuge(into_, size_bytes_);
    hdf5::ReadPlacedChunks({grid_.chunk, grid_.filters, grid_.zero}, grid_.ranges, places_, into_, fd_, path_,
                           control_.get());
  }

  Napi::Value Result(Napi::Env) override { return buffer_.Value(); }

 private:
  int fd_;
  Grid grid_;
  std::vector<hdf5::ChunkPlace> places_;
  std::string path_;
  std::shared_ptr<JobControl> control_;
  size_t size_bytes_ = 0;
  void* into_ = nullptr;
  Napi::ObjectReference buffer_;
};

hdf5::ArrayToPack TakeArray(const Napi::Object& from) {
  hdf5::ArrayToPack out;
  out.shape = TakeIntegers(from.Get("shape"), "shape");
  out.chunk = TakeIntegers(from.Get("chunks"), "chunks");
  out.itemsize = TakeInteger(from.Get("itemsize"), "itemsize");
  out.level = static_cast<int>(TakeInteger(from.Get("level"), "level"));
  out.data = TakeBytes(from.Get("data"), "data");
  const bool has_elements = out.itemsize > 0 && out.chunk.size() == out.shape.size() &&
                            std::find(out.shape.begin(), out.shape.end(), 0) == out.shape.end() &&
                            std::find(out.chunk.begin(), out.chunk.end(), 0) == out.chunk.end();
  if (!has_elements || hdf5::Product(out.itemsize, out.shape) != out.data.size_bytes)
    throw Napi::RangeError::New(from.Env(), "an array of chunks fills its memory");
  return out;
}

/** A job that compresses an array of the caller's. */
class PackingTask : public WritingTask {
 public:
  PackingTask(const Napi::Array& list, std::string path, std::shared_ptr<JobControl> control)
      : WritingTask(list, std::move(control), false),
        array_(TakeArray(TakeObject(list[0u], "array"))),
        path_(std::move(path)) {}

 protected:
  void CheckUnmoved() const {
    if (!unmoved({array_.data})) throw Detached(path_);
  }

  hdf5::ArrayToPack array_;
  std::string path_;
};

class ShuffleHelpsTask : public PackingTask {
 public:
  using PackingTask::PackingTask;

  void Run() override { helps_ = hdf5::ShuffleHelps(array_, path_); }

  Napi::Value Result(Napi::Env env) override {
    CheckUnmoved();
    return Napi::Boolean::New(env, helps_);
  }

 private:
  bool helps_ = false;
};

class WriteChunksTask : public PackingTask {
 public:
  WriteChunksTask(const Napi::Array& list, int fd, std::string path, uint64_t offset, bool shuffle,
                  std::shared_ptr<JobControl> control)
      : PackingTask(list, std::move(path), std::move(control)), fd_(fd), offset_(offset), shuffle_(shuffle) {}

  void Run() override {
    places_ = hdf5::WriteChunks(os::Unowned(fd_).fd(), path_, offset_, array_, shuffle_, how());
  }

  Napi::Value Result(Napi::Env env) override {
    CheckUnmoved();
    Napi::Float64Array out = Napi::Float64Array::New(env, 3 * places_.size());
    for (size_t k = 0; k < places_.size(); k++) {
      out[3 * k] = static_cast<double>(places_[k].offset);
      out[3 * k + 1] = static_cast<double>(places_[k].stored_bytes);
      out[3 * k + 2] = places_[k].mask;
    }
    return out;
  }

 private:
  int fd_;
  uint64_t offset_;
  bool shuffle_;
  std::vector<hdf5::ChunkPlace> places_;
};

Napi::Array ListOf(const Napi::Value& array) {
  Napi::Array out = Napi::Array::New(array.Env(), 1);
  out[0u] = array;
  return out;
}

Napi::Value ShuffleHelps(const Napi::CallbackInfo& info) {
  return RunInPool(info.Env(),
                   std::make_unique<ShuffleHelpsTask>(ListOf(info[0]), TakeString(info[1], "path"), nullptr));
}

Napi::Value WriteChunks(const Napi::CallbackInfo& info) {
  return RunInPool(info.Env(), std::make_unique<WriteChunksTask>(
                                   ListOf(info[0]), static_cast<int>(TakeInteger(info[1], "fd")),
                                   TakeString(info[2], "path"), TakeInteger(info[3], "offset"),
                                   TakeBoolean(info[4], "shuffle"), JobControl::Unwrap(info[5])));
}

Napi::Value ReadChunks(const Napi::CallbackInfo& info) {
  const Napi::Object request = TakeObject(info[1], "request");
  Grid grid = TakeGrid(request);
  const uint64_t count = hdf5::CountChunks(grid.chunk, grid.ranges);
  std::vector<hdf5::ChunkPlace> places = TakePlaces(request.Get("places"), count);
  return RunInPool(
      info.Env(), std::make_unique<ReadChunksTask>(info.Env(), static_cast<int>(TakeInteger(info[0], "fd")),
                                                   std::move(grid), std::move(places),
                                                   TakeString(info[2], "path"), JobControl::Unwrap(info[3])));
}

}  // namespace

void AddHdf5Chunks(Napi::Object exports) {
  Add(exports, "readChunks", ReadChunks);
  Add(exports, "shuffleHelps", ShuffleHelps);
  Add(exports, "writeChunks", WriteChunks);
}

}  // namespace persist::binding
