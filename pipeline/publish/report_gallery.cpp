#include "pipeline/publish/report_gallery.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <opencv2/imgproc.hpp>
#include <set>
#include <span>

#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/core/parallel.h"
#include "pipeline/core/text.h"
#include "pipeline/measure/tile_picture.h"
#include "pipeline/media/audio_file.h"
#include "pipeline/media/image_file.h"
#include "pipeline/publish/read_bytes.h"
#include "pipeline/publish/report_words.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr int kSpectrogramFrames = 240;
constexpr int kThumbnailPixels = 256;  // of the longer side
// The first at which a picture is small enough is taken.
constexpr int kSpectrogramQualities[] = {40, 20, 5};
constexpr int kThumbnailQualities[] = {60, 30, 10};
constexpr std::size_t kMostPictureBytes = 8'000;
// Of all media's pictures together, as text. What comes later is left away.
constexpr std::size_t kMostPageBytes = 700'000;
// Of a longer recording the start is drawn, and the page says so: the whole would take too long to read and to decode
// for a page that is made within seconds, and each of its columns would stand for more than anyone can hear at once.
constexpr double kMostSeconds = 60.0;
// Holds that much of 16 channels of 24 bits at 16 kHz, or of 4 at 48 kHz; of more, the page shows as much as it holds.
constexpr std::size_t kMostSoundBytes = std::size_t{48} << 20U;
constexpr std::size_t kMostPictureFileBytes = std::size_t{256} << 20U;

std::string base64(std::span<const std::byte> bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      bits = bits << 8U | (i + k < bytes.size() ? std::to_integer<std::uint32_t>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text += i + k <= bytes.size() ? kDigits[bits >> (18U - 6U * k) & 63U] : '=';
    }
  }
  return text;
}

/// Whether a name that anyone may have written stays below the run's folder.
bool leads_inside(const fs::path& name) {
  return !name.is_absolute() && std::ranges::find(name, fs::path("..")) == name.end();
}

/// What the page knows of one file.
struct Seen {
  bool is_there = false;
  std::ptrdiff_t picture = -1;  ///< index into the gallery's pictures; -1: none
  double seconds = 0.0;         ///< that the picture shows
  bool is_start = false;        ///< and there are more behind them
  int hertz = 0;                ///< half the sample rate, where the spectrogram ends
};

/// A file of the gallery and its small picture, which is empty where it has none.
struct Look {
  Seen seen;
  bool has_picture = false;  ///< as opposed to one that browsers show by themselves, or to no file
  Bytes picture;
};

/// Looks at files. Several threads may.
class Looker {
 public:
  Looker(const OutputTree& tree, Media media) : tree_(tree), media_(media) {}

  [[nodiscard]] Look look_at(const fs::path& name) const {
    Look look;
    look.seen.is_there = leads_inside(name) && tree_.size_of(name).has_value();
    const std::string extension = name.extension().string();
    const bool is_shown_by_browsers = media_ == Media::image && extension != ".tif" && extension != ".tiff";
    look.has_picture = look.seen.is_there && !is_shown_by_browsers;
    if (!look.has_picture) {
      return look;
    }
    try {
      if (media_ == Media::audio) {
        look.picture = spectrogram(name, look.seen);
      } else if (const auto text = tree_.read_text(name, kMostPictureFileBytes)) {
        look.picture = thumbnail(std::as_bytes(std::span(*text)), name);
      }
    } catch (const ItemError&) {
      // What cannot be decoded is counted as a file without its picture; `verify` says what is wrong with it.
    }
    return look;
  }

 private:
  /// Empty where it comes out too large.
  static Bytes encoded(const cv::Mat& picture, std::span<const int> qualities) {
    for (const int quality : qualities) {
      Bytes bytes = encode_image({picture}, ImageContainer::webp, quality);
      if (bytes.size() <= kMostPictureBytes) {
        return bytes;
      }
    }
    return {};
  }

