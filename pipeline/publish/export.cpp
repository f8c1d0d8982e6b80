#include "pipeline/publish/export.h"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

namespace fairground {

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
  const Card& card = set.card;
  if (info.needs_card && (set.date.empty() || card.description.empty() || card.licence.empty() ||
                          card.creator.empty() || card.url.empty())) {
    return "needs `output: date`, and under `card` the keys description, licence, creator and url; make the set anew "
           "with these in its config";
  }
  return {};
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
