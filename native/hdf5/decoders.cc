#include "hdf5/decoders.h"

#include <algorithm>

#include "array/parallel.h"

namespace persist::hdf5 {
namespace {

/** Less than this is decoded before threads have started. */
constexpr size_t kWorthThreads = size_t{1} << 20;

}  // namespace

Decoders::Decoders(const std::vector<Filter>& filters, size_t chunk_bytes, const std::string& path,
                   uint64_t chunks)
    : filters_(filters), chunk_bytes_(chunk_bytes), path_(path), own_(filters, chunk_bytes, path) {
  // chunks without filters are only copied
  const bool is_little =
      filters.empty() || chunks < 2 || chunks < kWorthThreads / std::max(chunk_bytes, size_t{1});
  const size_t wanted = is_little ? 0 : array::ThreadsFor(chunks);
  most_waiting_ = 2 * wanted;
  try {
    for (size_t k = 0; k < wanted; k++) threads_.emplace_back([this] { Work(); });
  } catch (const std::exception&) {
    // fewer threads do as well, and none do, too
  }
}

Decoders::~Decoders() {
  {
    const std::lock_guard lock(mutex_);
    waiting_.clear();  // something has failed: nobody wants them any more
  }
  Stop();
}

Bytes Decoders::Room() {
  const std::lock_guard lock(mutex_);
  if (spare_.empty()) return {};
  Bytes out = std::move(spare_.back());
  spare_.pop_back();
  return out;
}

void Decoders::Give(FetchedChunk chunk) {
  if (threads_.empty()) {
    own_.Decode(chunk.bytes, chunk.mask);
    chunk.place(chunk.bytes);
    spare_.push_back(std::move(chunk.bytes));
    return;
  }
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return failure_ || waiting_.size() < most_waiting_; });
  if (failure_) std::rethrow_exception(failure_);
  waiting_.push_back(std::move(chunk));
  lock.unlock();
  changed_.notify_all();
}

void Decoders::Finish() {
  Stop();
  if (failure_) std::rethrow_exception(failure_);
}

void Decoders::Stop() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Decoders::Work() noexcept {
  try {
    Decoder decoder(filters_, chunk_bytes_, path_);
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return closed_ || failure_ || !waiting_.empty(); });
      if (failure_ || waiting_.empty()) return;
      FetchedChunk chunk = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      changed_.notify_all();
      decoder.Decode(chunk.bytes, chunk.mask);
      chunk.place(chunk.bytes);
      lock.lock();
      spare_.push_back(std::move(chunk.bytes));
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
    waiting_.clear();
    changed_.notify_all();
  }
}

}  // namespace persist::hdf5
