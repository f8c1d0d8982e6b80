#include "pipeline/output/disk_sync.h"

#include <charconv>
#include <string>
#include <utility>

#include "pipeline/core/error.h"

namespace fairground {

namespace fs = std::filesystem;

DiskSync::DiskSync(const OutputTree& tree, fs::path name, const JournalWriter& journal,
                   std::chrono::milliseconds interval)
    : tree_(tree), name_(std::move(name)), journal_(journal), interval_(interval), thread_([this] { work(); }) {}

DiskSync::~DiskSync() { stop(); }

void DiskSync::stop() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void DiskSync::check() {
  if (has_failed_) {
    const std::lock_guard lock(mutex_);
    std::rethrow_exception(error_);
  }
}

void DiskSync::work() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, interval_, [this] { return ending_; })) {
    lock.unlock();
    try {
      sync();
      lock.lock();
    } catch (...) {
      lock.lock();
      error_ = std::current_exception();
      has_failed_ = true;
      return;
    }
  }
}

void DiskSync::sync() {
  // Asked before: what is added meanwhile may or may not get there.
  const std::uintmax_t size = journal_.size();
  if (size == synced_) {
    return;
  }
  tree_.sync();
  tree_.write(name_, std::to_string(size));
  synced_ = size;
}

std::uintmax_t synced_bytes(const OutputTree& tree, const fs::path& name) {
  constexpr std::size_t kMostDigits = 20;
  const std::string text = tree.read_text(name, kMostDigits).value_or("");
  std::uintmax_t bytes = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bytes);
  return error == std::errc() && end == text.data() + text.size() ? bytes : 0;
}

}  // namespace fairground
