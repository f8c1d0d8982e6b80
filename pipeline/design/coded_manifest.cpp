#include "pipeline/design/coded_manifest.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

#include "pipeline/catalog/catalog.h"
#include "pipeline/catalog/manifest.h"
#include "pipeline/config/wording.h"
#include "pipeline/core/error.h"
#include "pipeline/core/text.h"

namespace fairground {
namespace {

/// A finite number that is all of the text.
std::optional<double> number_of(std::string_view text) {
  double number = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc() && end == text.data() + text.size() && std::isfinite(number);
  return is_number ? std::optional(number) : std::nullopt;
}

/// Numbers texts 0, 1, 2, … in the order in which they are first met.
class Numbering {
 public:
  std::uint32_t number(std::string_view text) {
    if (2 * (size() + 1) > slots_.size()) {
      grow();
    }
    std::uint32_t& slot = slots_[place(text)];
    if (slot == kFree) {
      slot = static_cast<std::uint32_t>(size());
      texts_ += text;
      ends_.push_back(texts_.size());
    }
    return slot;
  }
  [[nodiscard]] std::size_t size() const { return ends_.size() - 1; }
  [[nodiscard]] std::string_view text(std::size_t number) const {
    return std::string_view(texts_).substr(ends_[number], ends_[number + 1] - ends_[number]);
  }

 private:
  static constexpr std::uint32_t kFree = 0xFFFFFFFF;

  [[nodiscard]] std::size_t place(std::string_view wanted) const {
    std::size_t slot = std::hash<std::string_view>()(wanted) & (slots_.size() - 1);
    while (slots_[slot] != kFree && text(slots_[slot]) != wanted) {
      slot = (slot + 1) & (slots_.size() - 1);
    }
    return slot;
  }

  void grow() {
    slots_.assign(2 * slots_.size(), kFree);
    for (std::uint32_t i = 0; i < size(); ++i) {
      slots_[place(text(i))] = i;
    }
  }

  std::string texts_;  ///< one after the other: there may be a million subjects
  std::vector<std::size_t> ends_ = {0};
  std::vector<std::uint32_t> slots_ = std::vector<std::uint32_t>(16, kFree);
};

/// What to say of a cell that is nearly a number.
std::string spelling_hint(std::string_view text) {
  constexpr std::string_view kAround = " \t+";
  const std::size_t begin = std::min(text.find_first_not_of(kAround), text.size());
  const std::size_t end = text.find_last_not_of(" \t") + 1;
  const bool is_nearly = end > begin && number_of(text.substr(begin, end - begin)).has_value();
  return is_nearly ? " as it must be spelt, without spaces or a plus sign" : "";
}

bool is_unknown(std::string_view cell) { return cell.empty() || cell == kUnknown; }

/// One column on its way from text to numbers.
class Column {
 public:
  Column(std::string name, const Bins* bins) : bins_(bins) {
    attribute_.name = std::move(name);
    if (bins_ != nullptr) {
      attribute_.edges = bins_->edges;
    }
  }

  void add(std::string_view cell, std::size_t line) {
    if (is_unknown(cell)) {
      ++attribute_.unknown_rows;
      codes_.push_back(kAnyValue);  // until all values are known
    } else if (bins_ != nullptr) {
      add_number(cell, line);
    } else if (labels_.size() <= kMostValues) {
      codes_.push_back(static_cast<ValueCode>(labels_.number(cell)));
    }
  }

