// Reads a selection of an array: which bytes of a source are wanted, and where they go. Reads no more of a
// file than saves calls of the system.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "array/source.h"
#include "os/control.h"

namespace persist::array {

/** One axis of a selection: how many elements, and how far they are from each other in the source and in the
 * result. */
struct Axis {
  uint64_t count;
  uint64_t from_step;  // in bytes; at least as long as all inner axes reach
  int64_t to_step;     // in bytes; negative where the result runs the other way
};

struct Selection {
  uint64_t from;  // byte of the first element in the source
  size_t to;      // byte of that element in the result
  size_t itemsize;
  size_t swap;             // reverse each so many bytes (2, 4, 8); 0 for none
  std::vector<Axis> axes;  // outermost first: descending steps in the source
};

/** Bytes of the result. */
uint64_t SizeOf(const Selection& selection);

/** Whether the steps are in order and the result stays within `size` bytes, each of them written once. */
bool IsSound(const Selection& selection, size_t size);

/** Fills the result. Throws what the source throws, and CLOSED when the control says stop. */
void ReadSelection(Source& source, Selection selection, char* result, os::Control* control);

/** The same out of an open file: on all cores where it lies in many places. */
void ReadSelection(int fd, const Selection& selection, char* result, os::Control* control,
                   const std::string& file);

/** Reverses the bytes of each number of `width` bytes. */
void SwapBytes(void* data, size_t size, size_t width);

}  // namespace persist::array
