// Writes past the system's cache, from memory to the disk: for much data that nobody will read soon. The
// cache would cost a copy by the processor, memory that others could use, and later the work of writing it
// back, which takes a core from whoever computes.
#pragma once

#include <string>

#include "os/write.h"

namespace persist::os {

/** Copies what it writes into a window of its own, which lies as the disk wants it; the kernel does that (see
 * Span). For one thread. */
class UncachedWriter {
 public:
  UncachedWriter() = default;
  UncachedWriter(const UncachedWriter&) = delete;
  UncachedWriter& operator=(const UncachedWriter&) = delete;
  ~UncachedWriter();

  /**
   * Writes the whole blocks of `head` and `data`, one after the other, to the start of a new file. Gives how
   * many bytes that were: the others are for the usual way, and so is everything, 0, where the system or the
   * file system cannot do this. Throws DETACHED, IO.
   */
  size_t Write(const Fd& file, Span head, Span data, Control* control, const std::string& path);

 private:
  bool MakeWindow();
  bool Fill(Span head, Span data, size_t from, size_t size_bytes, const std::string& path);

  void* memory_ = nullptr;
  char* window_ = nullptr;  // in it, at a huge page
};

}  // namespace persist::os
