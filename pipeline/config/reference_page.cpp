// The pages of the reference, and the config around an example.
#include <algorithm>
#include <array>
#include <vector>

#include "pipeline/config/reference.h"
#include "pipeline/config/reference_words.h"
#include "pipeline/config/wording.h"

namespace fairground {
namespace {

constexpr std::size_t kYamlColumns = 100;

/// `|` would end a cell of a table.
std::string cell(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    safe += c == '|' ? "\\|" : std::string(1, c);
  }
  return safe;
}

/// What the sample media have for the assets that examples name.
struct SampleAsset {
  const char* name;
  const char* definition;
};
constexpr std::array kSampleAssets{
    SampleAsset{"recordings", "{files: \"samples/media/noise/*.flac\", licence: CC0-1.0}"},
    SampleAsset{"responses", "{files: \"samples/responses/*.flac\", licence: Apache-2.0}"},
    SampleAsset{"voices", "{manifest: samples/voices.csv, file: path, subject: speaker}"},
};

/// Those of the sample assets that the example names, as lines of YAML.
std::string example_assets(const StepSchema& schema) {
  std::string lines;
  for (const SampleAsset& asset : kSampleAssets) {
    for (const ParameterSpec& spec : schema.parameters) {
      const std::string given = spec.name + ": " + asset.name;
      if (spec.kind == ParameterKind::asset && schema.example.find(given) != std::string::npos) {
        lines += "  " + std::string(asset.name) + ": " + asset.definition + "\n";
      }
    }
  }
  return lines.empty() ? "" : "assets:\n" + lines;
}

/// Of an axis for the example: what stands before the dot.
std::string axis_name(const StepSchema& schema) { return schema.name.substr(0, schema.name.find('.')); }

std::string example_axes(const StepSchema& schema) {
  return "axes:\n  " + axis_name(schema) + ":\n    unchanged: []\n" +
         example_levels(schema, kYamlColumns, /*indentation=*/4);
}

std::string parameters_of(const StepSchema& schema) {
  if (schema.parameters.empty()) {
    return "It has no parameters.\n";
  }
  std::string table = "| parameter | value | default | drawn from `[low, high]` | meaning |\n|---|---|---|---|---|\n";
  for (const ParameterSpec& spec : schema.parameters) {
    const std::string value = spec.required ? "required" : value_text(spec.fallback);
    table += "| `" + spec.name + "` | " + cell(type_text(spec)) + " | " + cell(value) + " | " +
             (is_drawable(spec) ? "yes" : "no") + " | " + cell(spec.description) + " |\n";
  }
  return table;
}

std::string facts_of(const StepSchema& schema) {
  std::string list;
  const auto line = [&list](const std::string& title, const std::string& text) {
    list += text.empty() ? "" : "- " + title + ": " + text + "\n";
  };
  line("Medium", to_string(schema.media));
  line("Stage", to_string(schema.stage));
  line("Version", std::to_string(schema.version));
  line("Kind", schema.expand
                   ? "a profile, which stands for several steps; each is drawn, labelled and recorded by itself"
                   : "");
  line("Identity", schema.identity);
  line("Labels", schema.labels);
  line("Ladders", ladder_text(schema));
  line("Source", schema.source);
  return list;
}

std::string picture_of(const StepSchema& schema) {
  const std::string what = schema.media == Media::audio
                               ? "Spectrograms, from 0 to 8 kHz, of a sentence under each level of the example below"
                               : "A photograph, or a part of it, under each level of the example below";
  return "![" + what + "](../pictures/augmenters/" + schema.name + ".jpg)\n\n*" + what +
         ", as `fairground preview` shows them; see [SOURCES.md](../../samples/SOURCES.md).*\n\n";
}

}  // namespace

std::string reference_page(const StepSchema& schema) {
  std::string page = "# " + schema.name + "\n\n" + schema.summary + "\n\n";
  page += schema.example.empty() ? "" : picture_of(schema);
  const auto section = [&page](const std::string& title, const std::string& text) {
    page += text.empty() ? "" : "## " + title + "\n\n" + text + "\n";
  };
  section("Parameters", parameters_of(schema));
  section("What is measured", schema.claim.empty() ? "" : schema.claim + "\n");
  section("Limits", schema.limits.empty() ? "" : schema.limits + "\n");
  section("Example", schema.example.empty()
                         ? ""
                         : "```yaml\n" + example_assets(schema) + example_axes(schema) +
                               "```\n\n`fairground augmenters " + schema.name +
                               " --example` prints it with all that it needs to run on the sample media.\n");
  section("Facts", facts_of(schema));
  return page +
         "Made from the schema by `fairground augmenters --pages docs`; do not edit. [All "
         "augmenters](../augmenters.md)\n";
}

std::string reference_index(std::span<const StepSchema* const> schemas) {
  std::string page =
      "# Augmenters\n\nMade from the schemas by `fairground augmenters --pages docs`; do not edit.\n\nStages are in "
      "the "
      "order in which they run; see [design.md](design.md), section 4.\n";
  std::vector<const StepSchema*> sorted(schemas.begin(), schemas.end());
  std::ranges::stable_sort(sorted, {}, [](const StepSchema* schema) { return schema->stage; });
  const StepSchema* before = nullptr;
  for (const StepSchema* const schema : sorted) {
    if (before == nullptr || before->media != schema->media) {
      page += "\n## For " + std::string(to_string(schema->media)) + "\n";
    }
    if (before == nullptr || before->stage != schema->stage) {
      page += "\n### Stage: " + std::string(to_string(schema->stage)) + "\n\n| augmenter | what it does |\n|---|---|\n";
    }
    page += "| [`" + schema->name + "`](augmenters/" + schema->name + ".md) | " + cell(schema->summary) + " |\n";
    before = schema;
  }
  return page;
}

std::string reference_example(const StepSchema& schema) {
  std::string name = schema.name;
  std::ranges::replace(name, '.', '-');
  std::string config = "# The example of " + schema.name +
                       " on the sample media, which samples/fetch brings. In the project's folder:\n"
                       "#\n"
                       "#   build/release/fairground augmenters " +
                       schema.name +
                       " --example > example.yaml\n"
                       "#   build/release/fairground preview example.yaml\n"
                       "fairground: 1\nname: " +
                       name + "\nseed: 1\nsources:\n";
  if (schema.media == Media::audio) {
    config +=
        "  - media: audio\n    manifest: samples/reader.csv\n    id: id\n    file: path\n    subject: speaker\n"
        "    groups: [language]\n    keep: [licence]\n    sample_rate: 16000\n"
        "    active_level: -34              # room for raised voices and loud noises\n";
  } else {
    config +=
        "  - media: image\n    manifest: samples/portraits.csv\n    id: id\n    file: path\n    subject: subject\n"
        "    groups: [origin]\n    keep: [licence]\n    boxes: boxes\n";
    config += schema.needs_skin
                  ? "    mask: mask\n    mask_codes: {face: 1, ears: 2, neck: 3, hands: 4, lips: 5, brows: 6}\n"
                  : "";
  }
  return config + example_assets(schema) + example_axes(schema) +
         "design: {realizations: 1}\noutput: {directory: out/" + name + "}\n";
}

}  // namespace fairground
