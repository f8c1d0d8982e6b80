#include "pipeline/flow/masks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <opencv2/core/utility.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/catalog/catalog.h"
#include "pipeline/config/names.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/parallel.h"
#include "pipeline/core/progress.h"
#include "pipeline/core/text.h"
#include "pipeline/core/units.h"
#include "pipeline/flow/contact_sheet.h"
#include "pipeline/flow/picture_path.h"
#include "pipeline/flow/ready_source.h"
#include "pipeline/measure/skin_finder.h"
#include "pipeline/media/image_file.h"
#include "pipeline/media/picture_maps.h"
#include "pipeline/output/atomic_file.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kTilesOfSheet = 30;
constexpr double kAround = 0.25;  // of what skin spans is shown around it

/// Blue, green, red, in the order of SkinPart.
constexpr std::array<std::array<double, 3>, 7> kTints = {
    {{0, 0, 0}, {60, 200, 60}, {230, 160, 30}, {220, 60, 200}, {40, 160, 250}, {60, 60, 240}, {250, 250, 80}}};

/// What of the picture has skin, and some of what is around it, so that edges can be judged.
cv::Rect around_skin(const SkinRegion& region) {
  const int width = region.parts.width;
  const int height = region.parts.height;
  int left = width;
  int right = 0;
  int top = height;
  int bottom = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      if (region.weights[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)] >
          0.0F) {
        left = std::min(left, x);
        right = std::max(right, x + 1);
        top = std::min(top, y);
        bottom = std::max(bottom, y + 1);
      }
    }
  }
  const int margin = static_cast<int>(kAround * std::max(right - left, bottom - top)) + 1;
  const cv::Rect wanted(left - margin, top - margin, right - left + 2 * margin, bottom - top + 2 * margin);
  return wanted & cv::Rect(0, 0, width, height);
}

/// The picture, darker outside of the mask, and tinted by part inside.
cv::Mat shown_mask(const Image& image, const SkinRegion& region) {
  constexpr double kTint = 0.35;
  constexpr double kOutside = 0.4;
  cv::Mat picture = tile_picture(render_rows(image, {}, /*bits=*/8).codes).clone();
  for (int y = 0; y < picture.rows; ++y) {
    for (int x = 0; x < picture.cols; ++x) {
      const auto i = static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.cols) + static_cast<std::size_t>(x);
      const double weight = region.weights[i];
      const std::array<double, 3>& tint = kTints[region.parts.codes[i]];
      auto& pixel = picture.at<cv::Vec3b>(y, x);
      for (int c = 0; c < 3; ++c) {
        const double code = pixel[c];
        const double inside = (1.0 - kTint) * code + kTint * tint[static_cast<std::size_t>(c)];
        pixel[c] = cv::saturate_cast<unsigned char>(weight * inside + (1.0 - weight) * kOutside * code);
      }
    }
  }
  return tile_picture(picture(around_skin(region)));
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) {
    return text;
  }
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c == '"' ? "\"\"" : std::string(1, c);
  }
  return quoted + '"';
}

/// What is written of one source.
struct FoundMask {
  std::string row;  ///< of masks.csv
  SheetTile tile;
  std::string refusal;
  bool is_lost = false;  ///< could not be read
};

std::string mask_name(const std::string& id) {
  return "masks/" + as_name(id, 60) + '-' + FieldHash().add(id).hex(8) + ".png";
}

FoundMask find_mask(const Config& config, const MediaCatalog& catalog, const SkinFinder& finder, std::size_t source,
                    const fs::path& directory) {
  const std::string id(catalog.sources[source].id());
  DecodedSource decoded = decode_source(config, catalog, Media::image, source);
  FoundMask found;
  SkinFacts facts;
  if (decoded.passing) {
    throw PassingFault(id + ": " + decoded.reason);
  }
  if (decoded.fate == Fate::written) {
    const SourceSettings& settings = config.sources[catalog.sources[source].settings];
    facts = finder.find(decoded.image, decoded.labels, settings.mask_codes.value_or(plain_mask_codes()));
  } else {
    facts.refusal = decoded.reason;
    found.is_lost = true;
  }
  std::vector<std::string> cells{id};
  const auto number = [](double value) { return shortest(rounded_unit(value)); };
  const auto two_digits = [](double value) { return shortest(std::round(value * 100.0) / 100.0); };
  if (facts.region) {
    const std::string name = mask_name(id);
    write_atomically(directory / name, encode_mask(facts.region->parts));
    const std::optional<double>& width = facts.region->face_width_px;
    cells.insert(cells.end(), {name, to_string(facts.region->source), number(facts.region->confidence),
                               width ? number(std::round(*width)) : ""});
    found.tile = {id + ": " + to_string(facts.region->source) + ' ' + two_digits(facts.region->confidence),
                  shown_mask(decoded.image, *facts.region)};
  } else {
    cells.insert(cells.end(), {"", "none", "0", ""});
    found.tile = {id, {}, facts.refusal};
    found.refusal = facts.refusal;
  }
  const std::optional<ApparentTone>& tone = facts.core_tone;
  cells.insert(cells.end(), {tone ? number(tone->lightness) : "", tone ? number(tone->hue_deg) : "",
                             tone ? std::to_string(tone->monk) : "", found.refusal});
  for (const std::string& cell : cells) {
    found.row += (found.row.empty() ? "" : ",") + csv_cell(cell);
  }
  return found;
}

