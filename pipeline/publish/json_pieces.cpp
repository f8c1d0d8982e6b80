#include "pipeline/publish/json_pieces.h"

#include "pipeline/core/error.h"

namespace fairground {
namespace {

constexpr std::size_t kMostPieceBytes = std::size_t{256} << 20U;
// Objects in the array lie in the array, in the inner object and in the outer one.
constexpr int kPieceDepth = 4;

class Splitter {
 public:
  Splitter(std::string_view outer, std::string_view inner, const std::function<void(const std::string&)>& body)
      : keys_{outer, inner}, body_(body) {}

  /// False where a piece is too long.
  bool take(std::string_view line) {
    for (const char c : line) {
      if (is_text_) {
        take_text(c);
      } else if (c == '"') {
        is_text_ = true;
        text_.clear();
      } else if (c == '{' || c == '[') {
        open(c);
      }
      if (is_piece_) {
        piece_ += c;
      }
      if (!is_text_ && (c == '}' || c == ']')) {
        close();
      }
    }
    return piece_.size() <= kMostPieceBytes;
  }

  [[nodiscard]] bool is_at_end() const { return depth_ == 0 && !is_text_; }

 private:
  void take_text(char c) {
    if (is_escaped_) {
      is_escaped_ = false;
    } else if (c == '\\') {
      is_escaped_ = true;
    } else if (c == '"') {
      is_text_ = false;
      return;
    }
    if (depth_ <= 2) {
      text_ += c;
    }
  }

  void open(char c) {
    if (depth_ == 1 || depth_ == 2) {
      is_wanted_[depth_ - 1] = text_ == keys_[depth_ - 1];
    }
    ++depth_;
    is_piece_ = is_piece_ || (depth_ == kPieceDepth && c == '{' && is_wanted_[0] && is_wanted_[1]);
  }

  void close() {
    --depth_;
    if (is_piece_ && depth_ == kPieceDepth - 1) {
      is_piece_ = false;
      body_(piece_);
      piece_.clear();
    }
  }

  std::string_view keys_[2];
  const std::function<void(const std::string&)>& body_;
  bool is_wanted_[2] = {};
  int depth_ = 0;
  bool is_text_ = false;
  bool is_escaped_ = false;
  bool is_piece_ = false;
  std::string text_;  ///< the last text outside of pieces: a key, where a brace follows
  std::string piece_;
};

}  // namespace

bool for_each_piece(const OutputTree& tree, const std::filesystem::path& name, std::string_view outer,
                    std::string_view inner, const std::function<void(const std::string& piece)>& body) {
  Splitter splitter(outer, inner, body);
  bool fits = true;
  const bool is_there = tree.for_each_line(name, [&](const FileLine& line) {
    fits = splitter.take(line.text);
    return fits;
  });
  if (is_there && (!fits || !splitter.is_at_end())) {
    throw UserError((tree.root() / name).string() + ": " +
                    (fits ? "ends too early" : "has a group that is larger than any of a run") +
                    "; it is not as the run wrote it");
  }
  return is_there;
}

}  // namespace fairground
