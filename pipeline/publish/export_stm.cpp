// exports/stm/: references for NIST sclite, with subsets by which its report `lur` divides word error rates.
//
// The words are those of scored_words(): sclite counts punctuation as words and folds the case of ASCII only, so that
// as they stand an answer in French would have more errors than the same in English. answers_to_ctm.pl does the same to
// answers.
//
// Every variant is a segment, and every file has all of them, so that one hypothesis goes with each. `O`, the groups
// and the conditions have no controls, which have subsets of their own. Segments are sorted by their ids, byte by byte,
// since sclite goes through reference and hypothesis side by side.
//
// sclite 2.4.10 puts the format of its table into 50 bytes, of which a subset takes three, and aborts behind the
// sixteenth (print_lur in SCTK's src/sclite/lur.c; tried with Debian's sctk). More subsets are divided over several
// files.
#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "pipeline/core/text.h"
#include "pipeline/publish/export.h"
#include "pipeline/publish/export_parts.h"
#include "pipeline/publish/spoken_text.h"

namespace fairground {
namespace {

constexpr std::size_t kMostOnPage = 15;        ///< beside the one of all
constexpr std::size_t kMostInCategory = 60;    ///< more nobody compares in a table, and each page has all segments
constexpr std::size_t kMostDescription = 100;  ///< bytes; sclite has 150 for a cell

/// A subset of the segments.
struct Subset {
  std::string id;     ///< in the segments' labels
  std::string title;  ///< at the head of a column
  std::string description;
  std::vector<std::string> groups;  ///< as in MediaFacts::groups; empty texts for what does not matter
  std::vector<std::string> levels;  ///< likewise
  std::string control = {};
};

/// Subsets that have no segment in common.
struct Category {
  std::string title;
  std::vector<Subset> subsets = {};
  /// Which of them a record is in.
  std::function<std::optional<std::size_t>(const Record&)> subset_of = {};
};

/// One reference file and its columns.
struct Page {
  struct Part {
    std::size_t category;
    std::size_t first;
    std::size_t count;
  };
  std::string name;
  std::vector<Part> parts = {};
  std::size_t subsets = 0;
};

/// Text for the head of a file: sclite knows no escape for quotes and takes two slashes for the end of a line.
std::string description_of(std::string_view text) {
  std::string clean = on_one_line(text);
  std::ranges::replace(clean, '"', '\'');
  std::ranges::replace(clean, '/', '|');
  std::size_t length = 0;
  while (length < clean.size()) {
    const std::size_t next = utf8_length(std::string_view(clean).substr(length));
    if (next == 0 || length + next > kMostDescription) {
      break;
    }
    length += next;
  }
  return clean.substr(0, length);
}

/// `NAME VALUE, NAME VALUE`, of those that have a value.
std::string described(const std::vector<std::string>& names, const std::vector<std::string>& values) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!values[i].empty()) {
      text += (text.empty() ? "" : ", ") + names[i] + ' ' + values[i];
    }
  }
  return text;
}

/// All categories of a set, found in its records.
class Categories {
 public:
  explicit Categories(const MediaFacts& facts)
      : facts_(facts), columns_(facts.groups.size()), axes_(facts.axes.size()) {
    for (const AxisFacts& axis : facts.axes) {
      axis_names_.push_back(axis.name);
    }
  }

