#include "pipeline/publish/export.h"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "pipeline/config/card.h"
#include "pipeline/core/text.h"

namespace fairground {
namespace {

/// What of the card is missing or of another form than it must be; empty where it will do.
std::string lacking_in_card(const SetFacts& set) {
  std::string keys;
  for (const std::string& key : missing_in_card(set.card, set.date)) {
    keys += (keys.empty() ? "" : ", ") + key;
  }
  for (const CardMistake& mistake : mistakes_in_card(set.card)) {
    keys.append(keys.empty() ? "" : ", ").append("for `card: ").append(mistake.key).append("` ").append(mistake.wanted);
    keys.append(" (found ").append(in_ticks(mistake.found)).append(")");
  }
  return keys.empty() ? std::string() : "needs " + keys + "; make the set anew with this in its config";
}

}  // namespace

std::string why_not(ExportFormat format, const SetFacts& set) {
  const ExportInfo& info = info_of(format);
  const MediaFacts* const audio = set.of(Media::audio);
  const MediaFacts* const image = set.of(Media::image);
  if (!(info.audio && audio != nullptr) && !(info.image && image != nullptr)) {
    return std::string("is for ") + (info.audio ? "recordings" : "pictures") + ", of which the set has none";
  }
  if (info.needs_transcript && audio->transcript.empty()) {
    return "needs what is said, and the config names no column `transcript`";
  }
  if (info.needs_boxes && !image->boxes) {
    return "needs boxes, and the config names no column `boxes`";
  }
  return info.needs_card ? lacking_in_card(set) : std::string();
}

void write_export(ExportFormat format, const ExportInputs& inputs, DerivedFiles& files) {
  switch (format) {
    case ExportFormat::webdataset:
      return export_webdataset(inputs, files);
    case ExportFormat::nemo:
      return export_nemo(inputs, files);
    case ExportFormat::kaldi:
      return export_kaldi(inputs, files);
    case ExportFormat::lhotse:
      return export_lhotse(inputs, files);
    case ExportFormat::stm:
      return export_stm(inputs, files);
    case ExportFormat::results:
      return export_results(inputs, files);
    case ExportFormat::coco:
      return export_coco(inputs, files);
    case ExportFormat::croissant:
      return export_croissant(inputs, files);
  }
  throw std::logic_error("there is no such export");
}

}  // namespace fairground
