#include "hdf5/text.h"

#include <algorithm>
#include <cstring>

#include "array/selection.h"
#include "hdf5/chunks.h"
#include "hdf5/header.h"
#include "hdf5/heap.h"

namespace persist::hdf5 {
namespace {

constexpr char32_t kReplacement = 0xfffd;

/** The code point at the front of a text, which loses it. */
char32_t Next(std::string_view& text) {
  const auto byte = [&](size_t k) { return static_cast<unsigned char>(text[k]); };
  const unsigned first = byte(0);
  const size_t length = first < 0x80 ? 1 : first >= 0xf0 && first < 0xf5 ? 4 : first >= 0xe0 ? 3 : 2;
  const bool is_start = first < 0x80 || (first >= 0xc2 && first < 0xf5);
  char32_t code = length == 1 ? first : first & (0x7fU >> length);
  bool is_good = is_start && length <= text.size();
  for (size_t k = 1; is_good && k < length; k++) {
    is_good = (byte(k) & 0xc0) == 0x80;
    code = code << 6 | (byte(k) & 0x3fU);
  }
  const char32_t least = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0;
  is_good = is_good && code >= least && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  text.remove_prefix(is_good ? length : 1);
  return is_good ? code : kReplacement;
}

/** What stands in the file for the strings of a selection, in C order. */
std::vector<unsigned char> References(const Dataset& dataset, const std::vector<Range>& ranges,
                                      uint64_t count, const File& file) {
  const size_t each_bytes = Heap::ReferenceBytes(file.widths());
  std::vector<unsigned char> out(count * each_bytes);
  if (count == 0) return out;
  if (!dataset.chunk.empty()) {
    ReadChunks(dataset, ranges, std::vector<unsigned char>(each_bytes), out.data(), file, nullptr);
  } else if (dataset.offset || dataset.is_compact) {
    array::Selection selection = {dataset.offset.value_or(0), 0, each_bytes, 0, {}};
    uint64_t from_step = each_bytes;
    auto to_step = static_cast<int64_t>(each_bytes);
    for (size_t axis = ranges.size(); axis-- > 0;) {
      selection.from += ranges[axis].start * from_step;
      selection.axes.insert(selection.axes.begin(),
                            {ranges[axis].count, ranges[axis].step * from_step, to_step});
      from_step *= dataset.shape[axis];
      to_step *= static_cast<int64_t>(ranges[axis].count);
    }
    const auto read = [&](array::Source&& source) {
      array::ReadSelection(source, selection, reinterpret_cast<char*>(out.data()), nullptr);
    };
    if (dataset.is_compact) {
      const Said said = CheckHeader(file, dataset.header);
      read(array::MemorySource(said.compact, file.path()));
    } else {
      read(array::FileSource(file.fd(), 0, file.path()));
    }
  }  // else never written: all empty
  return out;
}

}  // namespace

Elements ReadText(const Dataset& dataset, const std::vector<Range>& ranges, uint64_t count,
                  const File& file) {
  const std::string& path = file.path();
  Heap heap(file);
  const std::vector<unsigned char> references = References(dataset, ranges, count, file);
  const size_t each_bytes = Heap::ReferenceBytes(file.widths());
  const auto text_at = [&](uint64_t k) {
    const auto* const reference = reinterpret_cast<const char*>(references.data() + k * each_bytes);
    const std::string_view whole = heap.Get(Cursor({reference, each_bytes}, path));
    return whole.substr(0, whole.find('\0'));
  };
  Elements out;
  out.characters = 1;  // NumPy's strings have room for one character at least
  for (uint64_t k = 0; k < count; k++) {
    size_t characters = 0;
    for (std::string_view text = text_at(k); !text.empty(); characters++) Next(text);
    out.characters = std::max(out.characters, characters);
  }
  const std::optional<uint64_t> size_bytes = Product(out.characters * sizeof(char32_t), {count});
  if (!size_bytes) throw os::Error("PERSIST_LIMIT", path + " has strings for more than 2^63 bytes", path);
  CheckClaim(*size_bytes, file);
  out.memory = std::make_unique<Memory>(*size_bytes);
  auto* row = static_cast<char*>(out.memory->data());
  for (uint64_t k = 0; k < count; k++, row += out.characters * sizeof(char32_t)) {
    char* to = row;
    for (std::string_view text = text_at(k); !text.empty(); to += sizeof(char32_t)) {
      const char32_t code = Next(text);
      std::memcpy(to, &code, sizeof code);
    }
  }
  return out;
}

}  // namespace persist::hdf5
