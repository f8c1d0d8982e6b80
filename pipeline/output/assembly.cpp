#include "pipeline/output/assembly.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <utility>

#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/parallel.h"
#include "pipeline/core/units.h"
#include "pipeline/output/journal.h"
#include "pipeline/output/run_names.h"
#include "pipeline/output/skin_account.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

// What a finished run says the hashes of: the files that nobody could make again without the config and the sources.
constexpr std::array kSealed = {kSetFile,  kConfigCopy, "audio/metadata.jsonl", "image/metadata.jsonl", kFailures,
                                kCoverage, kSkinTone};

Outcome outcome_of(JournalEntry entry, const Plan& plan) {
  Outcome outcome;
  outcome.index = entry.index;
  outcome.variant = plan.unnamed(entry.index);  // records and lines of failures hold the names
  outcome.variant.variant_id = std::move(entry.variant_id);
  outcome.fate = entry.fate;
  outcome.sha256 = std::move(entry.sha256);
  outcome.stage = std::move(entry.stage);
  outcome.reason = std::move(entry.reason);
  outcome.figure = std::move(entry.figure);
  outcome.skin = entry.skin;
  return outcome;
}

/// A file of lines and the hash of what was written, so that it need not be read again for that.
class HashedFile {
 public:
  HashedFile(const OutputTree& tree, const fs::path& name) : file_(tree, name) {}
  void add(std::string_view bytes) {
    file_.add(bytes);
    hash_.update(bytes);
  }
  /// Returns the hash.
  [[nodiscard]] std::string finish() {
    file_.finish();
    return hash_.hex();
  }

 private:
  GrowingFile file_;
  Sha256 hash_;
};

}  // namespace

LostVariant lost_variant(const Outcome& outcome) {
  const bool source_unread = outcome.fate == Fate::failed && outcome.stage == "read";
  const Variant& variant = outcome.variant;
  return {variant.media, variant.source, variant.condition, variant.control, source_unread};
}

ordered_json failure_figures(const Outcome& outcome) {
  ordered_json figures = ordered_json::object();
  if (outcome.figure) {
    figures["gate"] = outcome.figure->gate;
    figures["value"] = rounded_unit(outcome.figure->value);
    figures["limit"] = rounded_unit(outcome.figure->limit);
  }
  if (outcome.skin && outcome.skin->source_lightness) {
    figures["source_lightness"] = rounded_unit(*outcome.skin->source_lightness);
  }
  return figures;
}

std::span<const char* const> sealed_files() { return kSealed; }

