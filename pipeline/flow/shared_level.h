// A level of a source that its variants ask for, measured when the first of them does.
#pragma once

#include <mutex>
#include <optional>

namespace fairground {

class SharedLevel {
 public:
  /// What `measure` gives, an optional number in dB. Called from many threads.
  template <class Measure>
  [[nodiscard]] std::optional<double> of(Measure measure) const {
    std::call_once(once_, [&] { level_ = measure(); });
    return level_;
  }

 private:
  mutable std::once_flag once_;
  mutable std::optional<double> level_;
};

}  // namespace fairground