void check_directory(const fs::path& directory) {
  std::error_code error;
  if (fs::exists(directory, error) && (!fs::is_directory(directory, error) || !fs::is_empty(directory, error))) {
    throw UserError(directory.string() + ": is there already and not empty; choose another folder with --out");
  }
}

/// As a run's plan does, where some level works on skin; but this command serves before there is such a level, too.
void check_settings(const Config& config) {
  const auto source = std::ranges::find(config.sources, Media::image, &SourceSettings::media);
  if (source == config.sources.end()) {
    throw UserError(config.path.string() + ": there are no sources of images");
  }
  if (source->mask.empty() && config.face_model.empty() && config.face_cascades.empty()) {
    throw UserError(config.path.string() +
                    ": nothing tells where skin is; name the column `mask` of the sources, or a folder of models as "
                    "`face_model`, or of OpenCV's cascades as `face_cascades`");
  }
}

}  // namespace

ExitStatus masks(const Config& config, const MasksOptions& options, const std::atomic<bool>& stop,
                 std::ostream& progress, std::ostream& summary) {
  cv::setNumThreads(0);
  const fs::path directory = options.out.empty() ? fs::path(config.name + "-masks") : options.out;
  check_settings(config);
  check_directory(directory);
  make_folder(directory / "masks");
  const SkinFinder finder({config.face_model, config.face_cascades});
  const ProgressStyle style = progress_style(options.quiet);
  Catalog catalog;
  {
    Progress line(progress, style, "sources read");
    catalog = read_catalog(config, options.jobs, &line, &stop);
  }
  const MediaCatalog& images = catalog.media.at(Media::image);
  const std::size_t sources = images.sources.size();
  std::string table = "id,mask,mask_source,mask_confidence,face_width_px,lightness,hue_deg,monk,refusal\n";
  std::map<std::string, std::size_t> counts;
  bool is_some_lost = false;
  {
    Progress line(progress, style, "sources looked at", sources);
    for (std::size_t begin = 0; begin < sources && !stop; begin += kTilesOfSheet) {
      std::vector<FoundMask> found(std::min(kTilesOfSheet, sources - begin));
      parallel_for(
          found.size(), options.jobs,
          [&](std::size_t i) {
            found[i] = find_mask(config, images, finder, begin + i, directory);
            line.add_one();
          },
          &stop);
      if (stop) {
        break;
      }
      SheetRow row{"green face, blue ears, pink neck, orange hands", {}};
      for (FoundMask& one : found) {
        table += one.row + '\n';
        is_some_lost = is_some_lost || one.is_lost;
        ++counts[one.is_lost ? "cannot be read" : one.refusal.empty() ? "found" : "refused"];
        row.tiles.push_back(std::move(one.tile));
      }
      const std::string sheet = "sheet-" + std::to_string(begin / kTilesOfSheet + 1) + ".png";
      write_atomically(directory / sheet,
                       encode_image({contact_sheet(config.name + ": masks", {row})}, ImageContainer::png, 100));
    }
  }
  if (stop) {
    throw PassingFault("interrupted; delete " + directory.string() + " and begin anew");
  }
  write_atomically(directory / "masks.csv", table);
  if (!options.quiet) {
    summary << "looked at " << counted(sources, "source") << ": skin found in " << counts["found"] << ", refused in "
            << counts["refused"];
    if (is_some_lost) {
      summary << ", " << counts["cannot be read"] << " cannot be read";
    }
    summary << '\n';
  }
  summary << directory.string() << '\n';
  return is_some_lost ? ExitStatus::items_failed : ExitStatus::done;
}

}  // namespace fairground
