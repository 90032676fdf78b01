// The write engine: bytes from memory into files, as fast as the system takes them, whole or not at all.
// It does not know what the bytes mean. Memory of the caller is only ever handed to the kernel (see Span).
#pragma once

#include <sys/uio.h>

#include <string>
#include <vector>

#include "os/control.h"
#include "os/error.h"
#include "os/fd.h"

namespace persist::os {

/**
 * Memory that a JavaScript caller owns and may detach at any moment. The engine never reads it in user space:
 * the kernel does, and answers EFAULT where it is gone, which becomes PERSIST_DETACHED.
 */
struct Span {
  const void* start = nullptr;
  size_t size_bytes = 0;
};

/** PERSIST_DETACHED: the kernel found memory of a span gone. */
Error DetachedMeanwhile(const std::string& path);

/** Where `size_bytes` of `head` and `data`, one after the other, lie, from byte `from` on. Gives how many
 * parts they are. */
int PartsOf(Span head, Span data, size_t from, size_t size_bytes, iovec (&parts)[2]);

/** How to write. Without a control and a sync, all bytes go to the kernel in one call. */
struct How {
  bool durable = false;
  Control* control = nullptr;
  /** New files of 1 MiB and more do not stay in the system's cache (os/uncached.h), where they are durable
   * and the system can do that. */
  bool uncached = false;
};

/** A file to create: `stem` + `extension`, or `stem-2`, `stem-3`, … where that is taken. */
struct NewFile {
  std::string stem;
  std::string extension;
  std::string head;
  Span data;
};

/**
 * Creates files in a directory and gives the names they got. When anything fails, all files created here are
 * removed again.
 *
 *  1. Create each under a free name (O_EXCL: nothing that exists is opened).
 *  2. From 1 MiB on reserve the space, so that a full disk is found before anything is written.
 *  3. Write their whole blocks past the cache, where that is wanted.
 *  4. Write head and data in one call, or in pieces of 8 MiB when durable or to be aborted; start write-back
 * after each piece.
 *  5. When durable: fdatasync each file, then fsync the directory.
 */
std::vector<std::string> CreateFiles(const std::string& directory, const std::vector<NewFile>& files,
                                     const How& how);

/** Steps 2 to 5 for a file that has just been created, but for the directory. */
void WriteWhole(const Fd& file, Span head, Span data, const How& how, const std::string& path);

/** A range of an existing file. */
struct Range {
  off_t offset;
  Span data;
};

/** Steps 2 and 4 for a range of an open file. */
void WriteRange(const Fd& file, const Range& range, const How& how, const std::string& path);

/** Steps 2 to 5 for ranges of an open file. */
void WriteRanges(const Fd& file, const std::string& path, const std::vector<Range>& ranges, const How& how);

/** Steps 2 to 5 for ranges of a file that this process has just made; it is left in place on failure. */
void WriteRanges(const std::string& path, const std::vector<Range>& ranges, const How& how);

}  // namespace persist::os