  void add(const Record& record) {
    const CellNames::Cell& group = groups_.of(record.groups);
    if (record.control != Control::none) {
      controls_.insert(record.control);
      return;
    }
    const CellNames::Cell& condition = conditions_.of(record.levels);
    if (crossed_.size() <= kMostInCategory) {
      crossed_.emplace(std::pair(group.number, condition.number), crossed_.size());
    }
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      (void)columns_[i].of({record.groups[i]});
    }
    for (std::size_t i = 0; i < axes_.size(); ++i) {
      (void)axes_[i].of({record.levels[i]});
    }
  }

  /// Those that are not too large. To be called once all records were added.
  [[nodiscard]] std::vector<Category> all() {
    std::vector<Category> found;
    const auto add = [&](Category category) {
      if (category.subsets.size() > kMostInCategory) {
        left_out_.push_back(category.title);
      } else if (!category.subsets.empty()) {
        found.push_back(std::move(category));
      }
    };
    add(of_conditions());
    add(of_groups());
    add(of_controls());
    for (std::size_t i = 0; i < columns_.size() && columns_.size() > 1; ++i) {
      add(of_column(i));
    }
    for (std::size_t i = 0; i < axes_.size() && axes_.size() > 1; ++i) {
      add(of_axis(i));
    }
    add(of_crossed());
    return found;
  }
  /// What was too large.
  [[nodiscard]] const std::vector<std::string>& left_out() const { return left_out_; }
  [[nodiscard]] const std::vector<std::string>& axis_names() const { return axis_names_; }

 private:
  [[nodiscard]] std::vector<std::string> no_groups() const { return std::vector<std::string>(facts_.groups.size()); }
  [[nodiscard]] std::vector<std::string> no_levels() const { return std::vector<std::string>(facts_.axes.size()); }

  Category of_groups() {
    Category category{"group"};
    for (const CellNames::Cell& cell : groups_.all()) {
      category.subsets.push_back({"g" + std::to_string(cell.number + 1), cell.name,
                                  described(facts_.groups, cell.labels), cell.labels, no_levels()});
    }
    category.subset_of = [this](const Record& record) { return of_answer(record, groups_.of(record.groups).number); };
    return category;
  }

  Category of_conditions() {
    Category category{"condition"};
    for (const CellNames::Cell& cell : conditions_.all()) {
      category.subsets.push_back({"c" + std::to_string(cell.number + 1), cell.name, described(axis_names_, cell.labels),
                                  no_groups(), cell.labels});
    }
    category.subset_of = [this](const Record& record) -> std::optional<std::size_t> {
      return record.control == Control::none ? std::optional(conditions_.of(record.levels).number) : std::nullopt;
    };
    return category;
  }

  Category of_controls() {
    Category category{"control"};
    for (const Control control : controls_) {
      const std::string name = to_string(control);
      category.subsets.push_back({"k-" + name, "control_" + name, "controls of the kind " + name + ", of all groups",
                                  no_groups(), no_levels(), name});
    }
    category.subset_of = [this](const Record& record) -> std::optional<std::size_t> {
      const auto found = controls_.find(record.control);
      return found == controls_.end()
                 ? std::nullopt
                 : std::optional(static_cast<std::size_t>(std::distance(controls_.begin(), found)));
    };
    return category;
  }

  Category of_column(std::size_t column) {
    Category category{SafeNames().name_of(facts_.groups[column], facts_.groups[column])};
    for (const CellNames::Cell& cell : columns_[column].all()) {
      std::vector<std::string> labels = no_groups();
      labels[column] = cell.labels.front();
      category.subsets.push_back({"v" + std::to_string(column + 1) + '-' + std::to_string(cell.number + 1),
                                  category.title + '=' + cell.name, described(facts_.groups, labels), labels,
                                  no_levels()});
    }
    category.subset_of = [this, column](const Record& record) {
      return of_answer(record, columns_[column].of({record.groups[column]}).number);
    };
    return category;
  }

  Category of_axis(std::size_t axis) {
    Category category{SafeNames().name_of(axis_names_[axis], axis_names_[axis])};
    for (const CellNames::Cell& cell : axes_[axis].all()) {
      std::vector<std::string> labels = no_levels();
      labels[axis] = cell.labels.front();
      category.subsets.push_back({"x" + std::to_string(axis + 1) + '-' + std::to_string(cell.number + 1),
                                  category.title + '=' + cell.name, described(axis_names_, labels), no_groups(),
                                  labels});
    }
    category.subset_of = [this, axis](const Record& record) -> std::optional<std::size_t> {
      return record.control == Control::none ? std::optional(axes_[axis].of({record.levels[axis]}).number)
                                             : std::nullopt;
    };
    return category;
  }

  Category of_crossed() {
    Category category{"group and condition"};
    category.subsets.resize(crossed_.size());
    for (const auto& [cell, number] : crossed_) {
      const CellNames::Cell& group = groups_.all()[cell.first];
      const CellNames::Cell& condition = conditions_.all()[cell.second];
      category.subsets[number] = {
          "m" + std::to_string(number + 1), group.name + '-' + condition.name,
          described(facts_.groups, group.labels) + ", " + described(axis_names_, condition.labels), group.labels,
          condition.labels};
    }
    category.subset_of = [this](const Record& record) -> std::optional<std::size_t> {
      if (record.control != Control::none) {
        return std::nullopt;
      }
      return crossed_.at({groups_.of(record.groups).number, conditions_.of(record.levels).number});
    };
    return category;
  }

  static std::optional<std::size_t> of_answer(const Record& record, std::size_t number) {
    return record.control == Control::none ? std::optional(number) : std::nullopt;
  }

  const MediaFacts& facts_;
  std::vector<std::string> axis_names_;
  CellNames groups_;
  CellNames conditions_;
  std::set<Control> controls_;
  std::vector<CellNames> columns_;
  std::vector<CellNames> axes_;
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> crossed_;  ///< of group and condition
  std::vector<std::string> left_out_;
};

