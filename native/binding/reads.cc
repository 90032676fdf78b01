// Reading the elements of arrays: whole or in part, stored or deflated.
#include <memory>
#include <optional>

#include "array/deflate.h"
#include "array/parted_stream.h"
#include "array/selection.h"
#include "array/source.h"
#include "binding/arguments.h"
#include "binding/environment.h"
#include "binding/functions.h"
#include "binding/task.h"
#include "os/read.h"

namespace persist::binding {
namespace {

/** What to read, made from lib/native.ts's ElementsToRead. */
struct Request {
  array::Selection selection;
  size_t size_bytes = 0;
  std::optional<array::Deflated> deflated;
  bool whole = false;  // with deflated: all of it is wanted, behind a header of `selection.from` bytes
  std::optional<uint32_t> sum;  // of head and elements, when all of it is wanted
  uint32_t head_sum = 0;
};

bool Has(const Napi::Object& object, const char* name) { return !object.Get(name).IsUndefined(); }

void TakeParts(const Napi::Object& from, array::Deflated& out) {
  out.head_bytes = TakeInteger(from.Get("head_bytes"), "head_bytes");
  out.part_bytes = TakeInteger(from.Get("part_bytes"), "part_bytes");
  const Napi::Array sizes = TakeList(from.Get("stored_bytes"), "stored_bytes");
  out.parts.reserve(sizes.Length());
  for (uint32_t k = 0; k < sizes.Length(); k++)
    out.parts.push_back(static_cast<uint32_t>(TakeInteger(sizes[k], "stored_bytes")));
}

Request TakeRequest(const Napi::Value& value) {
  const Napi::Object from = TakeObject(value, "request");
  Request out;
  out.selection.from = TakeInteger(from.Get("from"), "from");
  out.selection.to = TakeInteger(from.Get("to"), "to");
  out.selection.itemsize = TakeInteger(from.Get("itemsize"), "itemsize");
  out.selection.swap = TakeInteger(from.Get("swap"), "swap");
  const Napi::Array axes = TakeList(from.Get("axes"), "axes");
  for (uint32_t k = 0; k + 2 < axes.Length(); k += 3) {
    out.selection.axes.push_back({TakeInteger(axes[k], "count"), TakeInteger(axes[k + 1], "from_step"),
                                  axes.Get(k + 2).ToNumber().Int64Value()});
  }
  out.size_bytes = TakeInteger(from.Get("size_bytes"), "size_bytes");
  if (!array::IsSound(out.selection, out.size_bytes)) {
    throw Napi::RangeError::New(value.Env(), "a selection must fill its result, in order");
  }
  if (Has(from, "deflated")) {
    const Napi::Object stream = TakeObject(from.Get("deflated"), "deflated");
    out.deflated = {TakeInteger(stream.Get("start"), "start"),
                    TakeInteger(stream.Get("stored_bytes"), "stored_bytes"),
                    TakeInteger(stream.Get("size_bytes"), "size_bytes"),
                    {},
                    0,
                    0,
                    {}};
    if (Has(stream, "crc")) out.deflated->crc = static_cast<uint32_t>(TakeInteger(stream.Get("crc"), "crc"));
    out.whole = TakeBoolean(stream.Get("whole"), "whole");
    if (Has(stream, "parts")) TakeParts(TakeObject(stream.Get("parts"), "parts"), *out.deflated);
  }
  if (Has(from, "sum")) {
    const Napi::Object sum = TakeObject(from.Get("sum"), "sum");
    const os::Span head = TakeBytes(sum.Get("head"), "head");
    out.head_sum = array::Crc32(0, head.start, head.size_bytes);
    out.sum = static_cast<uint32_t>(TakeInteger(sum.Get("crc"), "crc"));
  }
  return out;
}

/** Sums up what another source gives. */
class SummedSource : public array::Source {
 public:
  SummedSource(array::Source& inner, uint32_t crc) : inner_(inner), crc_(crc) {}
  void Read(uint64_t offset, void* into, size_t size) override {
    inner_.Read(offset, into, size);
    crc_ = array::Crc32(crc_, into, size);
  }
  uint32_t crc() const { return crc_; }

