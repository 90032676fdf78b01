// Objects of a file: where they begin, and the links that lead to them.
#pragma once

#include <string>

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

/** Where an open object's header begins, counted from where the file does behind its user block. */
uint64_t HeaderOf(hid_t object, const std::string& path);

}  // namespace persist::hdf5
