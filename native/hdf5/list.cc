#include "hdf5/list.h"

#include <algorithm>
#include <deque>
#include <exception>
#include <set>

#include "hdf5/absent.h"
#include "hdf5/object.h"
#include "hdf5/plain.h"
#include "hdf5/thread.h"

namespace persist::hdf5 {
namespace {

constexpr size_t kMostObjects = 1'000'000;
constexpr size_t kLongestPath = 65536;

struct Link {
  std::string name;
  haddr_t address;
};

struct Group {
  std::string path;  // empty for the root, else with a slash at the end
  haddr_t address;
};

/** What the library is asked for, and what went wrong meanwhile: no exception may pass through it. */
struct Links {
  std::vector<Link> all;
  std::exception_ptr failure;
};

herr_t Collect(hid_t, const char* name, const H5L_info_t* info, void* out) {
  auto& links = *static_cast<Links*>(out);
  if (info->type != H5L_TYPE_HARD) return 0;
  if (links.all.size() >= kMostObjects) return -1;
  try {
    links.all.push_back({name, info->u.address});
  } catch (...) {
    links.failure = std::current_exception();
    return -1;
  }
  return 0;
}

std::vector<Link> LinksOf(hid_t group, const std::string& path) {
  Check(H5Lexists(group, AbsentName(), H5P_DEFAULT), "H5Lexists", path);
  Links out;
  hsize_t at = 0;
  // In the file's own order: to sort them the library makes a table, and when the file is damaged frees what
  // it has not filled.
  const herr_t result = H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, &at, Collect, &out);
  if (out.failure) std::rethrow_exception(out.failure);
  Check(result, "H5Literate", path);
  std::sort(out.all.begin(), out.all.end(), [](const Link& a, const Link& b) { return a.name < b.name; });
  return std::move(out.all);
}

os::Error TooMany(const std::string& what, const std::string& path) {
  return os::Error("PERSIST_LIMIT", path + " has " + what, path);
}

/** A dataset that is too broken to be opened or described is listed with the reason. */
template <typename Describing>
Listed DescribeOrBlame(Describing describe, const File& file, const std::string& name, Wanted wanted) {
  Listed out;
  out.name = name;
  try {
    out.dataset = describe();
    if (wanted == Wanted::kAttributesToo && out.dataset.id >= 0 && !out.dataset.problem)
      out.attributes = AttributesOf(out.dataset.id, file);
  } catch (const os::Error& error) {
    out.dataset.problem = error;
  }
  // a million open datasets would be held, and closed on a thread that HDF5 is not called on
  out.dataset.id = Handle();
  out.dataset.element.memory = Handle();
  return out;
}

}  // namespace

std::vector<Listed> ListDatasets(const File& file, Wanted wanted, os::Control* control) {
  const std::string& path = file.path();
  std::vector<Listed> out;
  std::deque<Group> waiting;
  std::set<haddr_t> seen;
  size_t objects = 0;
  waiting.push_back({"", file.root()});
  seen.insert(file.root());
  while (!waiting.empty()) {
    const Group group = std::move(waiting.front());
    waiting.pop_front();
    const Handle opened = OpenAt(file, group.address);
    for (const Link& link : LinksOf(opened, path)) {
      if (control != nullptr) control->Check();
      LetOthersIn();
      if (++objects > kMostObjects) throw TooMany("more than a million objects", path);
      std::string name = group.path + link.name;
      if (name.size() > kLongestPath) throw TooMany("a path of more than 65536 bytes", path);
      if (std::optional<Dataset> plain = DescribePlain(file, link.address)) {
        out.push_back({std::move(name), std::move(*plain)});
        continue;
      }
      Handle object;
      std::optional<os::Error> problem;
      try {
        object = OpenAt(file, link.address);
      } catch (const os::Error& error) {
        problem = error;
      }
      const H5I_type_t kind = problem ? H5I_BADID : H5Iget_type(object);
      if (kind == H5I_GROUP) {
        if (seen.insert(link.address).second) waiting.push_back({name + "/", link.address});
      } else if (kind == H5I_DATASET) {
        out.push_back(
            DescribeOrBlame([&] { return Describe(std::move(object), file, name); }, file, name, wanted));
      } else if (kind == H5I_BADID) {
        Dataset broken;
        broken.problem = problem;
        out.push_back({std::move(name), std::move(broken)});
      }
    }
  }
  return out;
}

std::vector<Listed> DescribeDatasets(const File& file, const std::vector<std::string>& names,
                                     os::Control* control) {
  std::vector<Listed> out;
  out.reserve(names.size());
  for (const std::string& name : names) {
    if (control != nullptr) control->Check();
    LetOthersIn();
    const auto describe = [&] {
      std::optional<Dataset> plain = DescribePlain(file, Follow(file, name));
      return plain ? std::move(*plain) : Describe(OpenDataset(file, name), file, name);
    };
    out.push_back(DescribeOrBlame(describe, file, name, Wanted::kAttributesToo));
  }
  return out;
}

}  // namespace persist::hdf5
