#include "pipeline/flow/plan_report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "pipeline/core/error.h"
#include "pipeline/core/parallel.h"
#include "pipeline/core/progress.h"
#include "pipeline/core/text.h"
#include "pipeline/design/coverage.h"
#include "pipeline/design/plan.h"
#include "pipeline/flow/render.h"
#include "pipeline/measure/bandwidth.h"
#include "pipeline/media/resample.h"
#include "pipeline/output/atomic_file.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

/// What the recordings of one group are like.
struct GroupSound {
  std::map<int, std::size_t> rates;  ///< sources by the sample rate of their files, in Hz
  std::vector<double> bandwidths_hz;

  [[nodiscard]] double median_bandwidth_hz() const {
    std::vector<double> sorted = bandwidths_hz;
    std::ranges::sort(sorted);
    return sorted[sorted.size() / 2];
  }
};

struct Survey {
  std::vector<GroupSound> groups;     ///< of audio, by group index
  std::vector<std::string> problems;  ///< "id: reason" of sources that cannot be used
  std::vector<LostVariant> lost;      ///< what a run would lose with those sources
  double seconds = 0.0;               ///< of sound, in the sources that can be used
};

/// What looking at one source told.
struct Finding {
  Fate fate = Fate::written;
  std::string reason;
  double bandwidth_hz = 0.0;
};

/// Prepares a source as a run does, so that what a run could not use is known before it starts. The bandwidth is that
/// of the prepared recording: what the run's own rate cannot carry will not be in the set.
Finding try_source(const Plan& plan, Media media, std::size_t index) {
  DecodedSource decoded = decode_source(plan, media, index);
  if (decoded.passing) {
    throw PassingFault(plan.of(media).catalog->sources[index].id + ": " + decoded.reason);
  }
  Finding finding{decoded.fate, std::move(decoded.reason)};
  if (finding.fate == Fate::written && media == Media::audio) {
    finding.bandwidth_hz = measure_bandwidth_hz(to_mono(std::move(decoded.audio)));
  }
  return finding;
}

/// A source that cannot be read counts as unread; one that is stopped at a gate was read, but all its variants are
/// lost.
void add_lost(const MediaPlan& plan, std::size_t source, Fate fate, std::vector<LostVariant>& lost) {
  for (std::size_t condition = 0; condition < plan.conditions.size(); ++condition) {
    lost.push_back({plan.media, source, condition, fate == Fate::failed});
  }
}

Survey survey(const Plan& plan, const MediaPlan& media, const PlanOptions& options, Progress& progress) {
  const std::vector<Source>& sources = media.catalog->sources;
  std::vector<Finding> findings(sources.size());
  parallel_for(sources.size(), options.jobs, [&](std::size_t i) {
    if (options.measure) {
      findings[i] = try_source(plan, media.media, i);
    } else if (!sources[i].problem.empty()) {
      findings[i] = {Fate::failed, sources[i].problem};
    }
    progress.add_one();
  });
  Survey result;
  result.groups.resize(media.catalog->groups.size());
  for (std::size_t i = 0; i < sources.size(); ++i) {
    GroupSound& group = result.groups[sources[i].group];
    if (findings[i].fate != Fate::written) {
      result.problems.push_back(sources[i].id + ": " + findings[i].reason);
      add_lost(media, i, findings[i].fate, result.lost);
    } else if (media.media == Media::audio) {
      result.seconds += sources[i].seconds;
      ++group.rates[sources[i].sample_rate];
      if (options.measure) {
        group.bandwidths_hz.push_back(findings[i].bandwidth_hz);
      }
    }
  }
  return result;
}

std::vector<MediaCoverage> expected_coverage(const Plan& plan, const std::vector<Survey>& surveys) {
  std::vector<LostVariant> lost;
  for (const Survey& survey : surveys) {
    lost.insert(lost.end(), survey.lost.begin(), survey.lost.end());
  }
  return count_coverage(plan, lost);
}

/// The text with `?` for every control character. Labels come from anywhere, and one of them could break the line or
/// command the terminal.
std::string printable(std::string text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 'x');
    if (byte < 0x20U || byte == 0x7FU) {
      text[i] = '?';
    } else if (byte == 0xC2U && next >= 0x80U && next < 0xA0U) {
      // U+0080 to U+009F, which some terminals obey too.
      text.replace(i, 2, "?");
    }
  }
  return text;
}

