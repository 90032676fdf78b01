// What only tests use: planned failures of system calls, and proof that a sanitizer build notices what it
// should.
#include "binding/arguments.h"
#include "binding/functions.h"
#include "os/faults.h"

namespace persist::binding {
namespace {

os::Fault::How TakeHow(const Napi::Value& value) {
  const std::string how = TakeString(value, "how");
  if (how == "fail") return os::Fault::How::kFail;
  if (how == "short") return os::Fault::How::kShort;
  if (how == "kill") return os::Fault::How::kKill;
  if (how == "torn") return os::Fault::How::kTorn;
  throw Napi::TypeError::New(value.Env(), "how must be fail, short, kill or torn");
}

Napi::Value Plan(const Napi::CallbackInfo& info) {
  const Napi::Array list = TakeList(info[0], "faults");
  std::vector<os::Fault> faults;
  for (uint32_t k = 0; k < list.Length(); k++) {
    const Napi::Object fault = TakeObject(list[k], "fault");
    const Napi::Value error = fault.Get("errno");
    faults.push_back({TakeString(fault.Get("call"), "call"), TakeInteger(fault.Get("at"), "at"),
                      TakeHow(fault.Get("how")),
                      error.IsUndefined() ? 0 : static_cast<int>(TakeInteger(error, "errno"))});
  }
  return Napi::Number::New(info.Env(), static_cast<double>(os::Plan(std::move(faults))));
}

#ifdef PERSIST_SANITIZER_SELF_TEST
Napi::Value Misbehave(const Napi::CallbackInfo& info) {
  const std::string how = TakeString(info[0], "how");
  volatile int n = 7;
  if (how == "heap") {
    int* block = new int[n];
    block[n] = 1;
    const int read = block[n];
    delete[] block;
    return Napi::Number::New(info.Env(), read);
  }
  if (how == "leak") {
    int* volatile lost = new int[n];
    lost = nullptr;
    return Napi::Boolean::New(info.Env(), lost == nullptr);
  }
  if (how == "undefined") {
    const int sum = n + 2147483640;
    return Napi::Number::New(info.Env(), sum + n);
  }
  return info.Env().Undefined();
}
#endif

}  // namespace

void AddDiagnostics(Napi::Object exports) {
  Add(exports, "plan", Plan);
#ifdef PERSIST_SANITIZER_SELF_TEST
  Add(exports, "misbehave", Misbehave);
#endif
}

}  // namespace persist::binding
