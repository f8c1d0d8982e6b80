#include "pipeline/design/plan.h"

#include <algorithm>
#include <set>
#include <span>
#include <stdexcept>
#include <string_view>

#include "pipeline/config/names.h"
#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/parallel.h"
#include "pipeline/core/text.h"

namespace fairground {
namespace {

std::string output_text(const OutputFormat& output) {
  std::string text = to_string(output.format);
  switch (output.format) {
    case FileFormat::flac:
    case FileFormat::wav:
      return text + ' ' + std::to_string(output.bits);
    case FileFormat::jpeg:
    case FileFormat::webp:
      return text + ' ' + std::to_string(output.quality);
    case FileFormat::png:
    case FileFormat::tiff:
      break;
  }
  return text;
}

void check_chains(const Config& config, const MediaPlan& plan) {
  std::vector<std::string> mistakes = chain_mistakes(*plan.settings, plan.conditions);
  for (std::string& mistake : mistakes) {
    mistake.insert(0, place_in_design(config, plan.media, "except") + ": ");
  }
  if (!mistakes.empty()) {
    throw UserError(std::move(mistakes));
  }
}

/// The bytes of an asset and, of a pool of talkers, whose they are: that decides the draws and stands in records.
std::string contents_of_asset(const Catalog& catalog, const std::string& asset) {
  std::string text;
  for (const std::string& hash : catalog.asset_sha256.at(asset)) {
    text += hash + ';';
  }
  if (const auto pool = catalog.pools.find(asset); pool != catalog.pools.end()) {
    for (const TalkerFile& file : pool->second.files) {
      text += json_text(file.subject);
      for (const std::string& label : file.balance) {
        text += ',' + json_text(label);
      }
      text += ';';
    }
  }
  return text;
}

/// What the places of skin hang on, but for the source's own mask.
void add_skin(const Catalog& catalog, const SourceSettings& settings, FieldHash& hash) {
  hash.add("skin");
  for (const SkinPart part : settings.mask_codes.value_or(MaskCodes{})) {
    hash.add(static_cast<std::int64_t>(part));
  }
  for (const std::string& model : catalog.face_model_sha256) {
    hash.add(model);
  }
}

Variant without_names(const MediaPlan& plan, std::size_t source, std::size_t condition, Control control) {
  Variant variant;
  variant.media = plan.media;
  variant.source = source;
  variant.condition = condition;
  variant.control = control;
  variant.realization = plan.realizations[source];
  return variant;
}

}  // namespace

Plan::Plan(const Config& config, const Catalog& catalog, const DesignInputs& inputs)
    : config_(config), catalog_(catalog) {
  // A vector that grew would copy the media that it holds, and the chains of identity controls point into these.
  media_.reserve(config.media.size());
  for (const auto& [medium, settings] : config.media) {
    media_.push_back(make_media_plan(config, medium, catalog.media.at(medium), inputs));
    check_chains(config, media_.back());
  }
  describe_conditions();
}

Plan::Plan(const Plan& design, const PlannedSet& base)
    : config_(design.config_),
      catalog_(design.catalog_),
      media_(design.media_),
      extends_(ExtendedRun{base.directory, base.sha256}) {
  describe_conditions();
  for (MediaPlan& plan : media_) {
    leave_out_what_was_made(plan, base);
    settle(plan);
  }
  describe_conditions();
}

void Plan::describe_conditions() {
  constexpr std::size_t kMostDrawIds = std::size_t{1} << 16U;  // some megabytes
  condition_texts_.clear();
  for (const MediaPlan& plan : media_) {
    const DesignSettings& design = plan.settings->design;
    const auto realizations = static_cast<std::size_t>(design.realizations);
    const bool is_kept = design.pairing == Pairing::matched &&
                         plan.conditions.size() <= kMostDrawIds / std::max<std::size_t>(1, realizations);
    for (const Condition& condition : plan.conditions) {
      ConditionText& text = condition_texts_[plan.media].emplace_back(describe(plan, condition));
      for (std::size_t realization = 0; is_kept && realization < realizations; ++realization) {
        text.draw_ids.push_back(draw_id(plan, text, static_cast<int>(realization), ""));
      }
    }
  }
}

const MediaPlan& Plan::of(Media media) const {
  for (const MediaPlan& plan : media_) {
    if (plan.media == media) {
      return plan;
    }
  }
  throw std::out_of_range("the plan has no such medium");
}

std::size_t Plan::size() const {
  std::size_t total = 0;
  for (const MediaPlan& plan : media_) {
    total += plan.variants();
  }
  return total;
}

Plan::Place Plan::find(std::size_t index) const {
  for (const MediaPlan& plan : media_) {
    if (index < plan.variants()) {
      const auto after = std::ranges::upper_bound(plan.starts, index);
      const auto source = static_cast<std::size_t>(after - plan.starts.begin()) - 1;
      return {&plan, source, index - plan.starts[source]};
    }
    index -= plan.variants();
  }
  throw std::out_of_range("the plan has no such variant");
}

Variant Plan::at(std::size_t index) const {
  const Variant variant = unnamed(index);
  const MediaPlan& plan = of(variant.media);
  return named(variant, plan, describe_source(plan, variant.source));
}

Variant Plan::unnamed(std::size_t index) const {
  const Place place = find(index);
  const std::vector<std::uint32_t>& block = place.plan->block(place.source);
  if (place.offset < block.size()) {
    const std::size_t condition = block[place.offset];
    return without_names(*place.plan, place.source, condition, place.plan->conditions[condition].control);
  }
  const auto first = std::ranges::lower_bound(place.plan->repeats, place.source, {}, &Repeat::source);
  const Repeat& repeat = *(first + static_cast<std::ptrdiff_t>(place.offset - block.size()));
  return without_names(*place.plan, place.source, repeat.condition, Control::repeat);
}

std::size_t Plan::source_number(std::size_t index) const {
  const Place place = find(index);
  std::size_t before = 0;
  for (const MediaPlan& plan : media_) {
    if (&plan == place.plan) {
      break;
    }
    before += plan.catalog->sources.size();
  }
  return before + place.source;
}

std::size_t Plan::variants_of_source(std::size_t index) const {
  const Place place = find(index);
  return place.plan->starts[place.source + 1] - place.plan->starts[place.source];
}

Variant Plan::clean_of(const Variant& variant) const {
  const MediaPlan& plan = of(variant.media);
  return named(without_names(plan, variant.source, plan.clean_condition().value(), Control::none), plan,
               describe_source(plan, variant.source));
}

std::string Plan::clean_file_name(const Variant& variant) const {
  const MediaPlan& plan = of(variant.media);
  const std::size_t clean = plan.clean_condition().value();
  if (variant.condition == clean && variant.control == Control::none && !variant.file_name.empty()) {
    return variant.file_name;
  }
  const SourceText source = describe_source(plan, variant.source);
  return file_name(variant_id(without_names(plan, variant.source, clean, Control::none), plan, source), plan, source);
}

void Plan::leave_out_what_was_made(MediaPlan& plan, const PlannedSet& base) {
  const auto planned = base.media.find(plan.media);
  if (planned == base.media.end()) {
    return;
  }
  std::size_t met = 0;
  std::map<std::vector<std::uint32_t>, std::uint32_t> known;
  for (std::uint32_t k = 0; k < plan.blocks.size(); ++k) {
    known.emplace(plan.blocks[k], k);
  }
  const std::optional<std::size_t> clean = plan.clean_condition();
  for (std::size_t source = 0; source < plan.catalog->sources.size(); ++source) {
    const auto before = planned->second.sources.find(std::string(plan.catalog->sources[source].id()));
    if (before == planned->second.sources.end()) {
      continue;
    }
    std::set<std::string_view> made;
    for (const PlannedLine& line : before->second.lines) {
      made.insert(line.variant_id);
    }
    const SourceText text = describe_source(plan, source);
    const auto is_made = [&](std::size_t condition, Control control) {
      return made.contains(named(without_names(plan, source, condition, control), plan, text).variant_id);
    };
    const std::vector<std::uint32_t>& block = plan.block(source);
    std::vector<std::uint32_t> missing;
    for (const std::uint32_t condition : block) {
      if (!is_made(condition, plan.conditions[condition].control)) {
        missing.push_back(condition);
      }
    }
    const std::span<Repeat> of_source(std::ranges::lower_bound(plan.repeats, source, {}, &Repeat::source),
                                      std::ranges::upper_bound(plan.repeats, source, {}, &Repeat::source));
    std::size_t repeats_missing = 0;
    for (Repeat& repeat : of_source) {
      if (is_made(repeat.condition, Control::repeat)) {
        ++met;
        repeat.condition = plan.conditions.size();  // marked, to be erased below
      } else {
        ++repeats_missing;
      }
    }
    met += block.size() - missing.size();
    const bool some = !missing.empty() || repeats_missing > 0;
    if (some && clean && is_made(*clean, Control::none)) {
      missing.insert(missing.begin(), static_cast<std::uint32_t>(*clean));
      ++plan.facts.clean_again;
    }
    for (const Repeat& repeat : of_source) {
      const auto condition = static_cast<std::uint32_t>(repeat.condition);
      const auto place = std::ranges::lower_bound(missing, condition);
      if (repeat.condition < plan.conditions.size() && (place == missing.end() || *place != condition)) {
        missing.insert(place, condition);
        ++plan.facts.originals_again;
      }
    }
    const auto [place, is_new] = known.try_emplace(missing, static_cast<std::uint32_t>(plan.blocks.size()));
    if (is_new) {
      plan.blocks.push_back(missing);
    }
    plan.block_of[source] = place->second;
  }
  std::erase_if(plan.repeats, [&](const Repeat& repeat) { return repeat.condition == plan.conditions.size(); });
  plan.facts.made_before = met;
  std::size_t lines = 0;
  for (const auto& [id, source] : planned->second.sources) {
    lines += source.lines.size();
  }
  plan.facts.not_planned = lines - met;
}

/// What makes a condition's bytes: the non-empty levels by axis, their steps, and the assets these draw from.
/// Names of levels are left out, so that renaming a level renames no draw.
Plan::ConditionText Plan::describe(const MediaPlan& plan, const Condition& condition) const {
  std::map<std::string, std::string> by_axis;
  std::string order;
  bool has_assets = false;
  for (const ChainStep& step : condition.chain) {
    std::string& text = by_axis[step.axis];
    text += canonical(*step.step) + ';';
    for (std::size_t i = 0; i < step.step->settings.size(); ++i) {
      if (step.step->schema->parameters[i].kind == ParameterKind::asset) {
        if (const auto* asset = std::get_if<std::string>(&step.step->settings[i])) {
          text += contents_of_asset(catalog_, *asset);
          has_assets = true;
        }
      }
    }
    order += step.axis + ';';
  }
  FieldHash hash;
  for (const auto& [axis, text] : by_axis) {
    hash.add(axis).add(text);
  }
  if (plan.settings->design.order == Order::as_written) {
    hash.add(order);
  }
  std::string levels;
  for (const Level* level : condition.levels) {
    if (level != nullptr && !level->steps.empty()) {
      levels += '-' + level->name;
    }
  }
  if (condition.control == Control::identity) {
    levels = "-identity";
  }
  std::string json = "{";
  for (std::size_t i = 0; i < plan.settings->axes.size(); ++i) {
    json += (i == 0 ? "" : ",") + json_text(plan.settings->axes[i].name) + ':' + json_text(condition.level_name(i));
  }
  const bool needs_skin =
      std::ranges::any_of(condition.chain, [](const ChainStep& step) { return step.step->schema->needs_skin; });
  return {hash.hex128(), (condition.is_clean ? "-clean" : "") + as_name(levels, 80), json + '}', needs_skin,
          has_assets};
}

Plan::SourceText Plan::describe_source(const MediaPlan& plan, std::size_t source_index) const {
  const Source& source = plan.catalog->sources[source_index];
  const SourceSettings& settings = config_.sources[source.settings];
  SourceText text;
  // What a source is made of: its bytes, and all that the manifest says of what is in its picture, since steps may see
  // that and records hold it. Sources without labels have the ids that they always had.
  text.settings.add(source.id()).add(plan.catalog->file_of(source).sha256.hex());
  const std::string labels_hash = plan.catalog->labels_hash(source);
  if (!labels_hash.empty()) {
    text.settings.add("labels").add(labels_hash);
  }
  text.pair_id = FieldHash(text.settings).add(plan.realizations[source_index]).hex(16);
  text.settings.add(settings.sample_rate).add(settings.mono ? "mono" : "keep");
  text.settings.add(settings.active_level_dbov ? shortest(*settings.active_level_dbov) : "keep");
  if (settings.speech_dba != SourceSettings().speech_dba) {
    text.settings.add("speech_dba").add(shortest(settings.speech_dba));
  }
  text.name = as_name(source.id(), 40);
  text.folder = FieldHash().add(source.id()).hex(2);
  return text;
}

std::string Plan::variant_id(const Variant& variant, const MediaPlan& plan, const SourceText& of_source) const {
  const Source& source = plan.catalog->sources[variant.source];
  const ConditionText& text = condition_texts_.at(plan.media)[variant.condition];
  const bool independent = plan.settings->design.pairing == Pairing::independent;

  FieldHash content = of_source.settings;
  // Of what is not brought to another rate, the ids are those that they always were. What an asset is recorded at only
  // shows when it is read.
  const SourceSettings& settings = config_.sources[source.settings];
  const int file_rate = plan.catalog->file_of(source).sample_rate;
  const bool is_converted = settings.sample_rate != 0 && file_rate != 0 && settings.sample_rate != file_rate;
  if (is_converted || (text.has_assets && plan.media == Media::audio)) {
    content.add("resampler").add(to_string(config_.resampler));
  }
  content.add(text.hash).add(static_cast<std::int64_t>(config_.seed)).add(independent ? "independent" : "matched");
  content.add(variant.realization).add(to_string(variant.control)).add(output_text(plan.settings->output));

  // What is on by default stays out of the hash; see speech_dba. Nothing alters a clean reference, which never says so.
  const Condition& condition = plan.conditions[variant.condition];
  if (!config_.digital_source_type && !condition.chain.empty() && condition.control == Control::none) {
    content.add("digital_source_type").add("off");
  }
  if (text.needs_skin) {
    add_skin(catalog_, config_.sources[source.settings], content);
  }
  std::string id = of_source.name;
  id.append(text.suffix).append(variant.control == Control::repeat ? "-repeat-" : "-").append(content.hex(16));
  return id;
}

std::string Plan::file_name(const std::string& variant_id, const MediaPlan& plan, const SourceText& source) const {
  std::string name = source.folder;
  name.append("/").append(variant_id).append(".").append(extension(plan.settings->output.format));
  return name;
}

std::string Plan::draw_id(const MediaPlan& plan, const ConditionText& condition, int realization,
                          std::string_view source) const {
  FieldHash hash;
  hash.add(to_string(plan.media)).add(condition.hash).add(static_cast<std::int64_t>(config_.seed));
  return hash.add(realization).add(source).hex(16);
}

Variant Plan::named(Variant variant, const MediaPlan& plan, const SourceText& of_source) const {
  const Source& source = plan.catalog->sources[variant.source];
  const ConditionText& text = condition_texts_.at(plan.media)[variant.condition];
  variant.variant_id = variant_id(variant, plan, of_source);
  variant.pair_id = of_source.pair_id;
  const auto realization = static_cast<std::size_t>(variant.realization);
  const bool independent = plan.settings->design.pairing == Pairing::independent;
  variant.draw_id = realization < text.draw_ids.size()
                        ? text.draw_ids[realization]
                        : draw_id(plan, text, variant.realization, independent ? source.id() : "");
  variant.file_name = file_name(variant.variant_id, plan, of_source);
  if (plan.catalog->map_of(source, kMaskMap) != nullptr) {
    variant.mask_file_name = of_source.folder + '/' + variant.variant_id + "-mask.png";
  }
  return variant;
}

std::string Plan::line(const Variant& variant) const {
  std::string json;
  append_line(variant, json);
  return json;
}

void Plan::append_line(const Variant& variant, std::string& json) const {
  const MediaPlan& plan = of(variant.media);
  const Source& source = plan.catalog->sources[variant.source];
  // `name` comes with its quotes and its colon.
  const auto text = [&](const char* name, std::string_view value) {
    json += name;
    append_json_text(json, value);
    json += ',';
  };
  const auto number = [&](const char* name, auto value) { json.append(name).append(std::to_string(value)) += ','; };
  const std::string folder = std::string(to_string(plan.media)) + '/';
  json += '{';
  text("\"variant_id\":", variant.variant_id);
  text("\"media\":", to_string(plan.media));
  text("\"source_id\":", source.id());
  text("\"source_sha256\":", plan.catalog->file_of(source).sha256.hex());
  json.append("\"condition\":").append(condition_texts_.at(plan.media)[variant.condition].json) += ',';
  number("\"realization\":", variant.realization);
  text("\"pair_id\":", variant.pair_id);
  text("\"draw_id\":", variant.draw_id);
  text("\"control\":", to_string(variant.control));
  if (variant.control == Control::identity) {
    number("\"identity\":", plan.conditions[variant.condition].identity);
  }
  text("\"file\":", folder + variant.file_name);
  if (!variant.mask_file_name.empty()) {
    text("\"mask_file\":", folder + variant.mask_file_name);
  }
  json.back() = '}';
}

void Plan::append_lines(std::size_t begin, std::size_t end, std::string& lines) const {
  const MediaPlan* plan = nullptr;
  std::size_t source = 0;
  SourceText text;
  for (std::size_t i = begin; i < end; ++i) {
    Variant variant = unnamed(i);
    if (plan == nullptr || variant.media != plan->media || variant.source != source) {
      plan = &of(variant.media);
      source = variant.source;
      text = describe_source(*plan, source);
    }
    append_line(named(std::move(variant), *plan, text), lines);
    lines += '\n';
  }
}

void Plan::for_each_piece(const std::function<void(std::string_view)>& body, int jobs) const {
  constexpr std::size_t kLines = 512;
  const std::size_t variants = size();
  std::vector<std::string> pieces(ordered_slots(jobs));
  ordered_for((variants + kLines - 1) / kLines, jobs,
              [&](std::size_t piece, std::size_t slot) {
                pieces[slot].clear();
                append_lines(piece * kLines, std::min(variants, (piece + 1) * kLines), pieces[slot]);
              },
              [&](std::size_t, std::size_t slot) { body(pieces[slot]); });
}

void Plan::for_each_line(const std::function<void(const std::string&)>& body) const {
  for_each_piece([&](std::string_view lines) {
    for (std::size_t end = lines.find('\n'); end != std::string_view::npos; end = lines.find('\n')) {
      body(std::string(lines.substr(0, end)));
      lines.remove_prefix(end + 1);
    }
  });
}

std::string Plan::sha256(int jobs) const {
  Sha256 hash;
  for_each_piece([&](std::string_view lines) { hash.update(lines); }, jobs);
  return hash.hex();
}

}  // namespace fairground
