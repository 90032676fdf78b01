// Links and attributes that are too many for an object's header: they lie in a heap, and trees find them.
#pragma once

#include "hdf5/claims.h"
#include "hdf5/messages.h"

namespace persist::hdf5 {

/** Goes through them as through those in a header; what they say is added. Throws CORRUPT, UNSUPPORTED. */
void CheckNames(const Names& names, const Metadata& file, Said& said);

/** Only what the library comes across where it looks for a link: there may be a million. */
void CheckLink(const Names& names, const std::string& name, const Metadata& file, Said& said);

/** What the library needs, besides, to add a link to them or to take one away. Throws likewise. */
void CheckToChange(const Names& names, const Metadata& file, Claims& claims);

}  // namespace persist::hdf5
