#include "hdf5/messages.h"

#include <algorithm>

#include "hdf5/product.h"

namespace persist::hdf5 {
namespace {

constexpr size_t kMostAxes = 32;
constexpr size_t kMostFilters = 32;
constexpr unsigned kNamelessFilters = 256;  // from the second version on
constexpr char kSharesMore[] = "shares what is no type";

uint64_t RoundUp(uint64_t size_bytes) { return (size_bytes + 7) / 8 * 8; }

/** A type that is elsewhere: gives the object that it is in. */
uint64_t CheckShared(Cursor from, const Widths& widths) {
  const uint64_t version = from.Number(1);
  const uint64_t where = from.Number(1);
  if (version == 0 || version > 3) throw from.Corrupt("shares a message in an unknown way");
  if (version == 3 && where == 1) {
    throw os::Error("PERSIST_UNSUPPORTED", from.path() + " keeps types in a heap of shared messages",
                    from.path());
  }
  if (version == 1) from.Skip(6 + widths.length_bytes);
  return from.Number(widths.address_bytes);
}

struct Space {
  std::vector<uint64_t> shape;
  std::vector<uint64_t> largest;
};

Space CheckSpace(Cursor from, const Widths& widths) {
  enum : uint64_t { kScalar = 0, kSimple = 1, kNull = 2 };
  const uint64_t version = from.Number(1);
  const uint64_t axes = from.Number(1);
  const uint64_t flags = from.Number(1);
  const uint64_t kind = from.Number(1);
  if (axes > kMostAxes) throw from.Corrupt("has a dataspace of too many axes");
  if (version > 1 && (kind > kNull || (kind == kSimple) != (axes > 0)))
    throw from.Corrupt("has a dataspace whose axes are not those of its kind");
  if (version == 1) from.Skip(4);
  Space out;
  for (uint64_t k = 0; k < axes; k++) out.shape.push_back(from.Number(widths.length_bytes));
  out.largest = out.shape;
  if ((flags & 1) != 0)
    for (uint64_t& extent : out.largest) {
      extent = from.Number(widths.length_bytes);
      if (extent == ~uint64_t{0} >> (64 - 8 * widths.length_bytes)) extent = ~uint64_t{0};
    }
  for (size_t k = 0; k < axes; k++)
    if (out.shape[k] > out.largest[k]) throw from.Corrupt("has an extent beyond the largest");
  if (version > 1 && kind == kNull) out.shape.assign(1, 0);  // holds nothing
  return out;
}

void CheckFill(Cursor from, bool is_old, Said& said) {
  bool is_signed = true;
  if (!is_old) {
    const uint64_t version = from.Number(1);
    const uint64_t flags = from.Number(1);
    is_signed = version < 3;
    if (is_signed) {
      from.Skip(1);
      if (from.Number(1) == 0) return;
    } else if ((flags & 0x10) != 0 || (flags & 0x20) == 0) {
      return;  // undefined, or zeros
    }
  }
  const uint64_t size_bytes = from.Number(4);
  if (size_bytes == 0 || (is_signed && size_bytes >> 31 != 0)) return;
  from.Skip(size_bytes);
  said.fill_bytes.push_back(size_bytes);
}

struct LinkStart {
  uint64_t kind;
  std::string_view name;
};

LinkStart TakeLink(Cursor& from) {
  from.Skip(1);
  const uint64_t flags = from.Number(1);
  const uint64_t kind = (flags & 8) != 0 ? from.Number(1) : 0;
  if ((flags & 4) != 0) from.Skip(8);
  if ((flags & 0x10) != 0) from.Skip(1);
  return {kind, from.Part(from.Number(size_t{1} << (flags & 3))).bytes()};
}

void CheckLink(Cursor from, const Widths& widths) {
  enum : uint64_t { kHard = 0, kSoft = 1, kOutside = 64 };
  const uint64_t kind = TakeLink(from).kind;
  if (kind == kHard) {
    from.Skip(widths.address_bytes);
    return;
  }
  Cursor value = from.Part(from.Number(2));
  if (kind != kOutside) return;
  value.Skip(1);
  value.Text();
  value.Text();
}

void TakeNames(Cursor from, bool are_links, const Widths& widths, Said& said) {
  from.Skip(1);
  const uint64_t has = from.Number(1);
  if ((has & 1) != 0) from.Skip(are_links ? 8 : 2);
  const uint64_t heap = from.Number(widths.address_bytes);
  Names out = {are_links, heap, from.Number(widths.address_bytes), std::nullopt};
  if ((has & 2) != 0) out.by_order = from.Number(widths.address_bytes);
  said.names.push_back(out);
}

void CheckExternal(Cursor from, const Widths& widths) {
  from.Skip(4);
  const uint64_t room = from.Number(2);
  const uint64_t count = from.Number(2);
  if (count > room) throw from.Corrupt("has more external files than it has room for");
  from.Skip(widths.address_bytes + count * 3 * widths.length_bytes);
}

/** Extents of a chunk, the last being an element's bytes. */
std::vector<uint64_t> Chunk(Cursor& from, uint64_t axes, size_t width) {
  std::vector<uint64_t> out;
  for (uint64_t k = 0; k < axes; k++) out.push_back(from.Number(width));
  const auto size_bytes = Product(1, out);
  if (axes < 2 || axes > kMostAxes + 1 || !size_bytes || *size_bytes == 0 || *size_bytes >> 32 != 0)
    throw from.Corrupt("has chunks of no size, or of too much");
  return out;
}

/** How the chunks of newer files are found. */
void TakeIndex(Cursor& from, uint64_t flags, const Widths& widths, Said& said) {
  enum : uint64_t { kSingle = 1, kImplicit = 2, kFixed = 3, kExtensible = 4, kTree = 5 };
  const auto add = [&](Index::Kind kind, size_t parameter_bytes) {
    from.Skip(parameter_bytes);
    said.indexes.push_back({kind, from.Number(widths.address_bytes)});
  };
  switch (from.Number(1)) {
    case kSingle: {
      const bool is_filtered = (flags & 2) != 0;
      uint64_t size_bytes = *Product(1, said.chunk);
      if (is_filtered) {
        size_bytes = from.Number(widths.length_bytes);
        from.Skip(4);
      }
      said.piece = {from.Number(widths.address_bytes), size_bytes};
      break;
    }
    case kImplicit:
      add(Index::kImplicit, 0);
      break;
    case kFixed:
      add(Index::kFixed, 1);
      break;
    case kExtensible:
      add(Index::kExtensible, 5);
      break;
    case kTree:
      add(Index::kChunkTree, 6);
      break;
    default:
      throw from.Corrupt("has an unknown index of chunks");
  }
}

void CheckLayout(Cursor from, const Widths& widths, Said& said) {
  enum : uint64_t { kCompact = 0, kContiguous = 1, kChunked = 2, kVirtual = 3 };
  const uint64_t version = from.Number(1);
  if (version < 3) {
    const uint64_t axes = from.Number(1);
    const uint64_t kind = from.Number(1);
    from.Skip(5);
    if (kind > kChunked || axes == 0 || axes > kMostAxes + 1) throw from.Corrupt("has an unknown layout");
    const uint64_t address = kind == kCompact ? 0 : from.Number(widths.address_bytes);
    if (kind == kChunked) {
      said.chunk = Chunk(from, axes, 4);
      said.chunk_tree = address;
    } else {
      from.Skip(axes * 4);
    }
    if (kind == kCompact) said.compact = from.Part(from.Number(4)).bytes();
    if (kind == kContiguous) said.piece = {address, 0};
    return;
  }
  switch (from.Number(1)) {
    case kCompact:
      said.compact = from.Part(from.Number(2)).bytes();
      return;
    case kContiguous: {
      const uint64_t address = from.Number(widths.address_bytes);
      said.piece = {address, from.Number(widths.length_bytes)};
      return;
    }
    case kChunked:
      if (version == 3) {
        const uint64_t axes = from.Number(1);
        said.chunk_tree = from.Number(widths.address_bytes);
        said.chunk = Chunk(from, axes, 4);
      } else {
        const uint64_t flags = from.Number(1);
        const uint64_t axes = from.Number(1);
        const uint64_t width = from.Number(1);
        if (width == 0 || width > 8) throw from.Corrupt("has chunks whose extents have too many bytes");
        said.chunk = Chunk(from, axes, width);
        TakeIndex(from, flags, widths, said);
      }
      return;
    case kVirtual: {
      const uint64_t address = from.Number(widths.address_bytes);
      said.sources = {address, from.Number(4), std::nullopt};
      return;
    }
    default:
      throw from.Corrupt("has an unknown layout");
  }
}

void CheckFilters(Cursor from, Said& said) {
  const uint64_t version = from.Number(1);
  const uint64_t count = from.Number(1);
  if (count > kMostFilters) throw from.Corrupt("has too many filters");
  said.is_filtered = count > 0;
  if (version == 1) from.Skip(6);
  for (uint64_t k = 0; k < count; k++) {
    const uint64_t id = from.Number(2);
    const uint64_t name_bytes = version > 1 && id < kNamelessFilters ? 0 : from.Number(2);
    from.Skip(2);
    const uint64_t numbers = from.Number(2);
    if (name_bytes > 0) from.Part(name_bytes).Text();
    from.Skip(4 * (version == 1 ? numbers + numbers % 2 : numbers));
  }
}

void CheckAttribute(Cursor from, const Widths& widths, Said& said) {
  const uint64_t version = from.Number(1);
  const uint64_t flags = from.Number(1);
  const uint64_t name_bytes = from.Number(2);
  const uint64_t type_bytes = from.Number(2);
  const uint64_t space_bytes = from.Number(2);
  if (version == 0 || version > 3) throw from.Corrupt("has an attribute of an unknown version");
  if (version == 3) from.Skip(1);
  const auto whole = [&](uint64_t size_bytes) { return version == 1 ? RoundUp(size_bytes) : size_bytes; };
  from.Part(whole(name_bytes)).Text();
  Cursor its_type = from.Part(whole(type_bytes));
  const Cursor its_space = from.Part(whole(space_bytes));
  const bool shares_type = version > 1 && (flags & 1) != 0;
  const bool shares_space = version > 1 && (flags & 2) != 0;
  if (shares_space) throw from.Corrupt(kSharesMore);
  const auto count = Product(1, CheckSpace(its_space, widths).shape);
  if (!count) throw from.Corrupt("has an attribute of more than 2^63 elements");
  if (shares_type) {
    said.objects.push_back(CheckShared(its_type, widths));
    said.attributes.push_back({said.objects.back(), *count, std::string(from.bytes())});
  } else {
    TakeTexts(CheckDatatype(its_type, widths.address_bytes), *count, from, widths, said.texts);
  }
}

void CheckType(Cursor from, unsigned flags, const Widths& widths, Said& said) {
  if ((flags & kShared) == 0) {
    said.type = CheckDatatype(from, widths.address_bytes);
  } else {
    said.type_at = CheckShared(from, widths);
    said.objects.push_back(*said.type_at);
  }
}

/** How many links a group holds in its header. */
void CheckGroupInfo(Cursor from) {
  from.Skip(1);
  const uint64_t has = from.Number(1);
  from.Skip(((has & 1) != 0 ? 4 : 0) + ((has & 2) != 0 ? 4 : 0));
}

void TakeRanks(Cursor from, Said& said) {
  from.Skip(1);
  const uint64_t chunks = from.Number(2);
  const uint64_t leaves = from.Number(2);
  said.ranks = {from.Number(2), leaves, chunks};
}

/** How the library is to look for room in the file. */
void CheckFileSpace(Cursor from, const Widths& widths, Said& said) {
  constexpr size_t kKinds = 6;        // of what lies in a file
  constexpr size_t kPagedKinds = 12;  // the same, small and large
  const bool is_old = from.Number(1) == 0;
  const uint64_t strategy = from.Number(1);
  said.keeps_free_room = is_old ? strategy == 1 : from.Number(1) != 0;
  from.Skip(widths.length_bytes);
  if (!is_old) {
    constexpr uint64_t kLeastPage = 512;
    constexpr uint64_t kMostPage = uint64_t{1} << 30;
    const uint64_t page_bytes = from.Number(widths.length_bytes);
    if (page_bytes < kLeastPage || page_bytes > kMostPage) throw from.Corrupt("has pages that cannot be");
    from.Skip(2 + widths.address_bytes);
  }
  if (said.keeps_free_room) from.Skip((is_old ? kKinds : kPagedKinds) * widths.address_bytes);
}

}  // namespace

std::string_view NameOfLink(Cursor link) { return TakeLink(link).name; }

void TakeTexts(WrittenType type, uint64_t count, Cursor data, const Widths& widths,
               std::vector<HeapPlace>& texts) {
  const auto size_bytes = Product(type.size_bytes, {count});
  if (!size_bytes) throw data.Corrupt("has an attribute of more than 2^63 bytes");
  for (Cursor rest = data.Part(*size_bytes); type.is_text && rest.rest() > 0;) {
    const uint64_t length = rest.Number(4);
    const uint64_t address = rest.Number(widths.address_bytes);
    texts.push_back({address, rest.Number(4), length});
  }
}

void CheckMessage(Message kind, unsigned flags, Cursor body, const Widths& widths, Said& said) {
  // of two the library takes one, and it is not said which
  if (kind != Message::kNothing && kind != Message::kLink && kind != Message::kAttribute &&
      !said.kinds.insert(kind).second)
    throw body.Corrupt("says one thing twice");
  if (kind == Message::kType) {
    CheckType(body, flags, widths, said);
    return;
  }
  if ((flags & kShared) != 0) throw body.Corrupt(kSharesMore);
  switch (kind) {
    case Message::kSpace: {
      Space space = CheckSpace(body, widths);
      said.shape = std::move(space.shape);
      said.largest = std::move(space.largest);
      break;
    }
    case Message::kLinkInfo:
      TakeNames(body, true, widths, said);
      break;
    case Message::kAttributeInfo:
      TakeNames(body, false, widths, said);
      break;
    case Message::kOldFill:
    case Message::kFill:
      CheckFill(body, kind == Message::kOldFill, said);
      break;
    case Message::kLink:
      CheckLink(body, widths);
      break;
    case Message::kExternal:
      CheckExternal(body, widths);
      break;
    case Message::kLayout:
      CheckLayout(body, widths, said);
      break;
    case Message::kFilters:
      CheckFilters(body, said);
      break;
    case Message::kAttribute:
      CheckAttribute(body, widths, said);
      break;
    case Message::kSymbolTable:
      said.symbols = {body.Number(widths.address_bytes), 0};
      said.symbols->heap = body.Number(widths.address_bytes);
      break;
    case Message::kTreeRanks:
      TakeRanks(body, said);
      break;
    // what is written when an object changes takes so much room
    case Message::kGroupInfo:
      CheckGroupInfo(body);
      break;
    case Message::kOldTime:
      body.Skip(16);
      break;
    case Message::kTime:
      body.Skip(8);
      break;
    case Message::kReferences:
      body.Skip(1 + 4);
      break;
    case Message::kDriver:
      body.Skip(1 + 8);
      body.Skip(body.Number(2));
      break;
    case Message::kFileSpace:
      CheckFileSpace(body, widths, said);
      break;
    case Message::kSharedTable:
    case Message::kCacheImage:
      throw os::Error("PERSIST_UNSUPPORTED",
                      body.path() + " keeps metadata in an unusual place (message " +
                          std::to_string(static_cast<unsigned>(kind)) + ")",
                      body.path());
    default:
      break;  // what the library does not decode for us
  }
}

}  // namespace persist::hdf5