/// `words` in a row, but no more than a reader takes in.
std::string short_listing(const std::vector<std::string>& words) {
  constexpr std::size_t kMost = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(words.size(), kMost); ++i) {
    text += (i == 0 ? "" : ", ") + words[i];
  }
  return words.size() <= kMost ? text : text + ", … and " + std::to_string(words.size() - kMost) + " more";
}

/// Rounded as people say it: "12 s", "26 min", "3.5 h".
std::string duration_text(double seconds) {
  char text[32];
  if (seconds < 60.0) {
    std::snprintf(text, sizeof text, seconds < 10.0 ? "%.1f s" : "%.0f s", seconds);
  } else if (seconds < 7200.0) {
    std::snprintf(text, sizeof text, "%.0f min", seconds / 60.0);
  } else {
    std::snprintf(text, sizeof text, "%.1f h", seconds / 3600.0);
  }
  return text;
}

/// Columns padded to their widest cell.
void print_table(std::ostream& out, std::vector<std::vector<std::string>> rows) {
  std::vector<std::size_t> widths;
  for (auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i] = printable(std::move(row[i]));
      widths[i] = std::max(widths[i], character_count(row[i]));
    }
  }
  for (const auto& row : rows) {
    out << ' ';
    for (std::size_t i = 0; i < row.size(); ++i) {
      out << ' ' << row[i];
      if (i + 1 < row.size()) {
        out << std::string(widths[i] - character_count(row[i]) + 1, ' ');
      }
    }
    out << '\n';
  }
}

std::string subjects_text(const Count& count) {
  if (!count.subjects) {
    return "unknown";
  }
  std::string text = std::to_string(*count.subjects);
  if (count.sources_without_subject > 0) {
    text += " (+" + counted(count.sources_without_subject, "source") + " without)";
  }
  return text;
}

std::string rates_text(const GroupSound& group) {
  std::string text;
  for (const auto& [rate, count] : group.rates) {
    text += (text.empty() ? "" : ", ") + std::to_string(rate) + " (" + std::to_string(count) + ")";
  }
  return text.empty() ? "-" : text;
}

std::string condition_text(const MediaPlan& plan, const Condition& condition) {
  std::string text;
  for (std::size_t i = 0; i < plan.settings->axes.size(); ++i) {
    text += (i == 0 ? "" : ", ") + plan.settings->axes[i].name + "=" + condition.level_name(i);
  }
  return (text.empty() ? "the sources as they are" : text) + (condition.is_clean ? "   (clean reference)" : "");
}

/// A source that can be used meets every condition, so the count of one stands for all of them.
void print_groups(std::ostream& out, const MediaPlan& plan, const MediaCoverage& coverage, const Survey& survey) {
  const auto synthetic = static_cast<std::size_t>(std::ranges::count(plan.conditions, false, &Condition::is_clean));
  const auto first = static_cast<std::size_t>(std::ranges::find(plan.conditions, false, &Condition::is_clean) -
                                              plan.conditions.begin());
  std::vector<std::vector<std::string>> rows(1, plan.catalog->group_columns);
  const auto head = [&](const char* title) { rows[0].emplace_back(title); };
  head("sources");
  head("subjects");
  head("synthesised conditions");
  head("sources in each");
  head("subjects in each");
  if (plan.media == Media::audio) {
    head("file rates in Hz (sources)");
    head("median bandwidth in Hz");
  }
  for (std::size_t g = 0; g < coverage.groups.size(); ++g) {
    const GroupCoverage& group = coverage.groups[g];
    std::vector<std::string> row = group.labels;
    row.push_back(std::to_string(group.observed.sources));
    row.push_back(subjects_text(group.observed));
    row.push_back(std::to_string(synthetic));
    row.push_back(synthetic == 0 ? "-" : std::to_string(group.synthesised[first].sources));
    row.push_back(synthetic == 0 ? "-" : subjects_text(group.synthesised[first]));
    if (plan.media == Media::audio) {
      const GroupSound& sound = survey.groups[g];
      row.push_back(rates_text(sound));
      row.push_back(sound.bandwidths_hz.empty() ? "-" : std::to_string(std::lround(sound.median_bandwidth_hz())));
    }
    rows.push_back(std::move(row));
  }
  print_table(out, std::move(rows));
}

