#include "pipeline/media/response_curve.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "pipeline/core/error.h"
#include "pipeline/core/plain.h"
#include "pipeline/core/text.h"

namespace fairground {
namespace {

constexpr double kMostDb = 60.0;
constexpr std::size_t kMostPoints = 100'000;
constexpr std::size_t kMostMistakes = 20;  // a file that is no curve at all has as many as it has lines

constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(kBlanks), text.size());
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

/// The first two columns of a line. They are parted by semicolons or, where there are none, by tabs, commas or blanks,
/// so that a decimal comma is not taken for a parting one where it can be told.
std::pair<std::string_view, std::string_view> first_columns(std::string_view line) {
  line = trimmed(line);
  const auto has = [line](char c) { return line.find(c) != std::string_view::npos; };
  const char part = has(';') ? ';' : has('\t') ? '\t' : has(',') ? ',' : ' ';
  const std::size_t end = std::min(line.find(part), line.size());
  std::string_view rest = line.substr(std::min(end + 1, line.size()));
  if (part == ' ') {
    rest = trimmed(rest);  // several blanks part as one does
  }
  return {trimmed(line.substr(0, end)), trimmed(rest.substr(0, std::min(rest.find(part), rest.size())))};
}

/// Empty where `text` is no finite number, or not only one.
std::optional<double> number(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
  }
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size() && !text.empty();
  return whole && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

/// The points of a file, and what is wrong with it.
class CurveReader {
 public:
  explicit CurveReader(std::string file) : file_(std::move(file)) {}

  void read(std::size_t line_number, std::string_view line) {
    line_ = line_number;
    const std::string_view text = trimmed(line);
    if (text.empty() || text.front() == '#' || text.front() == '*') {
      return;
    }
    const auto [hz_text, db_text] = first_columns(text);
    const auto hz = number(hz_text);
    const auto db = number(db_text);
    const bool may_be_names = std::exchange(may_have_names_, false);
    if (!hz && !db && may_be_names) {
      return;
    }
    if (!hz || !db) {
      mistake(in_ticks(text) + " is not a frequency in Hz and a gain in dB, such as `1000, -3.5`");
    } else if (*hz <= 0.0) {
      mistake("a frequency of " + shortest(*hz) + " Hz is not above 0");
    } else if (!points_.empty() && *hz <= points_.back().hz) {
      mistake("frequencies must ascend, but " + shortest(*hz) + " Hz comes after " + shortest(points_.back().hz) +
              " Hz; sort the lines, and keep one for each frequency");
    } else if (std::abs(*db) > kMostDb) {
      mistake("a gain of " + shortest(*db) + " dB is not from -60 to 60 dB");
    } else {
      points_.push_back({*hz, *db});
      line_of_last_ = line_;
    }
  }

  [[nodiscard]] bool is_full() const { return mistakes_.size() >= kMostMistakes || points_.size() > kMostPoints; }

  [[nodiscard]] std::vector<GainPoint> finish() {
    if (points_.size() > kMostPoints) {
      mistake("there are more than " + std::to_string(kMostPoints) + " points");
    } else if (points_.size() < 2 && mistakes_.empty()) {
      const bool none = points_.empty();
      mistakes_.push_back(file_ + (none ? "" : ":" + std::to_string(line_of_last_)) +
                          ": a curve needs at least 2 points, and here " + (none ? "are none" : "is only this one"));
    }
    if (!mistakes_.empty()) {
      throw UserError(std::move(mistakes_));
    }
    return std::move(points_);
  }

 private:
  void mistake(const std::string& message) {
    mistakes_.push_back(file_ + ":" + std::to_string(line_) + ": " + message);
  }

  std::string file_;
  std::size_t line_ = 0;
  std::size_t line_of_last_ = 0;  ///< of the points
  bool may_have_names_ = true;
  std::vector<GainPoint> points_;
  std::vector<std::string> mistakes_;
};

}  // namespace

double interpolated_db(std::span<const GainPoint> points, double hz) {
  const auto above = std::ranges::upper_bound(points, hz, {}, &GainPoint::hz);
  if (above == points.begin()) {
    return points.front().db;
  }
  if (above == points.end()) {
    return points.back().db;
  }
  const GainPoint& below = *(above - 1);
  return below.db + (above->db - below.db) * plain::log(hz / below.hz) / plain::log(above->hz / below.hz);
}

std::vector<GainPoint> parse_response_curve(std::span<const std::byte> bytes, const std::filesystem::path& path) {
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.starts_with("\xEF\xBB\xBF")) {
    text.remove_prefix(3);  // the mark that some programs put before UTF-8
  }
  CurveReader reader(path.string());
  for (std::size_t line = 1; !text.empty() && !reader.is_full(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    reader.read(line, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return reader.finish();
}

}  // namespace fairground
