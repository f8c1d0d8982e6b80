#include "pipeline/config/export_format.h"

#include <algorithm>
#include <array>

namespace fairground {
namespace {

constexpr std::array<ExportInfo, 8> kFormats = {{
    {.format = ExportFormat::webdataset,
     .name = "webdataset",
     .summary = "tar shards of files and records, for WebDataset, DALI and Hugging Face's streaming",
     .audio = true,
     .image = true},
    {.format = ExportFormat::nemo,
     .name = "nemo",
     .summary = "a manifest for NVIDIA NeMo",
     .audio = true,
     .image = false},
    {.format = ExportFormat::kaldi,
     .name = "kaldi",
     .summary = "a data folder for Kaldi, ESPnet and whoever reads these",
     .audio = true,
     .image = false,
     .needs_transcript = true},
    {.format = ExportFormat::lhotse,
     .name = "lhotse",
     .summary = "recordings and supervisions for Lhotse",
     .audio = true,
     .image = false},
    {.format = ExportFormat::stm,
     .name = "stm",
     .summary = "a reference for NIST sclite, which then tells error rates for each group and condition",
     .audio = true,
     .image = false,
     .needs_transcript = true},
    {.format = ExportFormat::results,
     .name = "results",
     .summary = "a table to fill with a service's answers, for Fairlearn, Aequitas, lme4 and statsmodels",
     .audio = true,
     .image = true},
    {.format = ExportFormat::coco,
     .name = "coco",
     .summary = "boxes and key points, as they lie in each variant, in COCO's format",
     .audio = false,
     .image = true,
     .needs_boxes = true},
    {.format = ExportFormat::croissant,
     .name = "croissant",
     .summary =
         "a description in MLCommons Croissant 1.1, with its vocabulary of responsible AI and the origin of the data",
     .audio = true,
     .image = true,
     .needs_card = true},
}};

}  // namespace

std::span<const ExportInfo> export_formats() { return kFormats; }

const ExportInfo& info_of(ExportFormat format) { return kFormats[static_cast<std::size_t>(format)]; }

std::optional<ExportFormat> export_format_named(std::string_view name) {
  const auto found =
      std::ranges::find(kFormats, name, [](const ExportInfo& info) { return std::string_view(info.name); });
  return found == kFormats.end() ? std::nullopt : std::optional(found->format);
}

}  // namespace fairground
