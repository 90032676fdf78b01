#include "array/source.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "array/deflate.h"
#include "os/error.h"
#include "os/read.h"

namespace persist::array {
namespace {

constexpr size_t kPacked = size_t{64} << 10;
constexpr size_t kSkipped = size_t{64} << 10;
/** Above this the stream is inflated bit by bit rather than in memory as a whole. */
constexpr uint64_t kLargestWhole = uint64_t{1} << 30;

/** Memory that is not filled with zeros first. */
std::unique_ptr<unsigned char[]> Room(size_t size) {
  return std::make_unique_for_overwrite<unsigned char[]>(size);
}

}  // namespace

os::Error DamagedStream(const std::string& file, const std::string& what) {
  return os::Error("PERSIST_FORMAT", "a compressed array in " + file + " " + what, file);
}

os::Error WrongSum(const std::string& file) {
  return os::Error("PERSIST_CORRUPT", "the CRC-32 of an array in " + file + " is not the one in its entry",
                   file);
}

void FileSource::Read(uint64_t offset, void* into, size_t size) {
  os::ReadRange(fd_, start_ + offset, into, size, nullptr, file_);
}

void MemorySource::Read(uint64_t offset, void* into, size_t size) {
  if (offset > bytes_.size() || size > bytes_.size() - offset)
    throw os::Error("PERSIST_TRUNCATED", file_ + " has fewer elements than it says", file_);
  std::memcpy(into, bytes_.data() + offset, size);
}

InflateSource::InflateSource(int fd, uint64_t start, uint64_t stored_bytes, const std::string& file)
    : fd_(fd), next_(start), rest_(stored_bytes), file_(file), packed_(kPacked) {
  if (::inflateInit2(&stream_, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
}

InflateSource::~InflateSource() { ::inflateEnd(&stream_); }

size_t InflateSource::ReadSome(void* into, size_t size) {
  size_t got = 0;
  while (got < size && !ended_) {
    if (stream_.avail_in == 0 && rest_ > 0) {
      const auto piece = static_cast<size_t>(std::min<uint64_t>(rest_, packed_.size()));
      os::ReadRange(fd_, next_, packed_.data(), piece, nullptr, file_);
      stream_.next_in = packed_.data();
      stream_.avail_in = static_cast<uInt>(piece);
      next_ += piece;
      rest_ -= piece;
    }
    const auto room = static_cast<uInt>(std::min<size_t>(size - got, size_t{1} << 30));
    stream_.next_out = static_cast<unsigned char*>(into) + got;
    stream_.avail_out = room;
    const int result = ::inflate(&stream_, Z_NO_FLUSH);
    got += room - stream_.avail_out;
    if (result == Z_STREAM_END)
      ended_ = true;
    else if (result == Z_MEM_ERROR)
      throw std::bad_alloc();
    else if (result != Z_OK && result != Z_BUF_ERROR)
      throw DamagedStream(file_, "is damaged");
    else if (rest_ == 0 && stream_.avail_in == 0 && stream_.avail_out > 0)
      break;  // cut short
  }
  done_ += got;
  return got;
}

void InflateSource::Read(uint64_t offset, void* into, size_t size) {
  if (offset > done_) {
    const auto skipped = Room(kSkipped);
    while (done_ < offset) {
      const auto piece = static_cast<size_t>(std::min<uint64_t>(offset - done_, kSkipped));
      if (ReadSome(skipped.get(), piece) < piece) throw DamagedStream(file_, "ends too early");
    }
  }
  if (ReadSome(into, size) < size) throw DamagedStream(file_, "ends too early");
}

void InflateWhole(int fd, const Deflated& stream, size_t skip, void* into, size_t size,
                  const std::string& file) {
  const uint64_t whole = uint64_t{skip} + size;
  if (stream.size_bytes != whole) throw DamagedStream(file, "has another size than its header says");
  if (whole > kLargestWhole) {
    InflateSource source(fd, stream.start, stream.stored_bytes, file);
    const auto head = Room(skip);
    source.Read(0, head.get(), skip);
    uint32_t crc = Crc32(0, head.get(), skip);
    constexpr size_t kPiece = size_t{1} << 20;
    for (size_t done = 0; done < size; done += kPiece) {
      char* to = static_cast<char*>(into) + done;
      const size_t piece = std::min(kPiece, size - done);
      source.Read(skip + done, to, piece);
      crc = Crc32(crc, to, piece);
    }
    unsigned char beyond;
    if (source.ReadSome(&beyond, 1) != 0) throw DamagedStream(file, "goes on behind its end");
    if (crc != stream.crc.value_or(crc)) throw WrongSum(file);
    return;
  }
  const auto packed_size = static_cast<size_t>(stream.stored_bytes);
  const auto packed = Room(packed_size);
  os::ReadRange(fd, stream.start, packed.get(), packed_size, nullptr, file);
  // libdeflate makes the whole in one piece: the elements are copied to where they belong
  const auto room = Room(static_cast<size_t>(whole));
  os::AdviseHuge(room.get(), static_cast<size_t>(whole));
  Inflater inflater;
  switch (
      inflater.Inflate(Wrapper::kNone, packed.get(), packed_size, room.get(), static_cast<size_t>(whole))) {
    case Inflater::Result::kExact:
      break;
    case Inflater::Result::kTooShort:
      throw DamagedStream(file, "ends too early");
    case Inflater::Result::kTooLong:
      throw DamagedStream(file, "goes on behind its end");
    case Inflater::Result::kDamaged:
      throw DamagedStream(file, "is damaged");
  }
  if (stream.crc && Crc32(0, room.get(), static_cast<size_t>(whole)) != *stream.crc) throw WrongSum(file);
  std::copy_n(room.get() + skip, size, static_cast<unsigned char*>(into));
}

}  // namespace persist::array
