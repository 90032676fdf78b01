// Objects of a file: where they begin, and the links that lead to them.
#pragma once

#include <string>

#include "hdf5/claims.h"
#include "hdf5/file.h"

namespace persist::hdf5 {

/**
 * Opens the object whose header begins at an address, after a look at that (see header.h); a group perhaps
 * only to look for one link.
 */
Handle OpenAt(const File& file, uint64_t address, const std::string* link = nullptr);

/**
 * The header of the object that a path leads to, by hard and soft links. The library would decode the headers
 * on the way unseen. Throws NOT_FOUND; UNSUPPORTED where it leads to another file.
 */
uint64_t Follow(const File& file, const std::string& path);

/** What is to be removed before a dataset can have a name. */
enum class Removal {
  kNothing,
  kLink,      // with the dataset, where it was the last
  kLinkOnly,  // the dataset's room cannot be freed without going through what was not looked at
};

/**
 * Looks at all that the library goes through when it puts a dataset into a file: the groups on the way, the
 * index of the one that gets the link, and what has the name. Claims are those of all that is put there.
 * Throws EXISTS where a group or a type has it.
 */
Removal CheckPlace(const File& file, const std::string& path, Claims& claims);

/** Where an open object's header begins, counted from where the file does behind its user block. */
uint64_t HeaderOf(hid_t object, const std::string& path);

}  // namespace persist::hdf5
