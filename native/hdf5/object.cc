#include "hdf5/object.h"

#include <algorithm>
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

}  // namespace

Handle OpenAt(const File& file, uint64_t address, const std::string* link) {
  if (file.sound().count(address) == 0) {
    CheckHeader(file, address, link);
    if (link == nullptr) file.sound().insert(address);
  }
  return {Check(H5Oopen_by_addr(file, address), "H5Oopen_by_addr", file.path()), H5Oclose};
}

uint64_t Follow(const File& file, const std::string& path) {
  uint64_t at = file.root();
  size_t soft_links = 0;
  std::vector<std::string> names;
  for (Prepend(path, names); !names.empty();) {
    const std::string name = std::move(names.back());
    names.pop_back();
    const Handle group = OpenAt(file, at, &name);
    if (H5Iget_type(group) != H5I_GROUP)
      throw Fault("PERSIST_NOT_FOUND", path + " leads through what is no group", file);
    H5L_info_t link;
    Check(H5Lget_info(group, name.c_str(), &link, H5P_DEFAULT), "H5Lget_info", file.path());
    if (link.type == H5L_TYPE_HARD) {
      at = link.u.address;
      continue;
    }
    if (link.type != H5L_TYPE_SOFT)
      throw Fault("PERSIST_UNSUPPORTED", path + " leads to another file, which is not opened,", file);
    if (++soft_links > kMostSoftLinks)
      throw Fault("PERSIST_NOT_FOUND", path + " leads through too many links", file);
    const std::string target = TargetOf(group, name, link, file.path());
    if (target.rfind('/', 0) == 0) at = file.root();
    Prepend(target, names);
  }
  return at;
}

Removal CheckPlace(const File& file, const std::string& path, Claims& claims) {
  uint64_t at = file.root();
  size_t soft_links = 0;
  std::optional<H5L_type_t> found;  // how the name itself is linked
  std::vector<std::string> names;
  for (Prepend(path, names); !names.empty();) {
    const std::string name = std::move(names.back());
    names.pop_back();
    const Handle group = OpenAt(file, at, &name);
    if (H5Iget_type(group) != H5I_GROUP) {
      if (found) return Removal::kLink;
      throw Fault("PERSIST_NOT_FOUND", path + " leads through what is no group", file);
    }
    const bool is_there = Check(H5Lexists(group, name.c_str(), H5P_DEFAULT), "H5Lexists", file.path()) > 0;
    if (!found) CheckToChange(file, at, claims);
    if (!is_there) return found ? Removal::kLink : Removal::kNothing;
    H5L_info_t link;
    Check(H5Lget_info(group, name.c_str(), &link, H5P_DEFAULT), "H5Lget_info", file.path());
    if (names.empty() && !found) found = link.type;
    if (link.type == H5L_TYPE_HARD) {
      at = link.u.address;
      continue;
    }
    if (link.type != H5L_TYPE_SOFT || ++soft_links > kMostSoftLinks) {
      if (found) return Removal::kLink;
      throw Fault("PERSIST_UNSUPPORTED", path + " leads to another file, or through too many links", file);
    }
    const std::string target = TargetOf(group, name, link, file.path());
    if (target.rfind('/', 0) == 0) at = file.root();
    Prepend(target, names);
  }
  if (H5Iget_type(OpenAt(file, at)) != H5I_DATASET)
    throw Fault("PERSIST_EXISTS", path + " is a group or a type", file);
  if (found != H5L_TYPE_HARD) return Removal::kLink;
  return CheckToChange(file, at, claims) ? Removal::kLinkOnly : Removal::kLink;
}

uint64_t HeaderOf(hid_t object, const std::string& path) {
  H5O_info_t info;
  Check(H5Oget_info2(object, &info, H5O_INFO_BASIC), "H5Oget_info2", path);
  return info.addr;
}

}  // namespace persist::hdf5
