// Any augmenters with any settings that the config's reader accepts, on any small recording or picture, in the order
// and by the functions of a run.
#include <opencv2/core.hpp>

#include "pipeline/flow/picture_path.h"
#include "pipeline/flow/ready_source.h"
#include "pipeline/flow/signal_path.h"
#include "pipeline/measure/image_level.h"
#include "pipeline/media/moved_labels.h"
#include "tests/fuzz/augmenter_case.h"
#include "tests/fuzz/fuzz_target.h"

namespace fairground {
namespace {

/// All that a run shares, without any source. What it remembers may not change a byte either.
struct World {
  World() {
    const ScratchFolder folder;
    load_test_assets(folder.path(), kFuzzRates, assets);
  }
  Assets assets;
  Config config;
  Catalog catalog;
  Plan plan{config, catalog};
};

const World& world() {
  static const World kWorld;
  return kWorld;
}

std::vector<Value> fixed_values(const Step& step) {
  std::vector<Value> values;
  for (std::size_t i = 0; i < step.settings.size(); ++i) {
    values.push_back(std::visit(
        [&](const auto& setting) -> Value {
          if constexpr (std::is_same_v<std::decay_t<decltype(setting)>, Range>) {
            return step.schema->parameters[i].fallback;
          } else {
            return setting;
          }
        },
        step.settings[i]));
  }
  return values;
}

PreparedStep prepare(const ChosenStep& chosen, int rate) {
  const Augmenter& augmenter = *chosen.augmenter;
  const PrepareContext context{rate, &world().assets};
  const std::vector<Value> values = fixed_values(chosen.step);
  const auto by = [&](const auto& make) { return make ? make(values, context) : nullptr; };
  return {&augmenter,
          rate,
          by(augmenter.prepare_audio),
          by(augmenter.prepare_noise),
          by(augmenter.prepare_spectrum),
          by(augmenter.prepare_room),
          by(augmenter.prepare_signal),
          by(augmenter.prepare_rows),
          by(augmenter.prepare_picture),
          by(augmenter.prepare_file)};
}

/// A chain that is ready to run, with what it draws.
struct ReadyChain {
  ReadyChain(const AugmenterCase& c, int rate) {
    for (std::size_t i = 0; i < c.chain.size(); ++i) {
      prepared.push_back(prepare(c.chain[i], rate));
      drawn.push_back(draw_values(c.chain[i].step, c.randoms[i]));
    }
    for (std::size_t i = 0; i < c.chain.size(); ++i) {
      steps.push_back({&prepared[i], &drawn[i], c.randoms[i]});
    }
  }
  ReadyChain(const ReadyChain&) = delete;
  ReadyChain& operator=(const ReadyChain&) = delete;

