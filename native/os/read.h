// Reads a range of a file into memory of the addon's own.
#pragma once

#include <string>

#include "os/control.h"

namespace persist::os {

/** Fills `into` from `offset` on, in pieces where a control may stop it. Throws TRUNCATED when the file ends
 * before. */
void ReadRange(int fd, uint64_t offset, void* into, size_t size_bytes, Control* control,
               const std::string& file);

/** Asks for huge pages under memory that is about to be filled: page faults cost more than the copy. */
void AdviseHuge(void* start, size_t size_bytes);

}  // namespace persist::os
