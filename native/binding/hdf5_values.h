// What the HDF5 floor found, as JavaScript values; lib/native.ts documents them.
#pragma once

#include <napi.h>

#include <memory>
#include <vector>

#include "hdf5/attributes.h"
#include "hdf5/dataset.h"
#include "hdf5/read.h"

namespace persist::binding {

Napi::Object ToJavaScript(Napi::Env env, const hdf5::Dataset& dataset);
Napi::Array ToJavaScript(Napi::Env env, const std::vector<hdf5::Attribute>& attributes);
/** A buffer over the memory, which goes with it. Throws LIMIT where the runtime has no buffers so large. */
Napi::Value ToJavaScript(Napi::Env env, std::unique_ptr<hdf5::Memory> memory);

}  // namespace persist::binding
