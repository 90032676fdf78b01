#include "hdf5/object.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "hdf5/header.h"

namespace persist::hdf5 {
namespace {

constexpr size_t kMostSoftLinks = 16;  // on one way, as in the library

/** Puts the names in a path before others, which are in reverse. */
void Prepend(const std::string& path, std::vector<std::string>& names) {
  for (size_t end = path.size(); end > 0;) {
    const size_t slash = path.rfind('/', end - 1);
    const size_t start = slash == std::string::npos ? 0 : slash + 1;
    const std::string name = path.substr(start, end - start);
    if (!name.empty() && name != ".") names.push_back(name);
    end = slash == std::string::npos ? 0 : slash;
  }
}

os::Error Fault(const char* code, const std::string& what, const File& file) {
  return os::Error(code, what + " in " + file.path(), file.path());
}

std::string TargetOf(hid_t group, const std::string& name, const H5L_info_t& link, const std::string& file) {
  std::string out(link.u.val_size, '\0');
  Check(H5Lget_val(group, name.c_str(), out.data(), out.size(), H5P_DEFAULT), "H5Lget_val", file);
  out.resize(std::min(out.size(), out.find('\0')));
  return out;
}

/** Where a walk along a path ends. */
enum class End { kObject, kNoGroup, kNoLink, kOtherFile, kTooManyLinks };

struct Way {
  End end;
  uint64_t at;  // the object, or the group where it goes no further
};

/**
 * Goes along a path by hard and soft links. The visitor is told, for each name, the group that it is looked
 * for in, whether it is the last of what is left to go, and what kind of link it is, if there is one.
 */
template <typename Visit>
Way Walk(const File& file, const std::string& path, const Visit& visit) {
  uint64_t at = file.root();
  size_t soft_links = 0;
  std::vector<std::string> names;
  for (Prepend(path, names); !names.empty();) {
    const std::string name = std::move(names.back());
    names.pop_back();
    const Handle group = OpenAt(file, at, &name);
    if (H5Iget_type(group) != H5I_GROUP) return {End::kNoGroup, at};
    const bool is_there = Check(H5Lexists(group, name.c_str(), H5P_DEFAULT), "H5Lexists", file.path()) > 0;
    H5L_info_t link = {};
    if (is_there) Check(H5Lget_info(group, name.c_str(), &link, H5P_DEFAULT), "H5Lget_info", file.path());
    visit(at, names.empty(), is_there ? std::optional(link.type) : std::nullopt);
    if (!is_there) return {End::kNoLink, at};
    if (link.type == H5L_TYPE_HARD) {
      at = link.u.address;
      continue;
    }
    if (link.type != H5L_TYPE_SOFT) return {End::kOtherFile, at};
    if (++soft_links > kMostSoftLinks) return {End::kTooManyLinks, at};
    const std::string target = TargetOf(group, name, link, file.path());
    if (target.rfind('/', 0) == 0) at = file.root();
    Prepend(target, names);
  }
  return {End::kObject, at};
}

os::Error FaultAt(End end, const std::string& path, const File& file) {
  switch (end) {
    case End::kNoGroup:
      return Fault("PERSIST_NOT_FOUND", path + " leads through what is no group", file);
    case End::kOtherFile:
      return Fault("PERSIST_UNSUPPORTED", path + " leads to another file, which is not opened,", file);
    case End::kTooManyLinks:
      return Fault("PERSIST_NOT_FOUND", path + " leads through too many links", file);
    default:
      return Fault("PERSIST_NOT_FOUND", path + " is not there", file);
  }
}

}  // namespace

Handle OpenAt(const File& file, uint64_t address, const std::string* link) {
  if (file.sound().count(address) == 0) {
    CheckHeader(file, address, link);
    if (link == nullptr) file.sound().insert(address);
  }
  return {Check(H5Oopen_by_addr(file, address), "H5Oopen_by_addr", file.path()), H5Oclose};
}

uint64_t Follow(const File& file, const std::string& path) {
  const Way way = Walk(file, path, [](uint64_t, bool, const std::optional<H5L_type_t>&) {});
  if (way.end != End::kObject) throw FaultAt(way.end, path, file);
  return way.at;
}

Removal CheckPlace(const File& file, const std::string& path, Claims& claims) {
  std::optional<H5L_type_t> found;  // how the name itself is linked
  const Way way = Walk(file, path, [&](uint64_t group, bool is_last, const std::optional<H5L_type_t>& link) {
    if (found) return;  // what it leads to stays as it is
    CheckToChange(file, group, claims);
    if (is_last) found = link;
  });
  if (way.end != End::kObject) {
    if (found) return Removal::kLink;
    if (way.end == End::kNoLink) return Removal::kNothing;
    throw FaultAt(way.end, path, file);
  }
  if (H5Iget_type(OpenAt(file, way.at)) != H5I_DATASET)
    throw Fault("PERSIST_EXISTS", path + " is a group or a type", file);
  if (found != H5L_TYPE_HARD) return Removal::kLink;
  return CheckToChange(file, way.at, claims) ? Removal::kLinkOnly : Removal::kLink;
}

uint64_t HeaderOf(hid_t object, const std::string& path) {
  H5O_info_t info;
  Check(H5Oget_info2(object, &info, H5O_INFO_BASIC), "H5Oget_info2", path);
  return info.addr;
}

}  // namespace persist::hdf5
