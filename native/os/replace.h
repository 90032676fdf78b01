// Puts a file in the place of another: a reader finds the old one or the new one, whole, at every moment.
#pragma once

#include <string>

#include "os/write.h"

namespace persist::os {

/** Names in a directory: what is written first, and what it is called in the end. */
struct Replacement {
  std::string directory;
  std::string temporary;
  std::string name;
};

/**
 * Puts `head` and `data` in the place of a file:
 *
 *  1. Create the temporary (O_EXCL: nothing that exists is opened), and write it.
 *  2. When durable: sync it.
 *  3. Unless the control says stop, rename it over the name: the commit. A link there is replaced, not
 * followed.
 *  4. When durable: sync the directory.
 *
 * What fails before step 4 leaves the old file and no temporary. If step 4 fails the new file is in place,
 * and DURABILITY_UNKNOWN is thrown.
 */
void Replace(const Replacement& place, Span head, Span data, const How& how);

/** Steps 1 and 2 for a file of any name. On failure it does not remain. */
void WriteNew(const std::string& path, Span head, Span data, const How& how);

/** Steps 3 and 4, for a temporary that is written and synced. It stays when step 3 fails. */
void Commit(const Replacement& place, const How& how);

}  // namespace persist::os
