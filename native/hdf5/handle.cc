#include "hdf5/handle.h"

#include "hdf5/driver.h"

namespace persist::hdf5 {
namespace {

struct Words {
  std::string text;
  const char* code = nullptr;
};

/** The code that a kind of failure in the library's stack stands for; null for those that say nothing. */
const char* CodeOf(hid_t kind) {
  if (kind == H5E_TRUNCATED) return "PERSIST_TRUNCATED";
  if (kind == H5E_NOFILTER) return "PERSIST_UNSUPPORTED";
  return nullptr;
}

herr_t Append(unsigned depth, const H5E_error2_t* entry, void* out) {
  auto& words = *static_cast<Words*>(out);
  if (entry->desc != nullptr && *entry->desc != '\0') {
    words.text += words.text.empty() ? "" : "; ";
    words.text += entry->desc;
    words.text += " (";
    words.text += entry->func_name;
    words.text += ")";
  }
  // Upward: the first entry is where it began. Damage also leads to things that are not found, later on.
  const bool is_absent = entry->min_num == H5E_NOTFOUND || entry->min_num == H5E_NLINKS;
  if (depth == 0 && entry->maj_num != H5E_DATASET && is_absent) words.code = "PERSIST_NOT_FOUND";
  if (words.code == nullptr) words.code = CodeOf(entry->min_num);
  return 0;
}

}  // namespace

os::Error LibraryError(const char* call, const std::string& file) {
  Words words;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, Append, &words);
  H5Eclear2(H5E_DEFAULT);
  if (std::optional<os::Error> cause = TakeFailure()) return *cause;
  return os::Error(words.code == nullptr ? "PERSIST_FORMAT" : words.code,
                   std::string(call) + " failed on " + file + ": " + words.text, file);
}

}  // namespace persist::hdf5
