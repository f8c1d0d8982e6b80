// exports/results/audio-results_template.csv and image-results_template.csv: one row for each variant, to be filled
// with what a service answers.
//
// Rows come in the order of the plan. Clean references and controls are rows like all others, told by `synthetic` and
// `control`. `cluster` is what answers of one person have in common: the subject, or where nobody knows it the source
// alone, as in the Kaldi export. `units` is what `errors` is a part of: the words of the transcript, counted as in the
// export `stm`, or one answer for a picture.
#include <algorithm>

#include "pipeline/core/text.h"
#include "pipeline/publish/export.h"
#include "pipeline/publish/export_parts.h"
#include "pipeline/publish/spoken_text.h"

namespace fairground {
namespace {

ColumnNames names_in_table(const MediaFacts& facts) {
  constexpr std::string_view kOwn[] = {"variant_id", "source_id",        "pair_id",     "draw_id",        "subject",
                                       "cluster",    "condition",        "realization", "synthetic",      "control",
                                       "units",      "clean_variant_id", "file",        "reference_text", "errors",
                                       "hypothesis", "prediction"};
  return {facts, kOwn};
}

void write_table(const ExportInputs& inputs, const MediaFacts& facts, DerivedFiles& files) {
  const Records records(inputs.tree, facts);
  const bool is_audio = facts.media == Media::audio;
  std::vector<std::string> header = {"variant_id", "source_id", "pair_id", "draw_id", "subject", "cluster"};
  const ColumnNames names = names_in_table(facts);
  for (const std::string& group : facts.groups) {
    header.push_back(names.of(group));
  }
  for (const AxisFacts& axis : facts.axes) {
    header.push_back(names.of(axis.name));
  }
  header.insert(header.end(), {"condition", "realization", "synthetic", "control", "clean_variant_id", "file",
                               "reference_text", is_audio ? "hypothesis" : "prediction", "errors", "units"});
  const auto file = files.begin(std::string("exports/results/") + to_string(facts.media) + "-results_template.csv");
  file->add(csv_line(header));
  SpeakerIds clusters;
  CellNames conditions;
  records.for_each([&](const Record& record) {
    std::vector<std::string> row;
    const auto add = [&](std::string_view text) { row.emplace_back(text); };
    for (const std::string_view text :
         {record.variant_id, record.source_id, record.pair_id, record.draw_id, record.subject}) {
      add(text);
    }
    add(clusters.of(record));
    std::ranges::for_each(record.groups, add);
    std::ranges::for_each(record.levels, add);
    add(conditions.of(record.levels).name);
    add(std::to_string(record.realization));
    add(record.synthetic ? "true" : "false");
    add(to_string(record.control));
    add(clean_variant_id(record));
    add(path_in_run(facts, record.file_name));
    const std::string_view text = transcript_of(record, facts);
    add(text);
    add("");
    add("");
    const bool has_words = is_audio && !facts.transcript.empty();
    add(has_words ? std::to_string(scored_words(text).size()) : "1");
    file->add(csv_line(row));
  });
  file->finish();
}

/// `text` between quotes, as programs take it. What is not printed is an octal escape, which Python and R both read.
std::string code_text(std::string_view text, char quote) {
  std::string literal(1, quote);
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == quote || c == '\\') {
      literal += '\\';
      literal += c;
    } else if (code < 0x20 || code == 0x7F) {
      literal += {'\\', static_cast<char>('0' + (code >> 6U)), static_cast<char>('0' + (code >> 3U & 7U)),
                  static_cast<char>('0' + (code & 7U))};
    } else {
      literal += c;
    }
  }
  return literal + quote;
}

const char* answer_column(Media media) { return media == Media::audio ? "hypothesis" : "prediction"; }

/// What else there is, where a set has both media.
std::string second_table(const MediaFacts& facts) {
  const ColumnNames names = names_in_table(facts);
  std::string groups;
  for (const std::string& column : facts.groups) {
    groups += (groups.empty() ? "" : ", ") + code_text(names.of(column), '"');
  }
  std::string text = "The other table, `" + std::string(to_string(facts.media)) +
                     "-results_template.csv`, is filled and read alike, with `" + answer_column(facts.media) +
                     "` for `" + answer_column(facts.media == Media::audio ? Media::image : Media::audio) + "`.\n";
  text += groups.empty() ? "Its rows are of no groups.\n" : "Its groups are " + groups + ".\n";
  if (facts.include_clean) {
    CellNames conditions;
    const std::vector<std::string_view> clean(facts.clean_levels.begin(), facts.clean_levels.end());
    text += "Its clean references have the condition " + code_text(conditions.of(clean).name, '"') + ".\n";
  }
  return text;
}