  Bytes spectrogram(const fs::path& name, Seen& seen) const {
    const std::uintmax_t size = tree_.size_of(name).value_or(0);
    std::string text(static_cast<std::size_t>(std::min<std::uintmax_t>(size, kMostSoundBytes)), '\0');
    read_bytes(tree_.open_to_read(name), tree_.root() / name, 0, text);
    const auto bytes = std::as_bytes(std::span(text));
    MediaLimits limits;
    limits.audio_seconds = limits.audio_megasamples = std::numeric_limits<double>::infinity();
    limits.expansion = std::numeric_limits<double>::infinity();
    seen.is_start = text.size() < size || read_audio_header(bytes, name, limits).seconds > kMostSeconds;
    // What is shown whole is also checked for damage.
    const Audio audio =
        seen.is_start ? decode_audio_start(bytes, name, kMostSeconds) : decode_audio(bytes, name, MediaLimits());
    seen.seconds = audio.seconds();
    seen.hertz = audio.sample_rate / 2;
    return encoded(tile_picture(measure_spectrogram(audio, kSpectrogramFrames)), kSpectrogramQualities);
  }

  static Bytes thumbnail(std::span<const std::byte> bytes, const fs::path& name) {
    const cv::Mat picture = tile_picture(decode_image(bytes, name, MediaLimits()).codes);
    const double scale = std::min(1.0, static_cast<double>(kThumbnailPixels) / std::max(picture.cols, picture.rows));
    const auto scaled = [scale](int length) { return std::max(1, static_cast<int>(std::lround(scale * length))); };
    cv::Mat small;
    cv::resize(picture, small, {scaled(picture.cols), scaled(picture.rows)}, 0.0, 0.0, cv::INTER_AREA);
    return encoded(small, kThumbnailQualities);
  }

  const OutputTree& tree_;
  Media media_;
};

/// Files of the gallery, each looked at once.
class Pictures {
 public:
  /// `names`: all that will be asked for, in this order. `most`: bytes of all pictures together, as text.
  Pictures(const Looker& looker, const std::vector<fs::path>& names, std::size_t most, int jobs) : most_(most) {
    std::vector<Look> looks(ordered_slots(jobs));
    ordered_for(
        names.size(), jobs, [&](std::size_t index, std::size_t slot) { looks[slot] = looker.look_at(names[index]); },
        [&](std::size_t index, std::size_t slot) { seen_[names[index].string()] = add(looks[slot]); });
  }

  [[nodiscard]] const Seen& of(const fs::path& name) const { return seen_.at(name.string()); }

  std::vector<std::string> pictures;
  std::size_t missing = 0;  ///< files that are not there
  std::size_t unread = 0;   ///< those that are there and have no picture

 private:
  Seen add(const Look& look) {
    Seen seen = look.seen;
    missing += seen.is_there ? 0 : 1;
    if (!look.has_picture) {
      return seen;
    }
    std::string text = "data:image/webp;base64," + base64(look.picture);
    if (!look.picture.empty() && size_ + text.size() <= most_) {
      seen.picture = static_cast<std::ptrdiff_t>(pictures.size());
      size_ += text.size();
      pictures.push_back(std::move(text));
    }
    unread += seen.picture < 0 ? 1 : 0;
    return seen;
  }

  std::size_t most_;
  std::size_t size_ = 0;
  std::map<std::string, Seen> seen_;
};

ordered_json picture_json(const Seen& seen) {
  return seen.picture < 0 ? ordered_json(nullptr) : ordered_json(seen.picture);
}

}  // namespace

std::vector<std::uint32_t> gallery_order(const MediaFacts& facts, const ReportCoverage& coverage, std::size_t most) {
  std::vector<std::map<std::string, std::size_t>> shown(facts.axes.size());
  std::vector<std::uint32_t> left;
  for (std::uint32_t c = 0; c < coverage.conditions.size(); ++c) {
    if (coverage.clean != c) {
      left.push_back(c);
    }
  }
  const auto times_of = [&](std::uint32_t condition) {
    std::vector<std::size_t> times;
    for (std::size_t axis = 0; axis < facts.axes.size(); ++axis) {
      times.push_back(shown[axis][coverage.conditions[condition][axis]]);
    }
    std::ranges::sort(times);
    return times;
  };
  std::vector<std::uint32_t> order;
  while (order.size() < most && !left.empty()) {
    auto best = left.begin();
    std::vector<std::size_t> fewest = times_of(*best);
    for (auto it = left.begin() + 1; it != left.end(); ++it) {
      if (std::vector<std::size_t> times = times_of(*it); times < fewest) {
        best = it;
        fewest = std::move(times);
      }
    }
    for (std::size_t axis = 0; axis < facts.axes.size(); ++axis) {
      ++shown[axis][coverage.conditions[*best][axis]];
    }
    order.push_back(*best);
    left.erase(best);
  }
  return order;
}

