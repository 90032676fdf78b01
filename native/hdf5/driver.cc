#include "hdf5/driver.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "hdf5/collection.h"
#include "os/syscalls.h"

namespace persist::hdf5 {
namespace {

constexpr haddr_t kMostBytes = (haddr_t{1} << 63) - 1;

std::optional<os::Error> failure;  // the library reports failures in words only; there is one HDF5 thread

/** The library's view of an open file: its own fields come first. */
struct Opened {
  H5FD_t own;
  Medium* medium;
  haddr_t end_of_addresses;
  haddr_t end_of_file;
};

Opened& Of(H5FD_t* file) { return *reinterpret_cast<Opened*>(file); }
const Opened& Of(const H5FD_t* file) { return *reinterpret_cast<const Opened*>(file); }

herr_t Fail(os::Error error) {
  if (!failure) failure = std::move(error);
  return -1;
}

// The driver's part of an access list: the medium's address. The library hands an open file's list on when it
// follows a link to another file.
void* CopyAccess(const void* holder) {
  return new (std::nothrow) Medium*(*static_cast<Medium* const*>(holder));
}

herr_t FreeAccess(void* holder) {
  delete static_cast<Medium**>(holder);
  return 0;
}

void* AccessOf(H5FD_t* file) { return CopyAccess(&Of(file).medium); }

H5FD_t* Open(const char* name, unsigned flags, hid_t access, haddr_t) {
  auto* const holder = static_cast<Medium* const*>(H5Pget_driver_info(access));
  if (holder == nullptr) return nullptr;
  Medium& medium = **holder;
  if (medium.opened || medium.path != name) {
    Fail(os::Error("PERSIST_UNSUPPORTED",
                   medium.path + " refers to another file (" + name + "), which is not opened", medium.path));
    return nullptr;
  }
  struct stat status {};
  if ((flags & H5F_ACC_TRUNC) != 0 && os::sys.ftruncate(medium.fd.get(), 0) != 0) {
    Fail(os::SystemError("ftruncate", medium.path));
    return nullptr;
  }
  if (os::sys.fstat(medium.fd.get(), &status) != 0) {
    Fail(os::SystemError("fstat", medium.path));
    return nullptr;
  }
  auto* const opened = new (std::nothrow) Opened{};
  if (opened == nullptr) return nullptr;
  opened->medium = &medium;
  opened->end_of_file = static_cast<haddr_t>(status.st_size);
  medium.opened = true;
  return &opened->own;
}

herr_t Close(H5FD_t* file) {
  Of(file).medium->opened = false;
  delete &Of(file);
  return 0;
}

int Compare(const H5FD_t* a, const H5FD_t* b) {
  // Two openings are never one file: what the library still holds of a file that it failed to close is not
  // used again.
  return a == b ? 0 : a < b ? -1 : 1;
}

herr_t Query(const H5FD_t* file, unsigned long* flags) {
  *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_DATA_SIEVE | H5FD_FEAT_AGGREGATE_SMALLDATA |
           H5FD_FEAT_SUPPORTS_SWMR_IO | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
  // What gathers metadata trusts the addresses in a file: it copies from outside its memory where they
  // overflow.
  if (file == nullptr || Of(file).medium->is_new) *flags |= H5FD_FEAT_ACCUMULATE_METADATA;
  return 0;
}

haddr_t EndOfAddresses(const H5FD_t* file, H5FD_mem_t) { return Of(file).end_of_addresses; }

herr_t SetEndOfAddresses(H5FD_t* file, H5FD_mem_t, haddr_t end) {
  Of(file).end_of_addresses = end;
  return 0;
}

haddr_t EndOfFile(const H5FD_t* file, H5FD_mem_t) { return Of(file).end_of_file; }

/**
 * The library believes what a heap says of its objects: it goes on for ever where one has no length, and
 * hands out what lies behind one that is too long. So a heap is looked at when the library reads its start.
 */
herr_t CheckHeap(const Opened& opened, haddr_t address) {
  const Medium& medium = *opened.medium;
  try {
    const Collection heap(medium.fd.get(), address, opened.end_of_file, medium.length_bytes, medium.path);
    return 0;
  } catch (const os::Error& error) {
    return Fail(error);
  } catch (const std::exception&) {
    return -1;  // the allocator's
  }
}

herr_t Read(H5FD_t* file, H5FD_mem_t kind, hid_t, haddr_t address, size_t size_bytes, void* into) {
  const Medium& medium = *Of(file).medium;
  if (kind == H5FD_MEM_DRAW && medium.raw_bytes && size_bytes != *medium.raw_bytes) {
    return Fail(os::Error("PERSIST_CORRUPT",
                          medium.path + " has a chunk of " + std::to_string(size_bytes) +
                              " bytes in place of " + std::to_string(*medium.raw_bytes),
                          medium.path));
  }
  const haddr_t start = address;
  const size_t wanted_bytes = size_bytes;
  try {
    if (medium.control != nullptr) medium.control->Check();
  } catch (const os::Error& error) {
    return Fail(error);
  }
  if (address > kMostBytes || size_bytes > kMostBytes - address) return -1;
  auto* out = static_cast<char*>(into);
  while (size_bytes > 0) {
    const ssize_t got = os::sys.pread(medium.fd.get(), out, size_bytes, static_cast<off_t>(address));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Fail(os::SystemError("pread", medium.path));
    if (got == 0 && medium.reads_only) {
      return Fail(os::Error("PERSIST_TRUNCATED",
                            medium.path + " ends within what the HDF5 library looks for in it", medium.path));
    }
    if (got == 0) {
      std::memset(out, 0, size_bytes);  // allocated, and not written yet
      break;
    }
    out += got;
    address += static_cast<haddr_t>(got);
    size_bytes -= static_cast<size_t>(got);
  }
  return Collection::BeginsWith(into, wanted_bytes) ? CheckHeap(Of(file), start) : 0;
}

herr_t Write(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, size_t size_bytes, const void* from) {
  Opened& opened = Of(file);
  Medium& medium = *opened.medium;
  if (medium.broken) return 0;
  if (address > kMostBytes || size_bytes > kMostBytes - address) return -1;
  const auto* in = static_cast<const char*>(from);
  while (size_bytes > 0) {
    const iovec part = {const_cast<char*>(in), size_bytes};
    const ssize_t written = os::sys.pwritev(medium.fd.get(), &part, 1, static_cast<off_t>(address));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      medium.broken = true;
      return Fail(os::SystemError("pwritev", medium.path, written < 0 ? errno : EIO));
    }
    in += written;
    address += static_cast<haddr_t>(written);
    size_bytes -= static_cast<size_t>(written);
    opened.end_of_file = std::max(opened.end_of_file, address);
  }
  return 0;
}

/** Makes the file as long as its addresses: arrays that the write engine is to fill have no bytes yet. */
herr_t Truncate(H5FD_t* file, hid_t, hbool_t) {
  Opened& opened = Of(file);
  if (opened.medium->broken || opened.end_of_addresses == opened.end_of_file) return 0;
  if (os::sys.ftruncate(opened.medium->fd.get(), static_cast<off_t>(opened.end_of_addresses)) != 0) {
    opened.medium->broken = true;
    return Fail(os::SystemError("ftruncate", opened.medium->path));
  }
  opened.end_of_file = opened.end_of_addresses;
  return 0;
}

hid_t Driver() {
  static const H5FD_class_t description = {
      .name = "persist",
      .maxaddr = kMostBytes,
      .fc_degree = H5F_CLOSE_STRONG,
      .terminate = nullptr,
      .sb_size = nullptr,
      .sb_encode = nullptr,
      .sb_decode = nullptr,
      .fapl_size = sizeof(void*),  // the address of a medium
      .fapl_get = AccessOf,
      .fapl_copy = CopyAccess,
      .fapl_free = FreeAccess,
      .dxpl_size = 0,
      .dxpl_copy = nullptr,
      .dxpl_free = nullptr,
      .open = Open,
      .close = Close,
      .cmp = Compare,
      .query = Query,
      .get_type_map = nullptr,
      .alloc = nullptr,
      .free = nullptr,
      .get_eoa = EndOfAddresses,
      .set_eoa = SetEndOfAddresses,
      .get_eof = EndOfFile,
      .get_handle = nullptr,
      .read = Read,
      .write = Write,
      .flush = nullptr,
      .truncate = Truncate,
      .lock = nullptr,
      .unlock = nullptr,
      .fl_map = H5FD_FLMAP_DICHOTOMY,
  };
  static const hid_t driver = H5FDregister(&description);
  return driver;
}

}  // namespace

Handle AccessTo(Medium& medium) {
  Handle access(Check(H5Pcreate(H5P_FILE_ACCESS), "H5Pcreate", medium.path), H5Pclose);
  Medium* const holder = &medium;  // the list keeps a copy of the pointer
  Check(H5Pset_driver(access, Driver(), &holder), "H5Pset_driver", medium.path);
  Check(H5Pset_fclose_degree(access, H5F_CLOSE_STRONG), "H5Pset_fclose_degree", medium.path);
  return access;
}

std::optional<os::Error> TakeFailure() { return std::exchange(failure, std::nullopt); }

}  // namespace persist::hdf5
