// Opening files that an archive names: always beneath its directory, never through a link.
#pragma once

#include <string>

#include "os/fd.h"

namespace persist::os {

/** Opens a directory, whose own path may well be a link: it is the caller's, not an archive's. */
Fd OpenDirectory(const std::string& path);

/**
 * Opens a regular file by a path relative to a directory, component by component, each without following
 * links, so that nothing swapped in meanwhile leads elsewhere. A FIFO does not hang it. Throws PATH_ESCAPE,
 * SYMLINK, NOT_REGULAR_FILE, NOT_FOUND, IO.
 */
Fd OpenBeneath(const std::string& directory, const std::string& file, bool writable);

}  // namespace persist::os