Gallery::Gallery(const MediaFacts& facts, const ReportCoverage& coverage, const Records& records)
    : facts_(facts), coverage_(coverage) {
  if (facts.media == Media::image) {
    width_column_ = records.number("measured_width_px").value_or(0);
    height_column_ = records.number("measured_height_px").value_or(0);
  }
  std::vector<std::uint32_t> groups;
  for (std::uint32_t g = 0; g < coverage.groups_shown; ++g) {
    if (coverage.groups[g].in_set > 0) {
      groups.push_back(g);
    }
  }
  std::ranges::sort(groups, [&](std::uint32_t a, std::uint32_t b) {
    const ReportGroup& first = coverage.groups[a];
    const ReportGroup& second = coverage.groups[b];
    return first.in_set != second.in_set ? first.in_set > second.in_set : first.name < second.name;
  });
  groups.resize(std::min(groups.size(), kMostGalleryGroups));
  std::ranges::sort(groups);
  const std::vector<std::uint32_t> order = gallery_order(facts, coverage, kMostGallerySamples);
  const std::size_t each = groups.empty() ? 0 : std::min(order.size(), kMostGallerySamples / groups.size());
  // The same conditions for all groups, so that they can be compared, unless these are too few to show every level.
  std::vector<std::set<std::string>> levels(facts.axes.size());
  std::vector<std::set<std::string>> first_levels(facts.axes.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t axis = 0; axis < facts.axes.size(); ++axis) {
      levels[axis].insert(coverage.conditions[order[i]][axis]);
      if (i < each) {
        first_levels[axis].insert(coverage.conditions[order[i]][axis]);
      }
    }
  }
  const bool is_same_for_all = levels == first_levels;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    Shown shown;
    shown.group = groups[i];
    for (std::size_t k = 0; k < each; ++k) {
      shown.conditions.push_back(order[(is_same_for_all ? k : i * each + k) % order.size()]);
    }
    std::ranges::sort(shown.conditions);
    groups_.push_back(std::move(shown));
  }
}

void Gallery::close_source() {
  if (open_ == nullptr) {
    return;
  }
  Source& best = open_->source;
  const bool is_better = best.id.empty() || source_.variants > best.variants ||
                         (source_.variants == best.variants && source_.hash < best.hash);
  if (is_better && source_.variants > 0) {
    best = std::move(source_);
  }
  open_ = nullptr;
}

void Gallery::add(const SeenRecord& seen) {
  if (seen.is_new_source) {
    close_source();
    const auto shown = std::ranges::find(groups_, seen.group, &Shown::group);
    open_ = shown == groups_.end() ? nullptr : &*shown;
    if (open_ != nullptr) {
      source_ = {};
      source_.id.assign(seen.record->source_id);
      source_.hash = FieldHash().add(seen.record->source_id).value64();
    }
  }
  if (open_ == nullptr || seen.is_control() || seen.is_clean) {
    return;
  }
  ++source_.variants;
  if (!std::ranges::binary_search(open_->conditions, seen.condition)) {
    return;
  }
  Sample sample;
  sample.condition = seen.condition;
  sample.realization = seen.record->realization;
  sample.file_name.assign(seen.record->file_name);
  sample.clean_file_name.assign(seen.record->clean_file_name);
  sample.values = seen.values;
  if (facts_.media == Media::image) {
    const auto pixels = [&](std::size_t column) {
      const double number = column < seen.record->numbers.size() ? seen.record->numbers[column] : 0.0;
      return number >= 1.0 && number < 1e6 ? static_cast<int>(number) : 0;
    };
    sample.width = pixels(width_column_);
    sample.height = pixels(height_column_);
  }
  source_.samples.push_back(std::move(sample));
}

void Gallery::finish() { close_source(); }

