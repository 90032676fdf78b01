// C++ values that JavaScript owns.
#pragma once

#include <napi.h>

#include <memory>

namespace persist::binding {

/** Hands a value to JavaScript, whose collector deletes it after `before` was called with it. The tag tells
 * its kind. */
template <typename Value, typename Before>
Napi::External<Value> Owned(Napi::Env env, std::unique_ptr<Value> value, const napi_type_tag& tag,
                            Before before) {
  auto out = Napi::External<Value>::New(env, value.get(), [before](Napi::Env, Value* owned) {
    before(*owned);
    delete owned;
  });
  static_cast<void>(value.release());  // not before: making the other may fail
  out.TypeTag(&tag);
  return out;
}

template <typename Value>
Napi::External<Value> Owned(Napi::Env env, Value value, const napi_type_tag& tag) {
  return Owned(env, std::make_unique<Value>(std::move(value)), tag, [](Value&) {});
}

}  // namespace persist::binding
