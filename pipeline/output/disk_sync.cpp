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
  const JournalEnd end = journal_.end();
  if (end.bytes == synced_ || end.check.empty()) {
    return;
  }
  tree_.sync();
  tree_.write(name_, std::to_string(end.bytes) + ' ' + end.check);
  synced_ = end.bytes;
}

std::uintmax_t synced_bytes(const OutputTree& tree, const fs::path& name, const fs::path& journal) {
  constexpr std::size_t kMostBytes = 64;
  const std::string text = tree.read_text(name, kMostBytes).value_or("");
  JournalEnd end;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), end.bytes);
  const auto digits = static_cast<std::size_t>(rest - text.data());
  if (error != std::errc() || digits == text.size()) {
    return 0;
  }
  end.check = text.substr(digits + 1);
  return is_end_in(tree, journal, end) ? end.bytes : 0;
}

}  // namespace fairground
