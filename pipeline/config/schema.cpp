#include "pipeline/config/schema.h"

#include <algorithm>

namespace fairground {

const char* to_string(Media media) { return media == Media::audio ? "audio" : "image"; }

const char* to_string(Stage stage) {
  switch (stage) {
    case Stage::voice:
      return "voice";
    case Stage::scene:
      return "scene";
    case Stage::microphone:
      return "microphone";
    case Stage::processing_audio:
    case Stage::processing_image:
      return "processing";
    case Stage::channel:
      return "channel";
    case Stage::receiver:
      return "receiver";
    case Stage::skin:
      return "skin";
    case Stage::light:
      return "light";
    case Stage::lens:
      return "lens";
    case Stage::sensor:
      return "sensor";
    case Stage::file:
      return "file";
  }
  return "unknown";
}

const char* to_string(ParameterKind kind) {
  switch (kind) {
    case ParameterKind::number:
      return "number";
    case ParameterKind::integer:
      return "integer";
    case ParameterKind::flag:
      return "flag";
    case ParameterKind::choice:
      return "choice";
    case ParameterKind::asset:
      return "asset";
  }
  return "unknown";
}

const char* to_text(AssetKind kind) {
  switch (kind) {
    case AssetKind::recordings:
      return "has recordings as its `files`";
    case AssetKind::talkers:
      return "is a pool of talkers";
    case AssetKind::curves:
      return "has curves (.csv) as its `files`";
  }
  return "";
}

const char* wanted_asset(const ParameterSpec& spec) {
  const auto takes = [&](AssetKind kind) {
    return std::ranges::find(spec.asset_kinds, kind) != spec.asset_kinds.end();
  };
  if (takes(AssetKind::talkers)) {
    return "a pool of talkers, which has a `manifest` that says whose voice each file is";
  }
  return takes(AssetKind::curves) ? "an asset of curves (.csv) or impulse responses" : "an asset of recordings";
}

std::optional<std::size_t> StepSchema::find(const std::string& parameter) const {
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].name == parameter) {
      return i;
    }
  }
  return std::nullopt;
}

}  // namespace fairground
