#include "pipeline/core/progress.h"

#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <utility>

#include "pipeline/core/library_output.h"

namespace fairground {
namespace {

std::string duration_text(double seconds) {
  const long whole = std::lround(seconds);
  if (whole < 60) {
    return std::to_string(whole) + " s";
  }
  if (whole < 3600) {
    return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  }
  return std::to_string(whole / 3600) + " h " + std::to_string(whole % 3600 / 60) + " min";
}

}  // namespace

ProgressStyle progress_style(bool quiet) {
  if (quiet) {
    return ProgressStyle::silent;
  }
  return ::isatty(message_descriptor()) == 1 ? ProgressStyle::terminal : ProgressStyle::log;
}

std::string progress_text(const std::string& noun, std::size_t done, std::size_t failed, std::size_t total,
                          double seconds, std::size_t before) {
  const double rate = seconds > 0.0 ? static_cast<double>(done - before) / seconds : 0.0;
  char rate_text[32];
  (void)std::snprintf(rate_text, sizeof rate_text, rate < 10.0 ? "%.1f" : "%.0f", rate);
  std::string text = std::to_string(done) + '/' + std::to_string(total) + ' ' + noun + ", " + rate_text + "/s";
  if (failed > 0) {
    text += ", " + std::to_string(failed) + " failed";
  }
  if (done > before && done < total) {
    text += ", " + duration_text(static_cast<double>(total - done) / rate) + " left";
  }
  return text;
}

Progress::Progress(std::ostream& out, ProgressStyle style, std::string noun, std::size_t total, std::size_t before)
    : out_(out), style_(style), noun_(std::move(noun)), total_(total), before_(before), done_(before) {
  if (style_ != ProgressStyle::silent) {
    thread_ = std::thread([this] { work(); });
  }
}

Progress::~Progress() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void Progress::work() {
  const auto interval =
      style_ == ProgressStyle::terminal ? std::chrono::milliseconds(200) : std::chrono::milliseconds(10000);
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, interval, [this] { return ended_; })) {
    if (total_ == 0) {
      continue;
    }
    if (style_ == ProgressStyle::terminal) {
      out_ << '\r' << text() << "\x1b[K" << std::flush;
    } else {
      out_ << text() << std::endl;
    }
  }
  if (style_ == ProgressStyle::terminal) {
    out_ << "\r\x1b[K" << std::flush;
  }
}

std::string Progress::text() const {
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start_;
  return progress_text(noun_, done_, failed_, total_, passed.count(), before_);
}

}  // namespace fairground
