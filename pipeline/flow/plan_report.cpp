#include "pipeline/flow/plan_report.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "pipeline/core/error.h"
#include "pipeline/core/parallel.h"
#include "pipeline/core/progress.h"
#include "pipeline/core/text.h"
#include "pipeline/design/coverage.h"
#include "pipeline/design/plan.h"
#include "pipeline/measure/bandwidth.h"
#include "pipeline/media/audio_file.h"
#include "pipeline/media/image_file.h"
#include "pipeline/media/resample.h"
#include "pipeline/output/atomic_file.h"

namespace fairground {
namespace {

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
};

/// Decodes each source as a run would, so that what a run could not read is known before it starts.
std::string decode_problem(const Config& config, Media media, const Source& source, double& bandwidth_hz) {
  if (!source.problem.empty()) {
    return source.problem;
  }
  try {
    const MediaLimits limits = media_limits(config.limits);
    const Bytes bytes = read_file(source.file, limits);
    if (media == Media::audio) {
      // What the run's own rate cannot carry will not be in the set.
      const int rate = config.sources[source.settings].sample_rate;
      const double carried_hz = (rate == 0 ? source.sample_rate : rate) / 2.0;
      bandwidth_hz = std::min(measure_bandwidth_hz(to_mono(decode_audio(bytes, source.file, limits))), carried_hz);
    } else {
      (void)decode_image(bytes, source.file, limits);
    }
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

Survey survey(const Config& config, const MediaPlan& plan, const PlanOptions& options, Progress& progress) {
  const std::vector<Source>& sources = plan.catalog->sources;
  std::vector<std::string> problems(sources.size());
  std::vector<double> bandwidths(sources.size(), 0.0);
  parallel_for(sources.size(), options.jobs, [&](std::size_t i) {
    problems[i] = options.measure ? decode_problem(config, plan.media, sources[i], bandwidths[i]) : sources[i].problem;
    progress.add_one();
  });
  Survey result;
  result.groups.resize(plan.catalog->groups.size());
  for (std::size_t i = 0; i < sources.size(); ++i) {
    GroupSound& group = result.groups[sources[i].group];
    if (!problems[i].empty()) {
      result.problems.push_back(sources[i].id + ": " + problems[i]);
    } else if (plan.media == Media::audio) {
      ++group.rates[sources[i].sample_rate];
      if (options.measure) {
        group.bandwidths_hz.push_back(bandwidths[i]);
      }
    }
  }
  return result;
}

/// Columns padded to their widest cell.
void print_table(std::ostream& out, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  for (const auto& row : rows) {
    out << ' ';
    for (std::size_t i = 0; i < row.size(); ++i) {
      out << ' ' << row[i];
      if (i + 1 < row.size()) {
        out << std::string(widths[i] - row[i].size() + 1, ' ');
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

/// Every group meets every condition, so one count of the synthesised variants stands for all of them.
void print_groups(std::ostream& out, const MediaPlan& plan, const MediaCoverage& coverage, const Survey& survey) {
  const auto synthetic = static_cast<std::size_t>(std::ranges::count(plan.conditions, false, &Condition::is_clean));
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
    row.push_back(synthetic == 0 ? "-" : std::to_string(group.observed.sources));
    row.push_back(synthetic == 0 ? "-" : subjects_text(group.observed));
    if (plan.media == Media::audio) {
      const GroupSound& sound = survey.groups[g];
      row.push_back(rates_text(sound));
      row.push_back(sound.bandwidths_hz.empty() ? "-" : std::to_string(std::lround(sound.median_bandwidth_hz())));
    }
    rows.push_back(std::move(row));
  }
  print_table(out, rows);
}

/// Says what a reader of the numbers must know before trusting a comparison of groups.
std::vector<std::string> warnings(const MediaPlan& plan, const Survey& survey) {
  std::vector<std::string> list;
  for (const ShortGroup& entry : plan.short_groups) {
    std::string group;
    for (const std::string& label : plan.catalog->groups[entry.group]) {
      group += (group.empty() ? "" : " / ") + label;
    }
    std::string missing;
    for (const int realization : entry.missing) {
      missing += (missing.empty() ? "" : ", ") + std::to_string(realization);
    }
    list.push_back("group " + (group.empty() ? std::string("of all sources") : group) +
                   " has fewer sources than realizations and does not meet realization " + missing);
  }
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

void print_text(std::ostream& out, const Plan& plan, const std::vector<Survey>& surveys) {
  const std::vector<MediaCoverage> coverage = count_coverage(plan, {});
  out << "plan of " << plan.config().name << ": " << counted(plan.size(), "variant") << ", hash " << plan.sha256()
      << '\n';
  for (std::size_t m = 0; m < plan.media().size(); ++m) {
    const MediaPlan& media = plan.media()[m];
    out << '\n'
        << to_string(media.media) << ": " << counted(media.catalog->sources.size(), "source") << " x "
        << counted(media.conditions.size(), "condition") << " = " << counted(media.variants(), "variant") << ", "
        << counted(static_cast<std::size_t>(media.settings->design.realizations), "realization") << ", pairing "
        << (media.settings->design.pairing == Pairing::matched ? "matched" : "independent") << "\n\n";
    print_groups(out, media, coverage[m], surveys[m]);
    out << "\n  conditions\n";
    for (const Condition& condition : media.conditions) {
      out << "    " << condition_text(media, condition) << '\n';
    }
    for (const std::string& warning : warnings(media, surveys[m])) {
      out << "  note: " << warning << '\n';
    }
    for (const std::string& problem : surveys[m].problems) {
      out << "  cannot be used: " << problem << '\n';
    }
  }
  out << "\nSubjects are people. Variants never add any: a group with few people stays a group with few people.\n";
}

void print_json(std::ostream& out, const Plan& plan, const std::vector<Survey>& surveys) {
  const ordered_json coverage = ordered_json::parse(coverage_json(plan, count_coverage(plan, {})));
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
    entry["notes"] = warnings(media, surveys[m]);
    entry["cannot_be_used"] = surveys[m].problems;
    json["media"][to_string(media.media)] = std::move(entry);
  }
  out << json.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
}

}  // namespace

void plan_report(const Config& config, const PlanOptions& options, std::ostream& progress, std::ostream& out) {
  const ProgressStyle style = progress_style(options.quiet);
  const Catalog catalog = [&] {
    Progress line(progress, style, "sources read");
    return read_catalog(config, options.jobs, &line);
  }();
  const Plan plan(config, catalog);
  if (!options.out.empty()) {
    GrowingFile file(options.out);
    for (std::size_t i = 0; i < plan.size(); ++i) {
      file.add_line(plan.line(plan.at(i)));
    }
    file.finish();
  }
  std::vector<Survey> surveys;
  for (const MediaPlan& media : plan.media()) {
    Progress line(progress, style, "sources measured", media.catalog->sources.size());
    surveys.push_back(survey(config, media, options, line));
  }
  if (options.json) {
    print_json(out, plan, surveys);
  } else {
    print_text(out, plan, surveys);
  }
}

}  // namespace fairground
