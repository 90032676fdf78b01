// Opens array files of the caller's, whose paths may go through links. Files that an archive names are opened
// by os/beneath.h.
#pragma once

#include <cstdint>
#include <string>

#include "os/fd.h"

namespace persist::os {

/** Opens a regular file. A FIFO does not hang it. Throws NOT_FOUND, NOT_REGULAR_FILE, IO. */
Fd OpenRegular(const std::string& path, bool writable);

/** How long an open file is. `file` is for messages. */
uint64_t SizeOf(int fd, const std::string& file);

/** Reads up to `room` bytes from the start of an open file, and gives how many there were. */
size_t ReadStart(int fd, void* into, size_t room, const std::string& file);

}  // namespace persist::os
