// The kinds of messages in an object's header, by HDF5's numbers.
#pragma once

#include <cstdint>

namespace persist::hdf5 {

enum class Message : unsigned {
  kNothing = 0,
  kSpace = 1,
  kLinkInfo = 2,
  kType = 3,
  kOldFill = 4,
  kFill = 5,
  kLink = 6,
  kExternal = 7,
  kLayout = 8,
  kGroupInfo = 0xa,
  kFilters = 0xb,
  kAttribute = 0xc,
  kComment = 0xd,
  kOldTime = 0xe,
  kSharedTable = 0xf,
  kContinuation = 0x10,
  kSymbolTable = 0x11,
  kTime = 0x12,
  kTreeRanks = 0x13,
  kDriver = 0x14,
  kAttributeInfo = 0x15,
  kReferences = 0x16,
  kFileSpace = 0x17,
  kCacheImage = 0x18,
};

constexpr unsigned kShared = 2;  // among a message's flags: it is elsewhere

}  // namespace persist::hdf5
