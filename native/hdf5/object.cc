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
  const auto fail = [&](const char* code, const std::string& what) {
    return os::Error(code, path + " " + what + " in " + file.path(), file.path());
  };
  uint64_t at = file.root();
  size_t soft_links = 0;
  std::vector<std::string> names;
  for (Prepend(path, names); !names.empty();) {
    const std::string name = std::move(names.back());
    names.pop_back();
    const Handle group = OpenAt(file, at, &name);
    if (H5Iget_type(group) != H5I_GROUP) throw fail("PERSIST_NOT_FOUND", "leads through what is no group");
    H5L_info_t link;
    Check(H5Lget_info(group, name.c_str(), &link, H5P_DEFAULT), "H5Lget_info", file.path());
    if (link.type == H5L_TYPE_HARD) {
      at = link.u.address;
      continue;
    }
    if (link.type != H5L_TYPE_SOFT)
      throw fail("PERSIST_UNSUPPORTED", "leads to another file, which is not opened,");
    if (++soft_links > kMostSoftLinks) throw fail("PERSIST_NOT_FOUND", "leads through too many links");
    const std::string target = TargetOf(group, name, link, file.path());
    if (target.rfind('/', 0) == 0) at = file.root();
    Prepend(target, names);
  }
  return at;
}

uint64_t HeaderOf(hid_t object, const std::string& path) {
  H5O_info_t info;
  Check(H5Oget_info2(object, &info, H5O_INFO_BASIC), "H5Oget_info2", path);
  return info.addr;
}

}  // namespace persist::hdf5
