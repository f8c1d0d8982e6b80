#include <nlohmann/json.hpp>

#include "pipeline/catalog/json_text.h"
#include "pipeline/core/error.h"
#include "pipeline/output/run_names.h"
#include "pipeline/publish/report_parts.h"

namespace fairground {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMostBytes = std::size_t{64} << 20U;
constexpr std::size_t kMostSentences = 40;

ordered_json sentences(const ordered_json& json, const char* name) {
  ordered_json texts = ordered_json::array();
  const ordered_json& all = json.at(name);
  for (const ordered_json& text : all) {
    if (texts.size() == kMostSentences) {
      texts.push_back("and " + std::to_string(all.size() - kMostSentences) + " more, in skin_tone.json");
      break;
    }
    texts.push_back(text.get<std::string>());
  }
  return texts;
}

}  // namespace

ordered_json skin_json(const OutputTree& tree, const MediaFacts& facts) {
  if (!facts.skin) {
    return nullptr;
  }
  const std::string path = (tree.root() / kSkinTone).string();
  const auto text = tree.read_text(kSkinTone, kMostBytes);
  if (!text) {
    throw UserError(path + ": is missing; is this the folder of a finished run?");
  }
  try {
    const ordered_json json = parse_ordered_json(*text);
    return {{"statement", sentences(json, "statement")},
            {"warnings", sentences(json, "warnings")},
            {"findings", sentences(json, "findings")}};
  } catch (const ordered_json::exception& error) {
    throw UserError(path + ": is no account of skin: " + error.what());
  }
}

}  // namespace fairground
