// Numbers of any number of bits, packed one behind the other, the highest bit first.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace persist::hdf5 {

/** Takes them out. That there are as many is for its owner to see to. */
class Bits {
 public:
  explicit Bits(const unsigned char* from) : next_(from) {}

  /** A number of up to 64 bits. */
  uint64_t Take(unsigned count) {
    uint64_t out = 0;
    while (count > 0) {
      if (left_ == 0) {
        byte_ = *next_++;
        left_ = 8;
      }
      const unsigned part = std::min(count, left_);
      left_ -= part;
      out = out << part | (static_cast<unsigned>(byte_) >> left_ & ((1U << part) - 1));
      count -= part;
    }
    return out;
  }

 private:
  const unsigned char* next_;
  unsigned char byte_ = 0;
  unsigned left_ = 0;
};

}  // namespace persist::hdf5
