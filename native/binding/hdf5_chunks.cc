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
  out.shuffle = TakeBoolean(from.Get("shuffle"), "shuffle");
  const bool has_elements = out.itemsize > 0 && out.chunk.size() == out.shape.size() &&
                            std::find(out.shape.begin(), out.shape.end(), 0) == out.shape.end() &&
                            std::find(out.chunk.begin(), out.chunk.end(), 0) == out.chunk.end();
  if (!has_elements || hdf5::Product(out.itemsize, out.shape) != out.data.size_bytes)
    throw Napi::RangeError::New(from.Env(), "an array of chunks fills its memory");
  return out;
}

std::vector<hdf5::ArrayToPack> TakeArrays(const Napi::Array& list) {
  std::vector<hdf5::ArrayToPack> out;
  for (uint32_t k = 0; k < list.Length(); k++) out.push_back(TakeArray(TakeObject(list[k], "array")));
  return out;
}

/** A job that compresses arrays of the caller's. */
class PackingTask : public WritingTask {
 public:
  PackingTask(const Napi::Array& list, std::string path, std::shared_ptr<JobControl> control)
      : WritingTask(list, std::move(control), false), arrays_(TakeArrays(list)), path_(std::move(path)) {}

 protected:
  void CheckUnmoved() const {
    std::vector<os::Span> spans;
    for (const hdf5::ArrayToPack& array : arrays_) spans.push_back(array.data);
    if (!unmoved(spans)) throw Detached(path_);
  }

  std::vector<hdf5::ArrayToPack> arrays_;
  std::string path_;
};

class ShuffleHelpsTask : public PackingTask {
 public:
  using PackingTask::PackingTask;

  void Run() override {
    for (const hdf5::ArrayToPack& array : arrays_) helps_.push_back(hdf5::ShuffleHelps(array, path_));
  }

  Napi::Value Result(Napi::Env env) override {
    CheckUnmoved();
    Napi::Array out = Napi::Array::New(env, helps_.size());
    for (uint32_t k = 0; k < helps_.size(); k++) out[k] = Napi::Boolean::New(env, helps_[k]);
    return out;
  }

 private:
  std::vector<bool> helps_;
};

class WriteChunksTask : public PackingTask {
 public:
  WriteChunksTask(const Napi::Array& list, int fd, std::string path, uint64_t offset,
                  std::shared_ptr<JobControl> control)
      : PackingTask(list, std::move(path), std::move(control)), fd_(fd), offset_(offset) {}

  void Run() override {
    const os::Unowned file(fd_);
    for (const hdf5::ArrayToPack& array : arrays_) {
      for (const hdf5::ChunkPlace& place : hdf5::WriteChunks(file.fd(), path_, offset_, array, how())) {
        places_.push_back(place);
        offset_ = place.offset + place.stored_bytes;
      }
    }
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
  std::vector<hdf5::ChunkPlace> places_;
};

/** shuffleHelps(arrays, path) */
Napi::Value ShuffleHelps(const Napi::CallbackInfo& info) {
  return RunInPool(info.Env(), std::make_unique<ShuffleHelpsTask>(TakeList(info[0], "arrays"),
                                                                  TakeString(info[1], "path"), nullptr));
}

/** writeChunks(arrays, fd, path, offset, control) */
Napi::Value WriteChunks(const Napi::CallbackInfo& info) {
  return RunInPool(info.Env(), std::make_unique<WriteChunksTask>(
                                   TakeList(info[0], "arrays"), static_cast<int>(TakeInteger(info[1], "fd")),
                                   TakeString(info[2], "path"), TakeInteger(info[3], "offset"),
                                   JobControl::Unwrap(info[4])));
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
