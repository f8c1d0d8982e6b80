// How much may be read from one file. Files are hostile until they are decoded.
#pragma once

namespace fairground {

struct MediaLimits {
  double audio_seconds = 3600;
  double image_megapixels = 100;
  double file_megabytes = 1024;
};

}  // namespace fairground