std::string group_name(const std::vector<std::string>& labels) {
  std::string name;
  for (const std::string& label : labels) {
    name += (name.empty() ? "" : " / ") + label;
  }
  return name;
}

/// One note for all groups that miss the same realizations.
std::vector<std::string> notes_on_realizations(const MediaPlan& plan, const MediaCoverage& coverage) {
  if (plan.settings->design.pairing == Pairing::independent) {
    return {};  // Every source has draws of its own, so nothing is missed.
  }
  std::map<std::vector<int>, std::vector<std::string>> groups_by_missing;
  for (const GroupCoverage& group : coverage.groups) {
    if (!group.realizations_missing.empty()) {
      groups_by_missing[group.realizations_missing].push_back(group_name(group.labels));
    }
  }
  std::vector<std::string> notes;
  for (const auto& [missing, groups] : groups_by_missing) {
    std::vector<std::string> numbers;
    for (const int realization : missing) {
      numbers.push_back(std::to_string(realization));
    }
    const bool ungrouped = plan.catalog->group_columns.empty();
    const std::string who = ungrouped ? "there is"
                                      : std::string(groups.size() == 1 ? "group " : "groups ") + short_listing(groups) +
                                            (groups.size() == 1 ? " has" : " have");
    notes.push_back(who + " no usable source with " + (numbers.size() == 1 ? "realization " : "realizations ") +
                    short_listing(numbers));
  }
  return notes;
}

/// Says what a reader of the numbers must know before trusting a comparison of groups.
std::vector<std::string> warnings(const MediaPlan& plan, const MediaCoverage& coverage, const Survey& survey) {
  std::vector<std::string> list = notes_on_realizations(plan, coverage);
  double narrowest = 0.0;
  double widest = 0.0;
  for (const GroupSound& group : survey.groups) {
    if (!group.bandwidths_hz.empty()) {
      const double bandwidth = group.median_bandwidth_hz();
      narrowest = narrowest == 0.0 ? bandwidth : std::min(narrowest, bandwidth);
      widest = std::max(widest, bandwidth);
    }
  }
  // A quarter is well beyond what voices differ by, and well below telephone against wide band.
  if (narrowest > 0.0 && widest > 1.25 * narrowest) {
    list.push_back("the groups' recordings differ in bandwidth (" + std::to_string(std::lround(narrowest)) + " to " +
                   std::to_string(std::lround(widest)) +
                   " Hz): a service that minds bandwidth would look as if it minded the group");
  }
  return list;
}

/// How much sound a run makes.
double total_seconds(const MediaPlan& plan, const Survey& survey) {
  return survey.seconds * static_cast<double>(plan.conditions.size());
}

std::string sound_text(const MediaPlan& plan, const Survey& survey) {
  return plan.media == Media::audio ? duration_text(total_seconds(plan, survey)) + " of sound, " : "";
}

void print_text(std::ostream& out, const Plan& plan, const std::vector<Survey>& surveys) {
  const std::vector<MediaCoverage> coverage = expected_coverage(plan, surveys);
  out << "plan of " << printable(plan.config().name) << ": " << counted(plan.size(), "variant") << ", hash "
      << plan.sha256() << '\n';
  for (std::size_t m = 0; m < plan.media().size(); ++m) {
    const MediaPlan& media = plan.media()[m];
    out << '\n'
        << to_string(media.media) << ": " << counted(media.catalog->sources.size(), "source") << " x "
        << counted(media.conditions.size(), "condition") << " = " << counted(media.variants(), "variant") << ", "
        << sound_text(media, surveys[m])
        << counted(static_cast<std::size_t>(media.settings->design.realizations), "realization") << ", pairing "
        << (media.settings->design.pairing == Pairing::matched ? "matched" : "independent") << "\n\n";
    print_groups(out, media, coverage[m], surveys[m]);
    out << "\n  conditions\n";
    for (const Condition& condition : media.conditions) {
      out << "    " << printable(condition_text(media, condition)) << '\n';
    }
    for (const std::string& warning : warnings(media, coverage[m], surveys[m])) {
      out << "  note: " << printable(warning) << '\n';
    }
    for (const std::string& problem : surveys[m].problems) {
      out << "  cannot be used: " << printable(problem) << '\n';
    }
  }
  out << "\nSubjects are people. Variants never add any: a group with few people stays a group with few people.\n";
}

