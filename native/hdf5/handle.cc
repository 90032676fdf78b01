#include "hdf5/handle.h"

namespace persist::hdf5 {
namespace {

herr_t Append(unsigned, const H5E_error2_t* entry, void* out) {
  auto& text = *static_cast<std::string*>(out);
  if (entry->desc != nullptr && *entry->desc != '\0') {
    text += text.empty() ? "" : "; ";
    text += entry->desc;
    text += " (";
    text += entry->func_name;
    text += ")";
  }
  return 0;
}

}  // namespace

os::Error LibraryError(const char* call, const std::string& file) {
  std::string words;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, Append, &words);
  H5Eclear2(H5E_DEFAULT);
  return os::Error("PERSIST_IO", std::string(call) + " failed on " + file + ": " + words, file);
}

}  // namespace persist::hdf5
