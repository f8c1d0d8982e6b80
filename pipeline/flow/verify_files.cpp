#include "pipeline/flow/verify_files.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "pipeline/catalog/picture_cells.h"
#include "pipeline/catalog/words.h"
#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/media/audio_file.h"
#include "pipeline/media/image_file.h"
#include "pipeline/media/picture_maps.h"
#include "pipeline/output/record.h"
#include "pipeline/output/run_names.h"

namespace fairground {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

// Our own files may be larger than what a run accepts as input, and are still only read one at a time.
constexpr MediaLimits kOwnFiles{1e9, 1e6, 1e6};

/// Two units of the last place that records keep: the libm of another machine may round otherwise.
double label_tolerance(const std::string& field) { return field.find("_db") == std::string::npos ? 2e-6 : 2e-4; }

// Slower speech ends later by as much more: four times where a chain halves the tempo twice.
constexpr double kWordsMayEndLateHereS = 4.0 * kWordsMayEndLateS;

int bits_of_audio(const json& run) {
  return integer_field(object_field(object_field(run, "output"), "audio"), "bits") == 24 ? 24 : 16;
}

json measure_file(const fs::path& path, const Bytes& bytes, const std::string& medium, const json& run) {
  if (medium == "audio") {
    const Audio audio = decode_audio(bytes, path, kOwnFiles);
    return measured_columns(measure_audio(quantise(audio, bits_of_audio(run))), audio.seconds());
  }
  const Raster raster = decode_image(bytes, path, kOwnFiles);
  return measured_columns({measure_image(raster), raster.codes.cols, raster.codes.rows});
}

/// Boxes, key points and mask of a picture, as far as its record has them.
template <typename Differs>
void check_picture_labels(const fs::path& folder, const json& record, const json& measured, const Differs& differs) {
  const int width = measured.value("measured_width_px", 0);
  const int height = measured.value("measured_height_px", 0);
  ReadBoxes boxes = parse_boxes(text_field(record, "boxes"));
  ReadKeyPoints keypoints = parse_keypoints(text_field(record, "keypoints"));
  for (const auto& [field, mistake] : {std::pair("boxes", boxes.mistake), {"keypoints", keypoints.mistake}}) {
    if (!mistake.empty()) {
      differs(std::string(field) + ": " + mistake);
    }
  }
  const std::string outside = label_outside({std::move(boxes.boxes), std::move(keypoints.keypoints)}, width, height);
  if (!outside.empty()) {
    differs(outside);
  }
  if (!record.contains("mask_file_name")) {
    return;
  }
  const fs::path path = folder / text_field(record, "mask_file_name");
  const Bytes bytes = read_file(path, kOwnFiles);
  if (sha256_hex(bytes) != text_field(record, "mask_sha256")) {
    differs("the SHA-256 of its mask is not the one in its record; the mask is " +
            text_field(record, "mask_file_name"));
  }
  const Mask mask = decode_mask(bytes, path, kOwnFiles);
  if (mask.width != width || mask.height != height) {
    differs("its mask has another size than the picture");
  }
}

}  // namespace

void check_file(const fs::path& folder, const std::string& medium, const json& record, const json& run,
                Differences& differences) {
  const std::string name = text_field(record, "file_name");
  const auto differs = [&](const std::string& what) { differences.add(medium + "/" + name + ": " + what); };
  try {
    const Bytes bytes = read_file(folder / name, kOwnFiles);
    if (sha256_hex(bytes) != text_field(record, "sha256")) {
      differs("the file's SHA-256 is not the one in its record");
    }
    const json measured = measure_file(folder / name, bytes, medium, run);
    for (const auto& [field, value] : measured.items()) {
      const json recorded = record.value(field, json());
      if (!recorded.is_number() || std::abs(recorded.get<double>() - value.get<double>()) > label_tolerance(field)) {
        differs(field + " is " + value.dump() + ", but its record says " + recorded.dump());
      }
    }
    if (record.contains("words")) {
      const SpokenWords words = parse_words(text_field(record, "words"));
      const std::string late =
          late_word(words.words, measured.value("measured_duration_s", 0.0), kWordsMayEndLateHereS);
      if (!words.mistake.empty() || !late.empty()) {
        differs("words: " + (words.mistake.empty() ? late : words.mistake));
      }
    }
    check_picture_labels(folder, record, measured, differs);
  } catch (const PassingFault&) {
    throw;
  } catch (const std::exception& error) {
    differs(error.what());
  }
  std::error_code ignored;
  if (record.contains("clean_file_name") &&
      !fs::is_regular_file(folder / text_field(record, "clean_file_name"), ignored)) {
    differs("its clean reference '" + text_field(record, "clean_file_name") + "' is missing");
  }
}

void check_no_other_files(const fs::path& directory, const std::string& medium, const PlannedVariants& planned,
                          Differences& differences) {
  std::error_code error;
  for (fs::recursive_directory_iterator entry(directory / medium, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path& path = entry->path();
    const fs::file_type type = entry->symlink_status(error).type();
    if (type == fs::file_type::symlink) {
      differences.add(path.string() + ": is a symbolic link, which no run makes");
    } else if (type != fs::file_type::directory && path != directory / medium / kMetadata &&
               path != directory / medium / kReadme) {
      constexpr std::string_view kMask = "-mask";
      std::string stem = path.stem().string();
      const bool is_mask = stem.ends_with(kMask);
      stem.resize(stem.size() - (is_mask ? kMask.size() : 0));
      const auto found = planned.find(stem);
      if (found == planned.end() || found->second.status != "written" ||
          directory / (is_mask ? found->second.mask_file : found->second.file) != path) {
        differences.add(path.string() + ": no record names this file");
      }
    }
  }
  if (error) {
    differences.add((directory / medium).string() + ": cannot look into the folder: " + error.message());
  }
}

}  // namespace fairground