  std::vector<PreparedStep> prepared;
  std::vector<std::vector<Value>> drawn;
  std::vector<ReadyStep> steps;
};

/// What came out, as bytes and numbers that can be compared, or why nothing did.
struct Result {
  std::string refusal;
  std::vector<unsigned char> bytes;
  std::vector<double> numbers;
  bool operator==(const Result&) const = default;
};

void add_measures(const std::vector<StepMeasure>& steps, Result& result) {
  for (const StepMeasure& step : steps) {
    for (const auto& [name, value] : step.values) {
      require(std::isfinite(value), step.augmenter + ": " + name + " is a finite number");
      result.numbers.push_back(value);
    }
    if (step.lost) {
      double before = 0.0;
      for (const TimeSpan& span : *step.lost) {
        require(span.start_s >= before && span.end_s >= span.start_s, step.augmenter + ": losses are in order");
        before = span.end_s;
        result.numbers.push_back(span.start_s);
        result.numbers.push_back(span.end_s);
      }
    }
  }
}

template <class T>
void add_bytes(const T* values, std::size_t count, Result& result) {
  const auto* first = reinterpret_cast<const unsigned char*>(values);
  result.bytes.insert(result.bytes.end(), first, first + count * sizeof(T));
}

Audio clip_of(const AugmenterCase& c) {
  Audio clip(c.sample_rate, c.channels, c.frames);
  for (int channel = 0; channel < c.channels; ++channel) {
    const std::span<float> samples = clip.channel(channel);
    RandomStream(7, static_cast<std::uint32_t>(channel), "clip").normals(0, samples);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const float hiss = samples[i];
      const std::array<float, kContents> kinds = {0.05F * hiss,  0.0F,        i / 50 % 3 == 0 ? -1.0F : 1.0F,
                                                  1e-30F * hiss, 8.0F * hiss, i / 2000 % 2 == 0 ? 0.1F * hiss : 0.0F};
      samples[i] = kinds[c.content];
    }
  }
  return clip;
}

Result run_audio(const AugmenterCase& c) {
  Result result;
  DecodedSource source;
  source.audio = clip_of(c);
  source.speech_level = measure_speech_level(source.audio);
  try {
    const Workshop workshop(world().plan);
    const ReadyChain chain(c, c.sample_rate);
    MixedScene mixed = mix_scene(workshop, chain.steps, source, /*speech_dba=*/60.0);
    TimeMap time_map = mixed.scene.time_map;
    const Delivered delivered = deliver(chain.steps, std::move(mixed.scene.speech), [&]() -> std::optional<double> {
      return c.content == 1 ? std::nullopt : std::optional(86.0);
    });
    time_map.then(delivered.time_map);
    const Audio& heard = delivered.audio;
    require(heard.sample_rate == c.sample_rate && heard.channels == c.channels, "rate and channels are kept");
    require(all_finite(heard.samples), "all samples are finite");
    // Each step may round a length once, and a clock that wanders (channel.jitter) keeps the length and moves its end.
    constexpr double kMostJitterS = 0.02;
    const double most = static_cast<double>(c.chain.size()) * (kMostJitterS + 1.01 / c.sample_rate);
    require(std::abs(time_map(source.audio.seconds()) - heard.seconds()) <= most, "times go where the clip's end goes");
    for (const StemMeasure& stem : mixed.measure.stems) {
      require(std::isfinite(stem.measured_snr_db), stem.augmenter + ": its SNR is a finite number");
      result.numbers.push_back(stem.measured_snr_db);
    }
    add_measures(delivered.steps, result);
    add_bytes(heard.samples.data(), heard.samples.size(), result);
  } catch (const GateError& refusal) {
    result.refusal = refusal.what();
  } catch (const ItemError& fault) {
    result.refusal = fault.what();
  }
  return result;
}

Image picture_of(const AugmenterCase& c) {
  Image image = test_picture(c.width, c.height, c.picture_channels);
  image.bits = c.bits;
  for (float& sample : image.samples) {
    const std::array<float, kContents> kinds = {sample, 0.0F, 1.0F, 0.18F, sample > 0.5F ? 1.0F : 0.0F, 40.0F * sample};
    sample = kinds[c.content];
  }
  if (c.has_alpha) {
    image.alpha.resize(static_cast<std::size_t>(c.width) * static_cast<std::size_t>(c.height));
    for (std::size_t i = 0; i < image.alpha.size(); ++i) {
      image.alpha[i] = static_cast<std::uint16_t>(i % (c.bits == 16 ? 65536U : 256U));
    }
  }
  return image;
}

PictureLabels labels_of(const AugmenterCase& c) {
  if (!c.has_labels) {
    return {};
  }
  PictureLabels labels;
  labels.boxes = {{"face", 0.25 * c.width, 0.0, 0.5 * c.width, 1.0 * c.height},
                  {"all", 0, 0, 1.0 * c.width, 1.0 * c.height}};
  labels.boxes_are_known = c.content % 2 == 0;
  labels.keypoints = {{"corner", {0.0, 0.0}}, {"other", {1.0 * c.width, 1.0 * c.height}}, {"in", {0.3, 0.6}}};
  labels.mask = Mask{c.width, c.height, {}};
  labels.mask->codes.resize(static_cast<std::size_t>(c.width) * static_cast<std::size_t>(c.height));
  for (std::size_t i = 0; i < labels.mask->codes.size(); ++i) {
    labels.mask->codes[i] = static_cast<std::uint8_t>(i / 3 % 4);
  }
  labels.depth = flat_picture(c.width, c.height, 1, 0.5F);
  labels.normals = flat_picture(c.width, c.height, 3, 0.0F);
  for (int y = 0; y < c.height; ++y) {
    std::ranges::fill(labels.normals->row(y).channel(2), 1.0F);
  }
  return labels;
}

void check_labels(const PictureLabels& labels, PictureSize size) {
  for (const Box& box : labels.boxes) {
    require(box.x >= 0.0 && box.y >= 0.0 && box.width >= 0.0 && box.height >= 0.0 &&
                box.x + box.width <= size.width + 1e-9 && box.y + box.height <= size.height + 1e-9,
            "boxes lie in the picture");
  }
  for (const KeyPoint& point : labels.keypoints) {
    require(point.point.x >= 0.0 && point.point.y >= 0.0 && point.point.x <= size.width && point.point.y <= size.height,
            "key points lie in the picture");
  }
  require(!labels.mask ||
              labels.mask->codes.size() == static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height),
          "a mask has the picture's size");
}

