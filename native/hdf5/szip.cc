#include "hdf5/szip.h"

#include <cstring>

extern "C" {  // which the header leaves out
#include <szlib.h>
}

namespace persist::hdf5 {
namespace {

enum Parameter { kOptions, kBlock, kBits, kLine, kAll };
constexpr size_t kHead = 4;  // the bytes that there were before

/** As HDF5 writes them: libaec divides by some. */
bool AreSound(const std::vector<unsigned>& parameters) {
  if (parameters.size() != kAll) return false;
  const unsigned bits = parameters[kBits];
  const unsigned block = parameters[kBlock];
  const unsigned line = parameters[kLine];
  return ((bits > 0 && bits <= 24) || bits == 32 || bits == 64) && block > 0 &&
         block <= SZ_MAX_PIXELS_PER_BLOCK && block % 2 == 0 && line >= block &&
         line <= block * SZ_MAX_BLOCKS_PER_SCANLINE;
}

}  // namespace

void UndoSzip(const std::vector<unsigned>& parameters, const Bytes& stored, Bytes& into,
              const std::string& path) {
  uint32_t size_bytes = 0;
  if (stored.size() >= kHead) std::memcpy(&size_bytes, stored.data(), kHead);
  if (!AreSound(parameters) || stored.size() < kHead || size_bytes != into.size())
    throw CorruptChunk("has szip parameters for another size", path);
  SZ_com_t how = {static_cast<int>(parameters[kOptions]), static_cast<int>(parameters[kBits]),
                  static_cast<int>(parameters[kBlock]), static_cast<int>(parameters[kLine])};
  size_t got = into.size();
  const int result =
      SZ_BufftoBuffDecompress(into.data(), &got, stored.data() + kHead, stored.size() - kHead, &how);
  if (result != SZ_OK || got != into.size()) throw CorruptChunk("has a damaged szip stream", path);
}

}  // namespace persist::hdf5
