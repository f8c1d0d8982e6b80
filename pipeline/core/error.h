// The kinds of error. A fault of one item is recorded and the run goes on; a mistake of the user stops
// the run before anything is made; a passing fault stops it so that it can go on later.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace fairground {

/// One recording, photograph or variant that cannot be used. The message says what was found, what is
/// allowed and how to mend it.
class ItemError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a gate measured.
struct GateFigure {
  std::string gate;    ///< its name, as in `skin_gradient_correlation`
  double value = 0.0;  ///< what was found
  double limit = 0.0;  ///< what is allowed; whether at the least or at the most, the message says
};

/// A variant that could be made but must not enter the set: it is rejected, not failed.
class GateError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  GateError(const std::string& message, GateFigure figure) : std::runtime_error(message), figure_(std::move(figure)) {}

  [[nodiscard]] const std::optional<GateFigure>& figure() const noexcept { return figure_; }

 private:
  std::optional<GateFigure> figure_;
};

/// Mistakes in the command, config or manifest: all of them, each with its place. Exit status 2.
class UserError : public std::runtime_error {
 public:
  explicit UserError(std::string message) : UserError(std::vector<std::string>{std::move(message)}) {}
  explicit UserError(std::vector<std::string> messages)
      : std::runtime_error(messages.empty() ? "user error" : messages.front()), messages_(std::move(messages)) {}

  [[nodiscard]] const std::vector<std::string>& messages() const noexcept { return messages_; }

 private:
  std::vector<std::string> messages_;
};

/// Something outside that may pass, such as a full disk. Exit status 75.
class PassingFault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What the command's exit status says; the contract is in docs/design.md, section 7.
enum class ExitStatus : int { done = 0, items_failed = 1, usage = 2, difference = 3, defect = 70, try_again = 75 };

}  // namespace fairground
