#include "array/descr.h"

#include <charconv>

#include "os/error.h"

namespace persist::array {

Descr ParseDescr(const std::string& text) {
  const os::Error bad("PERSIST_FORMAT", "\"" + text + "\" is not a little-endian type descriptor");
  if (text.size() < 3 || (text[0] != '<' && text[0] != '|')) throw bad;
  const char kind = text[1];
  if (std::string("biufcMmSUV").find(kind) == std::string::npos) throw bad;
  size_t count = 0;
  const auto [end, status] = std::from_chars(text.data() + 2, text.data() + text.size(), count);
  const bool whole = end == text.data() + text.size();
  if (status != std::errc() || (!whole && ((kind != 'M' && kind != 'm') || *end != '['))) throw bad;
  return {kind, kind == 'U' ? count * 4 : count, text};
}

}  // namespace persist::array