Result run_image(const AugmenterCase& c) {
  Result result;
  const Image image = picture_of(c);
  const PictureLabels labels = labels_of(c);
  SkinFacts skin;
  skin.refusal = "no skin here";
  if (c.has_skin) {
    skin = test_skin(image);
  }
  try {
    const ReadyChain chain(c, 0);
    const TakenPicture taken = take_picture(chain.steps, image, labels, c.bits, &skin);
    const cv::Mat& codes = taken.raster.codes;
    constexpr int kMostGrowth = 8;
    require(codes.cols >= 1 && codes.rows >= 1 && codes.cols <= kMostGrowth * c.width &&
                codes.rows <= kMostGrowth * c.height,
            "the picture has a sane size");
    const bool has_file_step = c.chain.back().augmenter->schema.stage == Stage::file;
    require(taken.raster.bits() == c.bits || has_file_step, "the picture has the bits that were asked for");
    for (int y = 0; y < codes.rows; ++y) {
      add_bytes(codes.ptr(y), static_cast<std::size_t>(codes.cols) * codes.elemSize(), result);
    }
    if (taken.written) {
      const Raster again = decode_own_image(taken.written->bytes);
      require(again.codes.size() == codes.size() && again.codes.type() == codes.type() &&
                  cv::norm(again.codes, codes, cv::NORM_INF) == 0.0,
              "what was written decodes to what is measured");
      add_bytes(taken.written->bytes.data(), taken.written->bytes.size(), result);
    }
    const PictureSize size{codes.cols, codes.rows};
    check_labels(moved_labels(labels, taken.point_map, {c.width, c.height}, size), size);
    static_cast<void>(measure_image(taken.raster));
    add_measures(taken.steps, result);
  } catch (const GateError& refusal) {
    result.refusal = refusal.what();
  } catch (const ItemError& fault) {
    result.refusal = fault.what();
  }
  return result;
}

/// What an input stands for, where a finding is looked into: with FUZZ_EXPLAIN in the environment.
void explain(const AugmenterCase& c) {
  for (const ChosenStep& chosen : c.chain) {
    std::fprintf(stderr, "%s: %s\n", chosen.augmenter->schema.name.c_str(), canonical(chosen.step).c_str());
  }
  if (c.media == Media::audio) {
    std::fprintf(stderr, "%d x %zu samples at %d Hz, content %zu\n", c.channels, c.frames, c.sample_rate, c.content);
  } else {
    std::fprintf(stderr, "%d x %d pixels, %d channels of %d bits, content %zu%s%s%s\n", c.width, c.height,
                 c.picture_channels, c.bits, c.content, c.has_alpha ? ", alpha" : "", c.has_labels ? ", labels" : "",
                 c.has_skin ? ", skin" : "");
  }
}

}  // namespace
}  // namespace fairground

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fairground;
  const std::optional<AugmenterCase> c = augmenter_case(bytes_of(data, size));
  if (!c) {
    return 0;
  }
  static const bool kExplains = std::getenv("FUZZ_EXPLAIN") != nullptr;
  if (kExplains) {
    explain(*c);
  }
  const auto run = [&] { return c->media == Media::audio ? run_audio(*c) : run_image(*c); };
  try {
    require(run() == run(), "the same draws give the same bytes");
  } catch (const UserError& refusal) {
    // Whether an asset fits a step shows when the step is made ready, before a run makes anything.
    require(std::string_view(refusal.what()).starts_with("asset '"), "only assets are refused as late as that");
  }
  return 0;
}