/// Each category on the first page that has room for it. One that is larger than a page begins on a new one.
std::vector<Page> divided(const std::vector<Category>& categories) {
  std::vector<Page> pages;
  const auto add = [&](Page& page, const Page::Part& part) {
    page.parts.push_back(part);
    page.subsets += part.count;
  };
  const auto begin = [&]() -> Page& {
    const std::string number = pages.empty() ? "" : "-" + std::to_string(pages.size() + 1);
    return pages.emplace_back(Page{"ref" + number + ".stm"});
  };
  for (std::size_t c = 0; c < categories.size(); ++c) {
    const std::size_t size = categories[c].subsets.size();
    const auto roomy =
        std::ranges::find_if(pages, [&](const Page& page) { return page.subsets + size <= kMostOnPage; });
    if (roomy != pages.end()) {
      add(*roomy, {c, 0, size});
      continue;
    }
    for (std::size_t first = 0; first < size; first += kMostOnPage) {
      add(begin(), {c, first, std::min(kMostOnPage, size - first)});
    }
  }
  if (pages.empty()) {
    begin();
  }
  return pages;
}

std::string head_of(const Page& page, const std::vector<Category>& categories) {
  std::string text = ";; CATEGORY \"0\" \"\" \"\"\n";
  for (std::size_t i = 0; i < page.parts.size(); ++i) {
    text += ";; CATEGORY \"" + std::to_string(i + 1) + "\" \"" + categories[page.parts[i].category].title + "\" \"\"\n";
  }
  text += ";; LABEL \"O\" \"all\" \"all segments but controls\"\n";
  for (const Page::Part& part : page.parts) {
    for (std::size_t i = part.first; i < part.first + part.count; ++i) {
      const Subset& subset = categories[part.category].subsets[i];
      text +=
          ";; LABEL \"" + subset.id + "\" \"" + subset.title + "\" \"" + description_of(subset.description) + "\"\n";
    }
  }
  return text;
}

/// A segment's labels, `<O,g1,c2>`; each has the place of its category, and places may be empty.
std::string labels_of(const Record& record, const Page& page, const std::vector<Category>& categories) {
  std::string labels = record.control == Control::none ? "<O" : "<";
  for (const Page::Part& part : page.parts) {
    labels += ',';
    const Category& category = categories[part.category];
    const auto subset = category.subset_of(record);
    if (subset && *subset >= part.first && *subset < part.first + part.count) {
      labels += category.subsets[*subset].id;
    }
  }
  return labels + '>';
}

void write_table(DerivedFiles& files, const MediaFacts& facts, const Categories& categories,
                 const std::vector<Page>& pages, const std::vector<Category>& all) {
  const auto file = files.begin("exports/stm/labels.csv");
  std::vector<std::string> header = {"file", "label", "title", "category"};
  constexpr std::string_view kOwn[] = {"file", "label", "title", "category", "control"};
  const ColumnNames column_names(facts, kOwn);
  const auto add_names = [&](const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      header.push_back(column_names.of(name));
    }
  };
  add_names(facts.groups);
  add_names(categories.axis_names());
  header.emplace_back("control");
  file->add(csv_line(header));
  for (const Page& page : pages) {
    for (const Page::Part& part : page.parts) {
      for (std::size_t i = part.first; i < part.first + part.count; ++i) {
        const Subset& subset = all[part.category].subsets[i];
        std::vector<std::string> line = {page.name, subset.id, subset.title, all[part.category].title};
        line.insert(line.end(), subset.groups.begin(), subset.groups.end());
        line.insert(line.end(), subset.levels.begin(), subset.levels.end());
        line.push_back(subset.control);
        file->add(csv_line(line));
      }
    }
  }
  file->finish();
}