void print_json(std::ostream& out, const Plan& plan, const std::vector<Survey>& surveys) {
  const std::vector<MediaCoverage> counts = expected_coverage(plan, surveys);
  const ordered_json coverage = ordered_json::parse(coverage_json(plan, counts));
  ordered_json json;
  json["name"] = plan.config().name;
  json["plan_sha256"] = plan.sha256();
  json["variants"] = plan.size();
  for (std::size_t m = 0; m < plan.media().size(); ++m) {
    const MediaPlan& media = plan.media()[m];
    ordered_json entry;
    entry["sources"] = media.catalog->sources.size();
    entry["conditions"] = media.conditions.size();
    entry["variants"] = media.variants();
    if (media.media == Media::audio) {
      entry["audio_seconds"] = total_seconds(media, surveys[m]);
    }
    entry["realizations"] = media.settings->design.realizations;
    entry["groups"] = coverage.at(to_string(media.media)).at("groups");
    for (std::size_t g = 0; g < surveys[m].groups.size() && media.media == Media::audio; ++g) {
      const GroupSound& sound = surveys[m].groups[g];
      ordered_json rates = ordered_json::object();
      for (const auto& [rate, count] : sound.rates) {
        rates[std::to_string(rate)] = count;
      }
      entry["groups"][g]["file_rates_hz"] = std::move(rates);
      entry["groups"][g]["median_bandwidth_hz"] =
          sound.bandwidths_hz.empty() ? ordered_json(nullptr) : ordered_json(sound.median_bandwidth_hz());
    }
    entry["notes"] = warnings(media, counts[m], surveys[m]);
    entry["cannot_be_used"] = surveys[m].problems;
    json["media"][to_string(media.media)] = std::move(entry);
  }
  out << json.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
}

/// Refuses, before anything is done, a file for the plan's lines that would take the place of something else.
void check_target(const Config& config, const fs::path& out) {
  if (out.empty()) {
    return;
  }
  std::error_code error;
  const fs::path folder = out.has_parent_path() ? out.parent_path() : fs::path(".");
  if (!fs::is_directory(folder, error)) {
    throw UserError(out.string() + ": there is no folder " + folder.string() + "; make it, or choose another --out");
  }
  // A device would be replaced by a file.
  if (fs::exists(out, error) && !fs::is_regular_file(out, error)) {
    throw UserError(out.string() + ": " + (fs::is_directory(out, error) ? "this is a folder" : "this is no file") +
                    "; give --out the name of a file");
  }
  // The lines are gathered beside the target first.
  fs::path gathered = out;
  gathered += ".part";
  const auto refuse_if = [&](const fs::path& kept, const char* what) {
    if (fs::equivalent(out, kept, error) || fs::equivalent(gathered, kept, error)) {
      throw UserError(out.string() + ": writing the plan here would replace " + what + "; choose another --out");
    }
  };
  refuse_if(config.path, "the config");
  for (const SourceSettings& source : config.sources) {
    refuse_if(source.manifest, "a manifest");
  }
}

}  // namespace

void plan_report(const Config& config, const PlanOptions& options, std::ostream& progress, std::ostream& out) {
  check_target(config, options.out);
  const ProgressStyle style = progress_style(options.quiet);
  const Catalog catalog = [&] {
    Progress line(progress, style, "sources read");
    return read_catalog(config, options.jobs, &line);
  }();
  const Plan plan(config, catalog);
  if (!options.out.empty()) {
    GrowingFile file(options.out);
    plan.for_each_line([&](const std::string& line) { file.add_line(line); });
    file.finish();
  }
  std::vector<Survey> surveys;
  for (const MediaPlan& media : plan.media()) {
    Progress line(progress, style, "sources measured", media.catalog->sources.size());
    surveys.push_back(survey(plan, media, options, line));
  }
  if (options.json) {
    print_json(out, plan, surveys);
  } else {
    print_text(out, plan, surveys);
  }
}

}  // namespace fairground