std::string readme(const SetFacts& set) {
  const MediaFacts& facts = set.media.front();
  const std::string medium = to_string(facts.media);
  const ColumnNames names = names_in_table(facts);
  const std::string group = facts.groups.empty() ? "subject" : names.of(facts.groups.front());
  std::string groups = facts.groups.empty() ? code_text(group, '"') : "";
  for (const std::string& column : facts.groups) {
    groups += (groups.empty() ? "" : ", ") + code_text(names.of(column), '"');
  }
  CellNames conditions;
  std::vector<std::string_view> clean(facts.clean_levels.begin(), facts.clean_levels.end());
  const std::string reference = conditions.of(clean).name;
  // Without clean references there is nothing that conditions are naturally compared with.
  const std::string condition =
      facts.include_clean ? "C(condition, Treatment(" + code_text(reference, '\'') + "))" : "C(condition)";
  const std::string relevelled =
      facts.include_clean
          ? "    table$condition <- relevel(factor(table$condition), ref = " + code_text(reference, '"') + ")\n"
          : "";
  std::string text =
      "One row for each variant. Copy the table, since it is written anew with every export, and fill in `" +
      std::string(answer_column(facts.media)) +
      "` and `errors` (for a recording the words that are wrong, missing or too many;\n"
      "1 for a wrong answer and 0 for a right one), and leave the rest. The files are RFC 4180: UTF-8, commas, quotes "
      "where\n"
      "they are needed. `units` is the number of words of `reference_text` as the export `stm` counts them, or 1.\n"
      "`cluster` is the person, or the source alone where nobody knows the person: answers of one are not "
      "independent.\n"
      "Rows with a `control` other than `none` show how much answers differ without any change; they are no part of "
      "the\n"
      "comparison. Paths in `file` are relative to the run's folder. A column of the set whose name is taken here is "
      "called\n"
      "column_NAME, or column_column_NAME where the set has a column of that name too.\n\n"
      "Python, for all that follows (a label may well be called NA, or 1 and 2 without being a quantity):\n\n"
      "    import numpy as np, pandas as pd\n"
      "    table = pd.read_csv(\"" +
      medium +
      "-results_template.csv\", keep_default_na=False, dtype=str)\n"
      "    table = table[(table.control == \"none\") & (table.errors != \"\") & (table.units != \"0\")]\n"
      "    table = table.astype({\"errors\": float, \"units\": float})\n\n"
      "Fairlearn, error rates for each group in each condition, and the largest difference:\n\n"
      "    from fairlearn.metrics import MetricFrame\n"
      "    rate = lambda units, errors: errors.sum() / units.sum()\n"
      "    frame = MetricFrame(metrics={\"error_rate\": rate}, y_true=table.units, y_pred=table.errors,\n"
      "                        sensitive_features=table[[" +
      groups +
      "]], control_features=table[[\"condition\"]])\n"
      "    print(frame.by_group, frame.difference(method=\"between_groups\"))\n\n"
      "Aequitas, which takes yes and no: here, whether more than a fifth is wrong, which never should be:\n\n"
      "    from aequitas.group import Group\n"
      "    table[\"score\"] = (table.errors > 0.2 * table.units).astype(int)\n"
      "    table[\"label_value\"] = 0\n"
      "    counts, _ = Group().get_crosstabs(table, attr_cols=[" +
      groups +
      "])\n"
      "    print(counts[[\"attribute_name\", \"attribute_value\", \"fpr\", \"group_size\"]])\n\n"
      "statsmodels, how much more a condition costs one group than another, with people as clusters:\n\n"
      "    import statsmodels.api as sm, statsmodels.formula.api as smf\n"
      "    model = smf.gee(" +
      code_text("errors ~ " + condition + " * C(Q(" + code_text(group, '\'') + "))", '"') +
      ", groups=\"cluster\",\n"
      "                    data=table, family=sm.families.Poisson(), offset=np.log(table.units))\n"
      "    print(model.fit().summary())\n\n"
      "R and lme4, the same with people and sources drawn at random:\n\n"
      "    library(lme4)\n"
      "    table <- subset(read.csv(\"" +
      medium +
      "-results_template.csv\", colClasses = \"character\", check.names = FALSE),\n"
      "                    control == \"none\" & errors != \"\" & units != \"0\")\n"
      "    table$errors <- as.numeric(table$errors)\n"
      "    table$units <- as.numeric(table$units)\n" +
      relevelled + "    summary(glmer(errors ~ condition * " + code_text(group, '`') +
      " + offset(log(units)) + (1 | cluster) + (1 | source_id),\n"
      "                  family = poisson, data = table))\n";
  for (std::size_t i = 1; i < set.media.size(); ++i) {
    text += "\n" + second_table(set.media[i]);
  }
  return text;
}

}  // namespace

void export_results(const ExportInputs& inputs, DerivedFiles& files) {
  for (const MediaFacts& facts : inputs.set.media) {
    write_table(inputs, facts, files);
  }
  files.write("exports/results/README", readme(inputs.set));
}

}  // namespace fairground
