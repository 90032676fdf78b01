// Opening files, and reading how they begin.
#include "binding/arguments.h"
#include "binding/functions.h"
#include "os/beneath.h"
#include "os/open.h"

namespace persist::binding {
namespace {

Napi::Value OpenBeneath(const Napi::CallbackInfo& info) {
  os::Fd fd = os::OpenBeneath(TakeString(info[0], "directory"), TakeString(info[1], "file"),
                              TakeBoolean(info[2], "writable"));
  return Napi::Number::New(info.Env(), fd.release());
}

Napi::Value OpenRegular(const Napi::CallbackInfo& info) {
  os::Fd fd = os::OpenRegular(TakeString(info[0], "file"), TakeBoolean(info[1], "writable"));
  return Napi::Number::New(info.Env(), fd.release());
}

/** closeFile(fd): what it says of a file that was read is of no use to anyone. */
Napi::Value CloseFile(const Napi::CallbackInfo& info) {
  const os::Fd fd(static_cast<int>(TakeInteger(info[0], "fd")));
  return info.Env().Undefined();
}

/** readStart(fd, into, file): [size of the file, bytes read], at once on this thread, into memory that it
 * has. */
Napi::Value ReadStart(const Napi::CallbackInfo& info) {
  const auto fd = static_cast<int>(TakeInteger(info[0], "fd"));
  const os::Span into = TakeBytes(info[1], "into");
  const std::string file = TakeString(info[2], "file");
  Napi::Array out = Napi::Array::New(info.Env(), 2);
  out[0U] = static_cast<double>(os::SizeOf(fd, file));
  out[1U] = static_cast<double>(os::ReadStart(fd, const_cast<void*>(into.start), into.size_bytes, file));
  return out;
}

}  // namespace

void AddOpens(Napi::Object exports) {
  Add(exports, "openBeneath", OpenBeneath);
  Add(exports, "openRegular", OpenRegular);
  Add(exports, "closeFile", CloseFile);
  Add(exports, "readStart", ReadStart);
}

}  // namespace persist::binding
