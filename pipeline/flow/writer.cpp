#include "pipeline/flow/writer.h"

#include <stdexcept>

namespace fairground {

Writer::Writer(const std::function<void(const Outcome&)>& write, std::atomic<bool>& failed)
    : write_(write), failed_(failed), thread_([this] { work(); }) {}

Writer::~Writer() { end_thread(); }

void Writer::hand_over(OutcomePointer outcome, std::function<void()> done) {
  {
    const std::lock_guard lock(mutex_);
    queue_.emplace_back(std::move(outcome), std::move(done));
  }
  wake_.notify_one();
}

std::size_t Writer::finish() {
  end_thread();
  if (error_) {
    std::rethrow_exception(error_);
  }
  return next_;
}

void Writer::end_thread() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void Writer::work() {
  while (true) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    if (queue_.empty()) {
      return;
    }
    auto [outcome, done] = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    write(*outcome);
    // The file's bytes are freed before the token returns, so that tokens bound memory.
    outcome.reset();
    done();
  }
}

void Writer::write(const Outcome& outcome) {
  if (error_) {
    return;
  }
  try {
    if (outcome.index != next_) {
      throw std::logic_error("the flow graph lost or swapped a variant");
    }
    write_(outcome);
    ++next_;
  } catch (...) {
    error_ = std::current_exception();
    failed_ = true;
  }
}

}  // namespace fairground
