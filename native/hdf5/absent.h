// A name that nothing in an object's header has, since no message there is so long.
#pragma once

#include <string>

namespace persist::hdf5 {

/**
 * The library makes a table of the links or attributes in an object's header, and when one of them cannot be
 * decoded frees what it has not filled. To look for this name has it decode all of them before.
 */
inline const char* AbsentName() {
  static const std::string name(65536, 'x');
  return name.c_str();
}

}  // namespace persist::hdf5