 private:
  array::Source& inner_;
  uint32_t crc_;
};

/** From a stream whose parts are known: all of it on all cores, or only the parts that hold what is wanted.
 */
void FulfilParts(int fd, const Request& request, char* into, os::Control* control, const std::string& file) {
  const array::PartedStream stream(fd, *request.deflated, file);
  if (request.whole) {
    stream.InflateAll(into, control);
    if (request.selection.swap > 1) array::SwapBytes(into, request.size_bytes, request.selection.swap);
    return;
  }
  array::PartedSource source(stream);
  array::ReadSelection(source, request.selection, into, control);
}

void Fulfil(int fd, const Request& request, char* into, os::Control* control, const std::string& file) {
  os::AdviseHuge(into, request.size_bytes);
  if (request.deflated) {
    if (control != nullptr) control->Check();
    if (array::PartedStream::Fits(*request.deflated)) return FulfilParts(fd, request, into, control, file);
    if (request.whole) {
      array::InflateWhole(fd, *request.deflated, static_cast<size_t>(request.selection.from), into,
                          request.size_bytes, file);
      if (request.selection.swap > 1) array::SwapBytes(into, request.size_bytes, request.selection.swap);
      return;
    }
    array::InflateSource source(fd, request.deflated->start, request.deflated->stored_bytes, file);
    array::ReadSelection(source, request.selection, into, control);
    return;
  }
  if (!request.sum) return array::ReadSelection(fd, request.selection, into, control, file);
  array::FileSource source(fd, 0, file);
  SummedSource summed(source, request.head_sum);
  array::ReadSelection(summed, request.selection, into, control);
  if (summed.crc() != *request.sum) throw array::WrongSum(file);
}

/** Reads into a buffer that JavaScript does not see before it is full, so nobody can detach it. */
class ReadTask : public Task {
 public:
  ReadTask(Napi::Env env, int fd, Request request, std::string file, std::shared_ptr<JobControl> control)
      : fd_(fd), request_(std::move(request)), file_(std::move(file)), control_(std::move(control)) {
    Napi::ArrayBuffer buffer = NewBuffer(env, request_.size_bytes, true);
    into_ = static_cast<char*>(buffer.Data());
    buffer_ = Napi::Persistent(buffer.As<Napi::Object>());
  }
  ~ReadTask() override {
    if (control_) control_->Ended();
  }

  void Run() override { Fulfil(fd_, request_, into_, control_.get(), file_); }

  Napi::Value Result(Napi::Env) override { return buffer_.Value(); }

 private:
  int fd_;
  Request request_;
  std::string file_;
  std::shared_ptr<JobControl> control_;
  char* into_;
  Napi::ObjectReference buffer_;
};

Napi::Value ReadElements(const Napi::CallbackInfo& info) {
  return RunInPool(info.Env(),
                   std::make_unique<ReadTask>(info.Env(), static_cast<int>(TakeInteger(info[0], "fd")),
                                              TakeRequest(info[1]), TakeString(info[2], "file"),
                                              JobControl::Unwrap(info[3])));
}

Napi::Value ReadElementsSync(const Napi::CallbackInfo& info) {
  const Request request = TakeRequest(info[1]);
  Napi::ArrayBuffer buffer = NewBuffer(info.Env(), request.size_bytes, true);
  Fulfil(static_cast<int>(TakeInteger(info[0], "fd")), request, static_cast<char*>(buffer.Data()), nullptr,
         TakeString(info[2], "file"));
  return buffer;
}

/** inflateStart(fd, start, stored_bytes, wanted, file): what the stream begins with. */
Napi::Value InflateStart(const Napi::CallbackInfo& info) {
  const std::string file = TakeString(info[4], "file");
  array::InflateSource source(static_cast<int>(TakeInteger(info[0], "fd")), TakeInteger(info[1], "start"),
                              TakeInteger(info[2], "stored_bytes"), file);
  std::vector<unsigned char> start(TakeInteger(info[3], "wanted"));
  const size_t got = source.ReadSome(start.data(), start.size());
  return Napi::Buffer<unsigned char>::Copy(info.Env(), start.data(), got);
}

}  // namespace

void AddReads(Napi::Object exports) {
  Add(exports, "readElements", ReadElements);
  Add(exports, "readElementsSync", ReadElementsSync);
  Add(exports, "inflateStart", InflateStart);
}

}  // namespace persist::binding