std::string readme(const std::vector<Page>& pages, const std::vector<std::string>& left_out, std::size_t empty) {
  std::string text =
      "References for NIST sclite (Debian's package sctk, or https://github.com/usnistgov/SCTK), with subsets by group "
      "and\n"
      "condition. From a table of answers, a variant's id, a tab and the text in each line:\n\n"
      "    perl exports/stm/answers_to_ctm.pl < answers.tsv | LC_ALL=C sort -k1,1 -k2,2 -k3,3n > answers.ctm\n"
      "    sctk sclite -r exports/stm/ref.stm stm -h answers.ctm ctm -o lur -n ref -O .\n\n"
      "ref.lur then has a row for each speaker, and in `Set Sum/Avg` the words and the word error rate of each "
      "subset.\n"
      "labels.csv says what the subsets are. The subset `all` has no controls, and neither has that of a group or of "
      "a\n"
      "condition; controls have subsets of their own.\n";
  if (pages.size() > 1) {
    text +=
        "\nsclite's table has at most 16 subsets, so the others are in files of the same segments, each to be scored "
        "like\n"
        "the first:\n\n"
        "    for ref in exports/stm/ref*.stm; do\n"
        "      sctk sclite -r $ref stm -h answers.ctm ctm -o lur -n $(basename $ref .stm) -O .\n"
        "    done\n";
  }
  if (!left_out.empty()) {
    text += "\nNot made into subsets, since there are more than " + std::to_string(kMostInCategory) + " of each:";
    for (const std::string& what : left_out) {
      text += (&what == &left_out.front() ? " " : ", ") + what;
    }
    text += ".\nThe export `results` takes any number.\n";
  }
  text +=
      "\nThe words: in lower case, without punctuation and symbols, which separate words, but for an apostrophe within "
      "a\n"
      "word and a full stop or comma between digits. answers_to_ctm.pl does the same to the answers; numbers and\n"
      "abbreviations stay as each side writes them. It gives words made-up times, since a segment is a whole file. "
      "The\n"
      "transcripts as they are stand in audio/metadata.jsonl. Where a language has no spaces, errors of characters "
      "say\n"
      "more than those of words: sclite has -c for that.\n";
  if (empty > 0) {
    text += "\nOf " + counted(empty, "segment") +
            " the transcript has no words; all that is answered there is an insertion.\n";
  }
  return text;
}

std::string answers_to_ctm() {
  return "# Reads lines of a variant's id, a tab and a text, and writes a CTM for sclite. README says how.\n"
         "use strict;\n"
         "use warnings;\n"
         "binmode STDIN;\n"
         "binmode STDOUT;\n\n" +
         std::string(scored_words_in_perl()) +
         "\nwhile (my $line = <STDIN>) {\n"
         "  $line =~ s/\\r?\\n$//;\n"
         "  my ($id, $text) = split /\\t/, $line, 2;\n"
         "  my $number = 0;\n"
         "  printf \"%s 1 %.3f 0.001 %s\\n\", $id, 0.001 * $number++, $_ for words($text // \"\");\n"
         "}\n";
}

}  // namespace

void export_stm(const ExportInputs& inputs, DerivedFiles& files) {
  const MediaFacts& facts = *inputs.set.of(Media::audio);
  const Records records(inputs.tree, facts);
  const std::size_t duration = required_number(records, "measured_duration_s");
  SpeakerIds speakers;
  Categories found(facts);
  std::vector<Category> categories;
  std::vector<Page> pages;
  std::vector<std::unique_ptr<DerivedFile>> references;
  std::size_t empty = 0;
  const auto begin_pages = [&] {
    if (!pages.empty()) {
      return;
    }
    categories = found.all();
    pages = divided(categories);
    for (const Page& page : pages) {
      references.push_back(files.begin("exports/stm/" + page.name));
      references.back()->add(head_of(page, categories));
    }
  };
  records.for_each_sorted(
      [&](const Record& record) {
        (void)speakers.of(record);  // in the order of the plan, as in the other exports
        found.add(record);
        return std::string(record.variant_id);
      },
      [&](const Record& record) {
        begin_pages();
        const std::string start = std::string(record.variant_id) + " 1 " + speakers.of(record) + " 0.0 " +
                                  shortest(record.numbers[duration]) + ' ';
        std::string words;
        for (const std::string& word : scored_words(transcript_of(record, facts))) {
          words += ' ' + word;
        }
        empty += words.empty() ? 1 : 0;
        for (std::size_t i = 0; i < pages.size(); ++i) {
          references[i]->add_line(start + labels_of(record, pages[i], categories) + words);
        }
      });
  begin_pages();  // where there are no records
  for (const auto& file : references) {
    file->finish();
  }
  write_table(files, facts, found, pages, categories);
  files.write("exports/stm/answers_to_ctm.pl", answers_to_ctm());
  files.write("exports/stm/README", readme(pages, found.left_out(), empty));
}

}  // namespace fairground