  /// What is wrong with the column, each with its place.
  void add_mistakes(const std::string& file, std::vector<std::string>& mistakes) const {
    const std::string name = in_ticks(attribute_.name);
    for (const auto& [line, cell] : bad_cells_) {
      std::string message = file;
      message += ":" + std::to_string(line) + ": column " + name + " is binned, but " + in_ticks(cell) +
                 " is not a number" + spelling_hint(cell) + "; leave the cell empty where the number is not known";
      mistakes.push_back(std::move(message));
    }
    if (bad_count_ > bad_cells_.size()) {
      mistakes.push_back(file + ": column " + name + " has " + counted(bad_count_ - bad_cells_.size(), "more cell") +
                         " without a number");
    }
    if (labels_.size() > kMostValues) {
      mistakes.push_back(
          file + ": column " + name + " has more than " + std::to_string(kMostValues) +
          " different values; leave it out, or if they are numbers, sort them into intervals with --bins");
    } else if (bins_ == nullptr && labels_.size() == 0 && attribute_.unknown_rows > 0) {
      mistakes.push_back(file + ": column " + name + " has no value in any row; leave it out");
    }
  }

  /// Gives values their final codes and hands the column over.
  std::pair<CodedAttribute, std::vector<ValueCode>> finish() {
    std::vector<ValueCode> order(labels_.size());
    if (bins_ == nullptr) {
      std::iota(order.begin(), order.end(), ValueCode{0});
      std::ranges::sort(order, {}, [&](ValueCode i) { return labels_.text(i); });
      std::vector<ValueCode> places(order.size());
      for (std::size_t i = 0; i < order.size(); ++i) {
        attribute_.values.emplace_back(labels_.text(order[i]));
        places[order[i]] = static_cast<ValueCode>(i);
      }
      for (ValueCode& code : codes_) {
        code = code == kAnyValue ? code : places[code];
      }
    } else {
      name_bins();
    }
    if (attribute_.unknown_rows > 0) {
      std::ranges::replace(codes_, kAnyValue, static_cast<ValueCode>(attribute_.values.size()));
      attribute_.values.emplace_back(kUnknown);
    }
    return {std::move(attribute_), std::move(codes_)};
  }

 private:
  void add_number(std::string_view cell, std::size_t line) {
    const std::optional<double> number = number_of(cell);
    if (number) {
      codes_.push_back(static_cast<ValueCode>(std::ranges::upper_bound(bins_->edges, *number) - bins_->edges.begin()));
      return;
    }
    constexpr std::size_t kMostListed = 10;  // the rest would say the same
    if (bad_count_++ < kMostListed) {
      bad_cells_.emplace_back(line, cell);
    }
  }

  void name_bins() {
    const std::vector<double>& edges = bins_->edges;
    attribute_.values.push_back("<" + number_text(edges.front()));
    for (std::size_t i = 1; i < edges.size(); ++i) {
      attribute_.values.push_back("[" + number_text(edges[i - 1]) + "," + number_text(edges[i]) + ")");
    }
    attribute_.values.push_back(">=" + number_text(edges.back()));
  }

  const Bins* bins_;
  CodedAttribute attribute_;
  Numbering labels_;
  std::vector<ValueCode> codes_;
  std::vector<std::pair<std::size_t, std::string>> bad_cells_;  ///< line and text
  std::size_t bad_count_ = 0;
};

/// Finds wanted columns among those of a manifest, which may grow while it is read.
class Places {
 public:
  explicit Places(std::vector<std::string> wanted) : wanted_(std::move(wanted)) {}

  void look(const std::vector<std::string>& columns) {
    if (columns.size() != seen_) {
      seen_ = columns.size();
      places_.clear();
      for (const std::string& name : wanted_) {
        places_.push_back(static_cast<std::size_t>(std::ranges::find(columns, name) - columns.begin()));
      }
    }
  }
  /// The cell of the i-th wanted column; empty where the manifest does not have it, or not yet.
  [[nodiscard]] std::string_view cell(std::span<const std::string_view> cells, std::size_t i) const {
    return places_[i] < cells.size() ? cells[places_[i]] : std::string_view();
  }