std::string Gallery::rule() const {
  std::size_t with_records = 0;
  for (const ReportGroup& group : coverage_.groups) {
    with_records += group.in_set > 0 ? 1 : 0;
  }
  std::string text = groups_.size() < with_records
                         ? "Of the " + std::to_string(groups_.size()) + " groups with most sources, out of " +
                               std::to_string(with_records) + ", "
                         : "Of each group ";
  text +=
      "one source stands for all: of those with most variants the one whose id has the smallest hash, so that nobody "
      "chose it by how it looks or sounds. ";
  const std::size_t conditions = coverage_.conditions.size() - (coverage_.clean ? 1 : 0);
  const std::size_t shown = groups_.empty() ? 0 : groups_.front().conditions.size();
  text += shown < conditions ? "It is shown in " + std::to_string(shown) + " of " + std::to_string(conditions) +
                                   " conditions, chosen so that levels are seen equally often"
                             : std::string("It is shown in every condition");
  return text + ".";
}

ordered_json Gallery::sample_json(const Shown& shown, const Sample& sample) const {
  const std::vector<std::string>& levels = coverage_.conditions[sample.condition];
  ordered_json json;
  json["source"] = shown.source.id;
  json["group"] = shown.group;
  json["condition"] = sample.condition;
  json["levels"] = levels;
  json["realization"] = sample.realization;
  const std::string folder = std::string(to_string(facts_.media)) + "/";
  json["clean"] =
      sample.clean_file_name.empty() ? ordered_json(nullptr) : ordered_json(folder + sample.clean_file_name);
  json["variant"] = folder + sample.file_name;
  json["label"] = coverage_.groups[shown.group].name + ", " + condition_text(facts_, levels) + ": " + shown.source.id;
  json["measured"] = ordered_json::array();
  const std::vector<ReportQuantity>& quantities = report_quantities(facts_.media);
  for (std::size_t q = 0; q < quantities.size(); ++q) {
    if (!std::isnan(sample.values[q])) {
      const std::string number = shortest(number_to_read(sample.values[q]).get<double>());
      json["measured"].push_back({quantities[q].name, number + " " + quantities[q].info.unit});
    }
  }
  json["width"] = sample.width > 0 ? ordered_json(sample.width) : ordered_json(nullptr);
  json["height"] = sample.height > 0 ? ordered_json(sample.height) : ordered_json(nullptr);
  return json;
}

std::vector<fs::path> Gallery::files() const {
  const fs::path folder = to_string(facts_.media);
  std::vector<fs::path> names;
  std::set<std::string_view> known;
  const auto add = [&](const std::string& name) {
    if (known.insert(name).second) {
      names.push_back(folder / name);
    }
  };
  for (const Shown& shown : groups_) {
    for (const Sample& sample : shown.source.samples) {
      if (!sample.clean_file_name.empty()) {
        add(sample.clean_file_name);
      }
      add(sample.file_name);
    }
  }
  return names;
}

ordered_json Gallery::json(const OutputTree& tree, int jobs) const {
  const Pictures pictures(Looker(tree, facts_.media), files(), kMostPageBytes / coverage_.media, jobs);
  ordered_json samples = ordered_json::array();
  for (const Shown& shown : groups_) {
    for (const Sample& sample : shown.source.samples) {
      ordered_json json = sample_json(shown, sample);
      const fs::path folder = to_string(facts_.media);
      const Seen clean = sample.clean_file_name.empty() ? Seen() : pictures.of(folder / sample.clean_file_name);
      const Seen variant = pictures.of(folder / sample.file_name);
      json["clean_picture"] = picture_json(clean);
      json["variant_picture"] = picture_json(variant);
      json["seconds"] = variant.seconds > 0.0 ? number_to_read(variant.seconds) : ordered_json(nullptr);
      json["only_start"] = variant.is_start;
      json["hertz"] = variant.hertz > 0 ? ordered_json(variant.hertz) : ordered_json(nullptr);
      json["missing"] = !variant.is_there || (!sample.clean_file_name.empty() && !clean.is_there);
      samples.push_back(std::move(json));
    }
  }
  ordered_json json;
  json["rule"] = rule();
  json["pictures"] = pictures.pictures;
  json["samples"] = std::move(samples);
  json["missing"] = pictures.missing;
  json["without_picture"] = pictures.unread;
  return json;
}

}  // namespace fairground
