// The formats that a finished set can be written in beside its own, for the tools that load them.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace fairground {

enum class ExportFormat { webdataset, nemo, kaldi, lhotse, stm, results, coco, croissant };

/// What is said of a format, and what a set must have for it.
struct ExportInfo {
  ExportFormat format;
  const char* name;     ///< in the config, on the command line, and of the folder under `exports/`
  const char* summary;  ///< one sentence
  bool audio;           ///< whether it takes recordings
  bool image;           ///< whether it takes pictures
  bool needs_transcript = false;
  bool needs_boxes = false;
  bool needs_card = false;  ///< `output.date` and the card's description, licence, creator and url
};

/// Of every format, in the order of the enumeration.
[[nodiscard]] std::span<const ExportInfo> export_formats();
[[nodiscard]] const ExportInfo& info_of(ExportFormat format);
[[nodiscard]] std::optional<ExportFormat> export_format_named(std::string_view name);

}  // namespace fairground
