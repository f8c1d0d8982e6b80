// Configs from anywhere: each is read or refused with places, and what is read obeys every schema.
#include <algorithm>
#include <cmath>

#include "augmenters/augmenter.h"
#include "pipeline/config/config.h"
#include "tests/fuzz/fuzz_target.h"

namespace fairground {
namespace {

/// Configs that are too long are refused by their length, and mutating megabytes finds nothing else.
constexpr std::size_t kLongest = 16384;

bool is_within(const ParameterSpec& spec, double number) {
  return std::isfinite(number) && number >= spec.minimum && number <= spec.maximum;
}

bool is_within(const ParameterSpec& spec, const Setting& setting) {
  if (const auto* number = std::get_if<double>(&setting)) {
    return spec.kind == ParameterKind::number && is_within(spec, *number);
  }
  if (const auto* integer = std::get_if<std::int64_t>(&setting)) {
    return spec.kind == ParameterKind::integer && is_within(spec, static_cast<double>(*integer));
  }
  if (const auto* range = std::get_if<Range>(&setting)) {
    return spec.drawable && is_within(spec, range->low) && is_within(spec, range->high) && range->low < range->high;
  }
  if (const auto* word = std::get_if<std::string>(&setting)) {
    return spec.kind == ParameterKind::asset ||
           (spec.kind == ParameterKind::choice && std::ranges::find(spec.choices, *word) != spec.choices.end());
  }
  return std::holds_alternative<bool>(setting) ? spec.kind == ParameterKind::flag : !spec.required;
}

void require_obedience(const Step& step) {
  require(step.schema != nullptr && step.settings.size() == step.schema->parameters.size(), "a step has its settings");
  require(!step.schema->expand, "no profile is left where its steps belong");
  for (std::size_t i = 0; i < step.settings.size(); ++i) {
    const ParameterSpec& spec = step.schema->parameters[i];
    require(is_within(spec, step.settings[i]), step.schema->name + "." + spec.name + " is within its range");
  }
  require(!step.schema->check || step.schema->check(step.settings).empty(), step.schema->name + " obeys its own rule");
}

const std::filesystem::path& scratch_config() {
  static const ScratchFolder kFolder;
  static const std::filesystem::path kPath = [] {
    for (const char* name : {"speech.csv", "photos.csv", "pool.csv", "noise/a.wav", "noise/b.wav", "room/c.wav"}) {
      kFolder.write(name, "x");
    }
    kFolder.write("curves/e.csv", "hz,db\n100,-6\n1000,0\n");
    return kFolder.path() / "fuzz.yaml";
  }();
  return kPath;
}

}  // namespace
}  // namespace fairground

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fairground;
  static const std::vector<const StepSchema*> kSchemas = registered_schemas();
  const std::string text(text_of(data, std::min(size, kLongest)));
  // A pattern over folders may list all of this machine, and how large that is says nothing of the reader.
  for (const char* over_folders : {"*/", "?/", "]/"}) {
    if (text.find(over_folders) != std::string::npos) {
      return 0;
    }
  }
  try {
    const Config config = parse_config(text, scratch_config(), kSchemas);
    for (const auto& [media, settings] : config.media) {
      for (const Axis& axis : settings.axes) {
        require(!axis.levels.empty(), "an axis has levels");
        for (const Level& level : axis.levels) {
          std::ranges::for_each(level.steps, require_obedience);
        }
      }
    }
  } catch (const UserError& error) {
    require_good_messages(error, scratch_config().string());
  }
  return 0;
}
