// What became of a variant: what the renderer hands to whoever writes or compares it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "pipeline/core/error.h"
#include "pipeline/design/plan.h"
#include "pipeline/measure/skin_region.h"
#include "pipeline/media/bytes.h"

namespace fairground {

enum class Fate : std::uint8_t { written, rejected, failed };
[[nodiscard]] const char* to_string(Fate fate);

/// What is known of the skin in a variant and its source.
struct SkinOutcome {
  std::optional<double> source_lightness = {};  ///< L* of the source's skin, where it was measured; see ApparentTone
  std::optional<MaskSource> mask_source = {};   ///< empty where there is no mask that can be trusted
  double mask_confidence = 0.0;
  std::optional<double> lightness = {};  ///< of a written variant, before light, camera and file
};

/// What became of one planned variant. Every one of the plan has exactly one outcome.
struct Outcome {
  std::size_t index = 0;  ///< among the variants that are made now, in the order of the plan
  Variant variant;
  Fate fate = Fate::failed;
  Bytes file;          ///< of a written one
  Bytes mask;          ///< likewise, where the variant has a mask beside it
  std::string sha256;  ///< of `file`
  std::string record;  ///< of a written one: the line of metadata.jsonl
  std::string stage;   ///< of the others: read, render or gate
  std::string reason;
  std::optional<GateFigure> figure = {};  ///< of one that a gate with a figure rejected
  /// Where the config has levels that work on skin and the source could be read.
  std::optional<SkinOutcome> skin = {};
  bool passing = false;  ///< failed for want of memory or the like: no fault of the source, and the run must stop
};

}  // namespace fairground
