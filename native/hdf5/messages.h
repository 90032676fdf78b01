// Messages in an object's header. The library decodes them without looking where they end, and believes
// their numbers; so they are gone through before.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "hdf5/cursor.h"
#include "hdf5/datatype.h"
#include "hdf5/message.h"
#include "hdf5/metadata.h"

namespace persist::hdf5 {

/** A place in a global heap. */
struct HeapPlace {
  uint64_t address;
  uint64_t index;
  std::optional<uint64_t> size_bytes;  // that must be there
};

/** What finds chunks, and where it begins. */
struct Index {
  enum Kind { kImplicit, kFixed, kExtensible, kChunkTree } kind;
  uint64_t address;
};

/** Where many links or attributes lie, and the trees that find them. */
struct Names {
  bool are_links;
  uint64_t heap;
  uint64_t by_name;
  std::optional<uint64_t> by_order;  // in which they were made
};

/** An older group's index: a tree, and a heap of names. */
struct Symbols {
  uint64_t tree;
  uint64_t heap;
};

/** Such as the elements of a dataset that lie in one piece, or its only chunk. */
struct Piece {
  uint64_t address;
  uint64_t size_bytes;
};

/** What an attribute holds whose type is elsewhere. */
struct Untyped {
  uint64_t type_at;
  uint64_t count;
  std::string data;
};

/** What the messages of one object say that must agree, or is to be looked at elsewhere. */
struct Said {
  std::optional<WrittenType> type;  // of an element; nothing where it is elsewhere
  std::optional<uint64_t> type_at;  // the object that is its type
  std::optional<std::vector<uint64_t>> shape;
  std::vector<uint64_t> largest;     // extents that it may grow to; ~0 for any
  std::vector<uint64_t> fill_bytes;  // of each fill value: there may be one in the old form beside the new
  std::vector<uint64_t> chunk;       // the last extent is an element's bytes
  bool is_filtered = false;
  std::vector<Piece> parts;  // of the header itself
  std::optional<Piece> piece;
  std::string compact;                 // elements that lie in the header themselves
  std::optional<uint64_t> chunk_tree;  // the older tree that finds chunks
  std::optional<Symbols> symbols;
  std::optional<Ranks> ranks;     // of the file
  bool keeps_free_room = false;   // the file: it lists what is free in it
  std::vector<uint64_t> objects;  // whose headers the library will read, too
  std::vector<Index> indexes;
  std::vector<Names> names;
  std::vector<HeapPlace> texts;
  std::vector<Untyped> attributes;
  std::optional<HeapPlace> sources;  // of a virtual dataset
  std::set<Message> kinds;           // of messages that there may be one of
};

/** Goes through a message of a kind. Throws CORRUPT where the library would read beyond its end, or go
 * astray.
 */
void CheckMessage(Message kind, unsigned flags, Cursor body, const Widths& widths, Said& said);

/** The name in a link's message. Throws CORRUPT. */
std::string_view NameOfLink(Cursor link);

/** Finds the texts among elements. Throws CORRUPT where there are fewer bytes than elements. */
void TakeTexts(WrittenType type, uint64_t count, Cursor data, const Widths& widths,
               std::vector<HeapPlace>& texts);

}  // namespace persist::hdf5