std::string failure_line(const Plan& plan, const Outcome& outcome) {
  const Variant& variant = outcome.variant;
  ordered_json line;
  const MediaCatalog& catalog = *plan.of(variant.media).catalog;
  const Source& source = catalog.sources[variant.source];
  line["variant_id"] = variant.variant_id;
  line["media"] = to_string(variant.media);
  line["source_id"] = std::string(source.id());
  line["group"] = ordered_json::object();
  for (std::size_t i = 0; i < catalog.group_columns.size(); ++i) {
    line["group"][catalog.group_columns[i]] = catalog.groups[source.group][i];
  }
  line["kind"] = to_string(outcome.fate);
  line["stage"] = outcome.stage;
  line["reason"] = outcome.reason;
  line.update(failure_figures(outcome));
  return line.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

Assembly::Assembly(const OutputTree& tree, const Plan& plan, int jobs)
    : tree_(tree), plan_(plan), jobs_(jobs), places_(plan.size()), missing_(plan.size()) {}

void Assembly::add(const fs::path& journal, const std::vector<JournalPlace>& places) {
  journals_.push_back(journal);
  for (const JournalPlace& place : places) {
    Place& known = places_.at(place.index);
    if (known.journal != 0) {
      throw std::logic_error("two journals have a line of one variant");
    }
    known = {place.offset, place.length, static_cast<std::uint32_t>(journals_.size())};
    --missing_;
  }
}

std::shared_ptr<const Descriptor> Assembly::opened(std::size_t journal) {
  // A system lets a process have some thousand files open, and there may be more shards. The variants of a source
  // follow each other and are of one shard, so that few are opened again.
  constexpr std::size_t kMostOpen = 64;
  const std::lock_guard lock(open_mutex_);
  const auto found = open_.find(journal);
  if (found != open_.end()) {
    return found->second;
  }
  if (open_.size() >= kMostOpen) {
    open_.clear();
  }
  auto file = std::make_shared<const Descriptor>(tree_.open_to_read(journals_[journal]));
  return open_.emplace(journal, std::move(file)).first->second;
}

std::vector<std::size_t> Assembly::pieces() const {
  constexpr std::size_t kLines = 64;
  constexpr std::size_t kBytes = std::size_t{1} << 18U;
  std::vector<std::size_t> starts;
  std::size_t index = 0;
  for (const MediaPlan& media : plan_.media()) {
    std::size_t bytes = kBytes;
    for (const std::size_t end = index + media.variants(); index < end; ++index) {
      if (bytes >= kBytes || index - starts.back() == kLines) {
        starts.push_back(index);
        bytes = 0;
      }
      bytes += places_[index].length;
    }
  }
  starts.push_back(index);
  return starts;
}

void Assembly::read_lines(std::size_t begin, std::size_t end, std::string& lines) {
  while (begin < end) {
    // Most lines stand in the order of the plan, one behind the other, and can be read in one go.
    const Place& first = places_[begin];
    std::uintmax_t behind = first.offset + first.length + 1;
    for (++begin; begin < end && places_[begin].journal == first.journal && places_[begin].offset == behind; ++begin) {
      behind += std::uintmax_t{places_[begin].length} + 1;
    }
    const std::size_t journal = first.journal - 1;
    const std::shared_ptr<const Descriptor> file = opened(journal);
    std::size_t filled = lines.size();
    std::uintmax_t offset = first.offset;
    lines.resize(filled + static_cast<std::size_t>(behind - offset));  // What is not there stays zero, and no line.
    while (filled < lines.size()) {
      const ::ssize_t got =
          ::pread(file->number(), lines.data() + filled, lines.size() - filled, static_cast<::off_t>(offset));
      if (got < 0 && errno == EINTR) {
        continue;
      }
      if (got < 0) {
        throw PassingFault((tree_.root() / journals_[journal]).string() +
                           ": cannot read: " + std::generic_category().message(errno));
      }
      if (got == 0) {
        break;
      }
      filled += static_cast<std::size_t>(got);
      offset += static_cast<std::uintmax_t>(got);
    }
  }
}

void Assembly::read_piece(std::size_t begin, std::size_t end, Piece& piece) {
  piece.lines.clear();
  piece.records.clear();
  piece.outcomes.clear();
  read_lines(begin, end, piece.lines);
  std::string_view rest = piece.lines;
  for (std::size_t index = begin; index < end; ++index) {
    const std::size_t length = places_[index].length;
    auto entry = rest[length] == '\n' ? parse_journal_line(rest.substr(0, length)) : std::nullopt;
    if (!entry || entry->index != index) {
      throw std::logic_error("a journal has changed while it was read");
    }
    rest.remove_prefix(length + 1);
    if (entry->fate == Fate::written) {
      piece.records.append(entry->record) += '\n';
    }
    piece.outcomes.push_back(outcome_of(std::move(*entry), plan_));
  }
}

void Assembly::write(const Observer& observe, const std::string& own_journal) {
  if (missing_ != 0) {
    throw std::logic_error("written + rejected + failed is not what was planned");
  }
  const auto metadata_of = [](Media media) { return fs::path(to_string(media)) / kMetadata; };
  std::map<Media, HashedFile> metadata;
  for (const MediaPlan& media : plan_.media()) {
    metadata.try_emplace(media.media, tree_, metadata_of(media.media));
    media_counts_[media.media].planned = media.variants();
  }
  counts_.planned = plan_.size();
  std::optional<GrowingFile> journal;
  if (!own_journal.empty()) {
    journal.emplace(tree_, kJournal);
    journal->add_line(own_journal);
  }
  SkinAccount skin(plan_);
  std::vector<LostVariant> lost;
  std::map<std::string, std::string> failures;  // lines by variant_id
  const std::vector<std::size_t> starts = pieces();
  std::vector<Piece> slots(ordered_slots(jobs_));
  const auto take = [&](const Piece& piece) {
    for (const Outcome& outcome : piece.outcomes) {
      skin.add(outcome);
      counts_.add(outcome.fate);
      media_counts_[outcome.variant.media].add(outcome.fate);
      if (outcome.fate != Fate::written) {
        failures[outcome.variant.variant_id] = failure_line(plan_, outcome);
        lost.push_back(lost_variant(outcome));
      }
      if (observe) {
        observe(outcome);
      }
    }
    metadata.at(piece.outcomes.front().variant.media).add(piece.records);
    if (journal) {
      journal->add(piece.lines);
    }
  };
  ordered_for(
      starts.size() - 1, jobs_,
      [&](std::size_t piece, std::size_t slot) { read_piece(starts[piece], starts[piece + 1], slots[slot]); },
      [&](std::size_t, std::size_t slot) { take(slots[slot]); });
  if (journal) {
    journal->finish();
  }
  for (auto& [medium, file] : metadata) {
    sha256_[metadata_of(medium)] = file.finish();
  }
  GrowingFile lines(tree_, kFailures);
  for (const auto& [id, line] : failures) {
    lines.add_line(line);
  }
  lines.finish();
  tree_.write(kCoverage, coverage_json(plan_, count_coverage(plan_, lost)));
  if (skin.is_needed()) {
    const SkinCounts& of_skin = skin.finish();
    tree_.write(kSkinTone, skin_tone_json(of_skin));
    skin_warnings_ = find_in(of_skin).warnings.size();
  }
}

void Assembly::finish(const ordered_json& facts, double seconds, const Publisher& publisher) const {
  ordered_json run = finished_facts(facts, counts_, media_counts_);
  const auto seal = [&](const char* name) {
    const auto known = sha256_.find(name);
    if (const std::string sha256 = known == sha256_.end() ? tree_.sha256_of(name) : known->second; !sha256.empty()) {
      run["files"][name] = sha256;
    }
  };
  std::ranges::for_each(kSealed, seal);
  if (publisher.publish) {
    publisher.publish(tree_, run);
    seal(kReport);  // whose pictures another machine may pack otherwise
  }
  tree_.sync();
  tree_.remove(kSynced);
  run["seconds"] = seconds;
  tree_.write(kRunFile, run.dump(2, ' ', false, ordered_json::error_handler_t::replace) + '\n');
  tree_.sync();
}

}  // namespace fairground
