// Turns JavaScript arguments into plain values; each throws a TypeError that says what was expected.
#pragma once

#include <napi.h>

#include <cstdint>
#include <string>
#include <vector>

#include "os/write.h"

namespace persist::binding {

std::string TakeString(const Napi::Value& value, const char* name);
bool TakeBoolean(const Napi::Value& value, const char* name);
/** An integer from 0 to 2^53 - 1. */
uint64_t TakeInteger(const Napi::Value& value, const char* name);
std::vector<uint64_t> TakeIntegers(const Napi::Value& value, const char* name);
Napi::Object TakeObject(const Napi::Value& value, const char* name);
Napi::Array TakeList(const Napi::Value& value, const char* name);
/** The memory of a Uint8Array, also of one over shared memory. */
os::Span TakeBytes(const Napi::Value& value, const char* name);

}  // namespace persist::binding
