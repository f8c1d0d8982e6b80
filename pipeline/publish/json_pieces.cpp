#include "pipeline/publish/json_pieces.h"

#include "pipeline/core/error.h"

namespace fairground {
namespace {

// Objects in the array lie in the array, in the inner object and in the outer one.
constexpr int kPieceDepth = 4;

class Splitter {
 public:
  Splitter(std::string_view outer, std::string_view inner, std::size_t most_bytes,
           const std::function<void(const std::string&)>& body)
      : keys_{outer, inner}, most_bytes_(most_bytes), body_(body) {}

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
    return piece_.size() <= most_bytes_;
  }

  [[nodiscard]] std::size_t pieces() const { return pieces_; }  ///< that were given to `body`
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
      ++pieces_;
    }
  }

  std::string_view keys_[2];
  std::size_t most_bytes_;
  const std::function<void(const std::string&)>& body_;
  bool is_wanted_[2] = {};
  int depth_ = 0;
  std::size_t pieces_ = 0;
  bool is_text_ = false;
  bool is_escaped_ = false;
  bool is_piece_ = false;
  std::string text_;  ///< the last text outside of pieces: a key, where a brace follows
  std::string piece_;
};

}  // namespace

bool for_each_piece(const OutputTree& tree, const std::filesystem::path& name, std::string_view outer,
                    std::string_view inner, const std::function<void(const std::string& piece)>& body,
                    std::size_t most_bytes) {
  Splitter splitter(outer, inner, most_bytes, body);
  bool fits = true;
  const bool is_there = tree.for_each_line(name, [&](const FileLine& line) {
    fits = splitter.take(line.text);
    return fits;
  });
  if (is_there && !fits) {
    throw UserError((tree.root() / name).string() + ": its group " + std::to_string(splitter.pieces() + 1) + " of " +
                    std::string(outer) + " takes more than " + std::to_string(most_bytes >> 20U) +
                    " MiB, which is more than is read of one at once; if the run wrote it so, the set is whole, but "
                    "has too many conditions for a report: ask for fewer, with `ways` or `budget` under `design`");
  }
  if (is_there && !splitter.is_at_end()) {
    throw UserError((tree.root() / name).string() + ": ends too early; it is not as the run wrote it");
  }
  return is_there;
}

}  // namespace fairground