 private:
  std::vector<std::string> wanted_;
  std::vector<std::size_t> places_;
  std::size_t seen_ = static_cast<std::size_t>(-1);
};

/// Counts rows that are like an earlier one. Rows are told apart by 64 bits of hash: among ten million there is a
/// chance of one in 400,000 that two different ones are taken for alike.
class RepeatedRows {
 public:
  void add(std::span<const std::string_view> cells) {
    std::uint64_t hash = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (!cells[i].empty()) {
        // Empty cells say nothing, as lines of JSON may lack them. The multiplier is that of MurmurHash3's finalizer.
        hash = (hash ^ (std::hash<std::string_view>()(cells[i]) + i)) * 0xFF51AFD7ED558CCDU;
        hash ^= hash >> 33U;
      }
    }
    hashes_.push_back(hash);
  }
  [[nodiscard]] std::size_t count() {
    std::ranges::sort(hashes_);
    return static_cast<std::size_t>(hashes_.end() - std::unique(hashes_.begin(), hashes_.end()));
  }

 private:
  std::vector<std::uint64_t> hashes_;
};

/// Reads what makes a manifest the record of a run.
class RecordReader {
 public:
  /// Where the columns are among those wanted.
  explicit RecordReader(std::size_t first) : first_(first) {}
  static inline const std::vector<std::string> kColumns = {"source_id", "control", "synthetic"};

  /// Whether the row is to be counted.
  bool add(const Places& places, std::span<const std::string_view> cells, std::size_t line) {
    const std::string_view source = places.cell(cells, first_);
    const std::string_view synthetic = places.cell(cells, first_ + 2);
    if (places.cell(cells, first_ + 1) != "none") {
      ++record_.controls;
      return false;
    }
    // Python writes its truths with a capital.
    const bool is_true = synthetic == "true" || synthetic == "True";
    if (source.empty() || (!is_true && synthetic != "false" && synthetic != "False")) {
      bad_line_ = bad_line_ == 0 ? line : bad_line_;
    }
    record_.sources.push_back(sources_.number(source));
    record_.synthetic.push_back(is_true);
    return true;
  }
  void add_mistakes(const std::string& file, std::vector<std::string>& mistakes) const {
    if (bad_line_ > 0) {
      mistakes.push_back(
          file + ":" + std::to_string(bad_line_) +
          ": a record of a run has a `source_id`, and `synthetic` is true or false; give the file as the "
          "run wrote it, or the manifest of its sources");
    }
  }
  [[nodiscard]] RunRecord finish() { return std::move(record_); }

 private:
  std::size_t first_;
  Numbering sources_;
  RunRecord record_;
  std::size_t bad_line_ = 0;
};

bool is_record_of_run(const std::vector<std::string>& columns) {
  return std::ranges::all_of(std::array{"variant_id", "source_id", "control"},
                             [&](const char* name) { return std::ranges::find(columns, name) != columns.end(); });
}

/// The text without spaces around it and in small letters, of ASCII.
std::string folded(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  const std::size_t end = std::max(text.find_last_not_of(" \t") + 1, begin);
  std::string folded(text.substr(begin, end - begin));
  std::ranges::transform(folded, folded.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return folded;
}

}  // namespace

std::vector<std::vector<std::string>> alike_values(const CodedAttribute& attribute) {
  std::map<std::string, std::vector<std::string>> by_fold;
  for (const std::string& value : attribute.values) {
    by_fold[folded(value)].push_back(value);
  }
  std::vector<std::vector<std::string>> alike;
  for (auto& [fold, values] : by_fold) {
    if (values.size() > 1) {
      alike.push_back(std::move(values));
    }
  }
  return alike;
}

std::vector<std::string> values_like_missing(const CodedAttribute& attribute) {
  static constexpr std::array<std::string_view, 10> kMissing = {"",    "-",    "?",    "n/a",     "na",
                                                                "nan", "none", "null", "unknown", "."};
  std::vector<std::string> found;
  for (std::size_t v = 0; v < attribute.known_values(); ++v) {
    if (std::ranges::find(kMissing, folded(attribute.values[v])) != kMissing.end()) {
      found.push_back(attribute.values[v]);
    }
  }
  return found;
}

Bins parse_bins(std::string_view text) {
  const auto fail = [&](const std::string& why) {
    return UserError("--bins " + in_ticks(text) + ": " + why + "; write it like `--bins age=18,30,45`");
  };
  const std::size_t equals = text.rfind('=');
  if (equals == std::string_view::npos || equals == 0) {
    throw fail("a column and its edges are wanted");
  }
  Bins bins;
  bins.column = text.substr(0, equals);
  for (std::size_t start = equals + 1; start <= text.size();) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    const std::string_view edge = text.substr(start, end - start);
    const std::optional<double> number = number_of(edge);
    if (!number) {
      throw fail("the edge " + in_ticks(edge) + " is not a number");
    }
    if (!bins.edges.empty() && *number <= bins.edges.back()) {
      throw fail("the edge " + in_ticks(edge) + " is not above the one before it");
    }
    bins.edges.push_back(*number);
    start = end + 1;
  }
  if (bins.edges.size() >= kMostValues) {
    throw fail("there are more than " + std::to_string(kMostValues - 1) + " edges");
  }
  return bins;
}

