#include "pipeline/config/reference.h"

#include <algorithm>
#include <type_traits>
#include <variant>

#include "pipeline/config/reference_words.h"
#include "pipeline/config/wording.h"

namespace fairground {
namespace {

constexpr std::size_t kTerminalColumns = 80;

std::string indented(const std::string& text, std::size_t indentation) {
  return wrapped(text, kTerminalColumns, indentation, indentation);
}

std::string padded(const std::string& text, std::size_t width) {
  const std::size_t taken = character_count(text);
  return text + std::string(taken < width ? width - taken : 0, ' ');
}

std::string default_text(const ParameterSpec& spec) {
  if (spec.required) {
    return "required";
  }
  const std::string value = value_text(spec.fallback);
  return value.empty() ? "optional" : "default " + value;
}

}  // namespace

std::string reference_text(const StepSchema& schema) {
  std::string text = schema.name + " (" + to_string(schema.media) + ", stage " + to_string(schema.stage) +
                     ", version " + std::to_string(schema.version) + ")\n\n";
  text += indented(schema.summary, 2);
  const auto paragraph = [&text](const std::string& title, const std::string& words) {
    text += words.empty() ? "" : indented(title + ": " + words, 2);
  };
  paragraph("Source", schema.source);
  paragraph("Identity", schema.identity);
  paragraph("Labels", schema.labels);
  paragraph("Ladders", ladder_text(schema));
  paragraph("Measured", schema.claim);
  paragraph("Limits", schema.limits);
  text += schema.parameters.empty() ? "\nIt has no parameters.\n" : "\nParameters\n";
  for (const ParameterSpec& spec : schema.parameters) {
    std::vector<std::string> facts = {type_text(spec), default_text(spec)};
    if (is_drawable(spec)) {
      facts.emplace_back("or drawn from [low, high]");
    }
    text += '\n' + indented(spec.name + ": " + listing(facts), 2);
    text += indented(spec.description, 6);
  }
  if (!schema.example.empty()) {
    text += "\nExample of levels (`--example` prints a whole config)\n\n" +
            example_levels(schema, kTerminalColumns, /*indentation=*/2);
  }
  return text;
}

std::string reference_list(std::span<const StepSchema* const> schemas) {
  std::size_t name_width = 0;
  std::size_t stage_width = 0;
  for (const StepSchema* const schema : schemas) {
    name_width = std::max(name_width, character_count(schema->name));
    stage_width = std::max(stage_width, character_count(to_string(schema->stage)));
  }
  std::string list;
  for (const StepSchema* const schema : schemas) {
    list += padded(schema->name, name_width) + "  " + to_string(schema->media) + "  " +
            padded(to_string(schema->stage), stage_width) + "  " + schema->summary + '\n';
  }
  return list;
}

}  // namespace fairground
