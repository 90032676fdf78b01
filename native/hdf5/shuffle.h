// HDF5's shuffle: the bytes of numbers sorted by significance, first all first bytes, and so on.
#pragma once

#include <cstddef>

namespace persist::hdf5 {

/** `size` bytes of numbers of `width`; what remains behind the last whole number is copied. */
void Shuffle(const unsigned char* from, unsigned char* into, size_t size, size_t width);

/** The way back. */
void Unshuffle(const unsigned char* from, unsigned char* into, size_t size, size_t width);

}  // namespace persist::hdf5