std::vector<std::string> first_columns(const std::filesystem::path& manifest) {
  struct Enough {};
  std::vector<std::string> columns;
  std::vector<std::string> mistakes;  // are found again, and told, when all of it is read
  try {
    return for_each_manifest_row(
        manifest, mistakes, [&](const std::vector<std::string>& met, std::size_t, std::span<const std::string_view>) {
          columns = met;
          throw Enough();
        });
  } catch (const Enough&) {
    return columns;
  }
}

CodedManifest read_coded_manifest(const std::filesystem::path& manifest, const std::vector<std::string>& by,
                                  const std::vector<Bins>& bins, const std::string& subject) {
  std::vector<Column> columns;
  for (const std::string& name : by) {
    const auto found = std::ranges::find(bins, name, &Bins::column);
    columns.emplace_back(name, found == bins.end() ? nullptr : &*found);
  }
  CodedManifest coded;
  Numbering people;
  std::vector<std::string> wanted = by;
  wanted.push_back(subject);
  const std::size_t named = wanted.size();
  wanted.insert(wanted.end(), RecordReader::kColumns.begin(), RecordReader::kColumns.end());
  Places places(wanted);
  std::optional<RecordReader> record;
  RepeatedRows repeated;
  bool is_first = true;
  std::vector<std::string> mistakes;
  const std::vector<std::string> names = for_each_manifest_row(
      manifest, mistakes,
      [&](const std::vector<std::string>& met, std::size_t line, std::span<const std::string_view> cells) {
        places.look(met);
        if (std::exchange(is_first, false) && is_record_of_run(met)) {
          record.emplace(named);
        }
        repeated.add(cells);
        if (record && !record->add(places, cells, line)) {
          return;
        }
        for (std::size_t i = 0; i < columns.size(); ++i) {
          columns[i].add(places.cell(cells, i), line);
        }
        if (!subject.empty()) {
          const std::string_view who = places.cell(cells, by.size());
          coded.subjects.push_back(is_unknown(who) ? kNoSubject : people.number(who));
        }
      });
  const std::string file = on_one_line(manifest.string());
  for (std::size_t i = 0; i < named && !names.empty(); ++i) {
    const bool is_wanted = !wanted[i].empty();
    if (is_wanted && std::ranges::find(names, wanted[i]) == names.end()) {
      mistakes.push_back(file + ": there is no column " + in_ticks(wanted[i]) + "; " + suggestion(wanted[i], names));
    } else if (i < columns.size()) {
      columns[i].add_mistakes(file, mistakes);
    }
  }
  if (record) {
    record->add_mistakes(file, mistakes);
    coded.record = record->finish();
  }
  if (!mistakes.empty()) {
    throw UserError(std::move(mistakes));
  }
  coded.repeated_rows = repeated.count();
  for (Column& column : columns) {
    auto [attribute, codes] = column.finish();
    coded.rows.cardinalities.push_back(attribute.values.size());
    coded.rows.columns.push_back(std::move(codes));
    coded.attributes.push_back(std::move(attribute));
  }
  return coded;
}

}  // namespace fairground
