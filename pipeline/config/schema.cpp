#include "pipeline/config/schema.h"

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

std::optional<std::size_t> StepSchema::find(const std::string& parameter) const {
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].name == parameter) {
      return i;
    }
  }
  return std::nullopt;
}

}  // namespace fairground
