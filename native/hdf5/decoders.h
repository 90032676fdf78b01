// Threads that decode chunks and put them in their places, while their owner fetches the next ones.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "hdf5/filters.h"

namespace persist::hdf5 {

/** What is stored of a chunk, and what to do with the chunk when it is decoded. */
struct FetchedChunk {
  Bytes bytes;
  uint32_t mask = 0;
  std::function<void(const Bytes&)> place;
};

class Decoders {
 public:
  /** `chunks` are to come: no more threads than that are started, and none for one. */
  Decoders(const std::vector<Filter>& filters, size_t chunk_bytes, const std::string& path, uint64_t chunks);
  Decoders(const Decoders&) = delete;
  Decoders& operator=(const Decoders&) = delete;
  ~Decoders();

  /** Memory to fetch the next chunk into. */
  Bytes Room();

  /** Takes a chunk; waits while many are waiting. Throws what decoding another one has thrown. */
  void Give(FetchedChunk chunk);

  /** Waits until every chunk is in its place. Throws likewise. */
  void Finish();

 private:
  void Work() noexcept;
  void Stop();

  const std::vector<Filter>& filters_;
  size_t chunk_bytes_;
  const std::string& path_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<FetchedChunk> waiting_;
  std::vector<Bytes> spare_;
  size_t most_waiting_;
  bool closed_ = false;
  std::exception_ptr failure_;
  std::vector<std::thread> threads_;
  Decoder own_;  // where there are no threads
};

}  // namespace persist::hdf5
