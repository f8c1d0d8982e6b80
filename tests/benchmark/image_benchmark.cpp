// A photograph's way from file to file, against the codec calls that no tool can do without.
//
// The chain has six steps: exposure, illuminant, vignetting, sensor noise, tone curve, JPEG; 512 x 512 pixels, JPEG in
// and out. The floor is cv::imdecode once, then for each variant cv::imencode and, as labels are measured on what a
// reader will see, cv::imdecode again.

#include <benchmark/benchmark.h>

#include <opencv2/core/utility.hpp>
#include <opencv2/imgcodecs.hpp>
#include <stdexcept>

#include "pipeline/core/hash.h"
#include "pipeline/core/hot.h"
#include "pipeline/flow/picture_path.h"
#include "pipeline/measure/image_level.h"
#include "pipeline/media/image_file.h"
#include "pipeline/media/jpeg_codec.h"
#include "pipeline/output/record.h"
#include "tests/benchmark/figures.h"
#include "tests/benchmark/workload.h"

namespace fairground {
namespace {

/// Value noise: random values on a grid of `cell` pixels, with a smooth surface through them.
void add_texture(cv::Mat& picture, int cell, float amplitude, std::uint32_t seed) {
  const RandomStream random(seed, static_cast<std::uint32_t>(cell), "texture");
  const int stride = picture.cols / cell + 2;
  const auto value = [&](int x, int y, int c) {
    const std::uint32_t word = random.word_at(static_cast<std::uint64_t>((y * stride + x) * 3 + c));
    return static_cast<float>(word) * 0x1p-32F - 0.5F;
  };
  const auto smooth = [](float t) { return t * t * (3.0F - 2.0F * t); };
  for (int y = 0; y < picture.rows; ++y) {
    const float v = smooth(static_cast<float>(y % cell) / static_cast<float>(cell));
    for (int x = 0; x < picture.cols; ++x) {
      const float u = smooth(static_cast<float>(x % cell) / static_cast<float>(cell));
      for (int c = 0; c < 3; ++c) {
        // Colours of a photograph mostly go together.
        const auto corner = [&](int dx, int dy) {
          return 0.8F * value(x / cell + dx, y / cell + dy, 0) + 0.2F * value(x / cell + dx, y / cell + dy, c);
        };
        const float above = corner(0, 0) * (1.0F - u) + corner(1, 0) * u;
        const float below = corner(0, 1) * (1.0F - u) + corner(1, 1) * u;
        picture.ptr<float>(y)[3 * x + c] += amplitude * (above * (1.0F - v) + below * v);
      }
    }
  }
}

/// Texture whose amplitude falls with its size, as in photographs (Field 1987), behind some hard edges and under the
/// grain of a camera.
/// At quality 92 it has the size of real portraits: 75 and 82 KB were measured.
cv::Mat photograph_like(int side) {
  cv::Mat picture(side, side, CV_32FC3, cv::Scalar(110.0, 115.0, 125.0));
  float amplitude = 150.0F;
  for (int cell = side / 2; cell >= 2; cell /= 2, amplitude *= 0.75F) {
    add_texture(picture, cell, amplitude, /*seed=*/1);
  }
  RandomStream edges(1, 0, "edges");
  for (int i = 0; i < 24; ++i) {
    const auto left = static_cast<int>(edges.uniform(0.0, 0.9) * side);
    const auto top = static_cast<int>(edges.uniform(0.0, 0.9) * side);
    const cv::Rect area(left, top, std::max(1, side / 12), std::max(1, side / 10));
    picture(area & cv::Rect(0, 0, side, side)) += cv::Scalar::all(edges.uniform(-60.0, 60.0));
  }
  std::vector<float> grain(picture.total() * 3);
  RandomStream(1, 0, "grain").normals(0, grain);
  for (std::size_t i = 0; i < grain.size(); ++i) {
    picture.ptr<float>()[i] += 4.0F * grain[i];
  }
  cv::Mat codes;
  picture.convertTo(codes, CV_8UC3);
  return codes;
}

constexpr int kInputQuality = 92;
constexpr int kOutputQuality = 85;

/// The config of a set with one photograph and `variants` variants of it.
std::filesystem::path write_set(const std::filesystem::path& folder, int variants) {
  std::string levels;
  for (int i = 0; i < variants; ++i) {
    levels +=
        "    l" + std::to_string(i) + ": [{light.exposure: {ev: " + std::to_string(0.5 + 0.01 * i) +
        "}}, {light.illuminant: {cct_kelvin: 4000, awb: 0.8}}, {lens.vignetting: {}}, {sensor.noise: {iso: 800}}, "
        "{processing.tone_curve: {curve: s_curve}}, {file.jpeg: {quality: " +
        std::to_string(kOutputQuality) + "}}]\n";
  }
  const std::filesystem::path config = folder / ("image" + std::to_string(variants) + ".yaml");
  write_file(
      config,
      "fairground: 1\nname: image\nseed: 1\n"
      "sources:\n  - {media: image, manifest: images.csv, id: id, file: path, subject: subject, groups: [group]}\n"
      "axes:\n  light:\n" +
          levels + "design: {include_clean: false}\noutput: {directory: out, image: {format: jpeg, quality: " +
          std::to_string(kOutputQuality) + "}}\n");
  return config;
}

/// One variant taken apart, so that each stage can be timed alone.
struct Stages {
  Bytes file;
  cv::Mat decoded;
  Image linear;
  std::vector<RowOperation> operations;
  Raster raster;
  Bytes encoded;
  Raster read_again;

  Stages(const BenchmarkSet& set, const std::filesystem::path& source) : file(read_file(source, MediaLimits{})) {
    decoded = cv::imdecode(matrix(file), cv::IMREAD_UNCHANGED);
    linear = to_linear({decoded});
    for (const ChainStep& step : set.plan().media().front().conditions.front().chain) {
      const PreparedStep& prepared = set.workshop().prepared(*step.step, 0);
      if (!prepared.rows) {
        continue;  // the JPEG, which is timed as the encoder
      }
      const StepRandom random = step_random(set.plan().config(), step, /*realization=*/0, "");
      operations.push_back(
          prepared.rows({linear.width, linear.height, linear.channels}, draw_values(*step.step, random), random));
    }
    raster = render_rows(linear, operations, /*bits=*/8);
    encoded = encode_image(raster, ImageContainer::jpeg, kOutputQuality);
    read_again = decode_own_image(encoded);
  }

  static cv::Mat matrix(const Bytes& bytes) {
    return {1, static_cast<int>(bytes.size()), CV_8U, const_cast<std::byte*>(bytes.data())};
  }

  void run_floor(int variants, bool read_again_too) const {
    benchmark::DoNotOptimize(decode_jpeg(file));
    for (int i = 0; i < variants; ++i) {
      const Bytes out = encode_jpeg(raster, kOutputQuality, JpegSubsampling::s420);
      benchmark::DoNotOptimize(out.data());
      if (read_again_too) {
        benchmark::DoNotOptimize(decode_jpeg(out));
      }
    }
  }

  void run_opencv_floor(int variants) const {
    benchmark::DoNotOptimize(cv::imdecode(matrix(file), cv::IMREAD_UNCHANGED));
    std::vector<unsigned char> out;
    for (int i = 0; i < variants; ++i) {
      cv::imencode(".jpg", raster.codes, out, {cv::IMWRITE_JPEG_QUALITY, kOutputQuality});
      benchmark::DoNotOptimize(cv::imdecode(out, cv::IMREAD_UNCHANGED));
    }
  }

  void run_rows(std::size_t first, std::size_t count) const {
    std::vector<float> buffer(linear.row_size());
    for (int y = 0; y < linear.height; ++y) {
      std::ranges::copy(linear.row(y), buffer.begin());
      for (std::size_t i = first; i < first + count; ++i) {
        operations[i]({y, linear.width, linear.channels, buffer});
      }
      benchmark::DoNotOptimize(buffer.data());
    }
  }
};

void add(const std::string& name, std::function<void()> work) {
  benchmark::RegisterBenchmark(name.c_str(), [work](benchmark::State& state) {
    for (auto _ : state) {
      work();
    }
  });
}

template <class Work>
void add_value(const std::string& name, Work work) {
  add(name, [work] { benchmark::DoNotOptimize(work()); });
}

int run(int argc, char** argv) {
  const bool smoke = take_smoke_flag(argc, argv);
  const bool guard = take_guard_flag(argc, argv);
  cv::setNumThreads(0);
  const ScratchFolder folder;
  const std::filesystem::path photograph = folder.path() / "a.jpg";
  const Bytes jpeg = encode_image({photograph_like(smoke ? 32 : 512)}, ImageContainer::jpeg, kInputQuality);
  write_file(photograph, jpeg);
  write_file(folder.path() / "images.csv", std::string("id,path,subject,group\na,a.jpg,s,g\n"));
  const BenchmarkSet one(write_set(folder.path(), 1));
  const BenchmarkSet eight(write_set(folder.path(), 8));
  const Stages stages(one, photograph);

  const Variant variant = one.plan().at(0);
  const std::string sha256 = sha256_hex(stages.encoded);
  DrawnChain drawn;
  for (const ChainStep& step : one.plan().media().front().conditions.front().chain) {
    drawn.push_back(draw_values(*step.step, step_random(one.plan().config(), step, /*realization=*/0, "")));
  }
  const ImageLabels labels{measure_image(stages.read_again), stages.linear.width, stages.linear.height};

  add("job 1", [&] { one.make_first_source(); });
  add("job 8", [&] { eight.make_first_source(); });
  for (const int variants : {1, 8}) {
    add("floor " + std::to_string(variants), [&, variants] { stages.run_floor(variants, /*read_again_too=*/true); });
    add("OpenCV's floor " + std::to_string(variants), [&, variants] { stages.run_opencv_floor(variants); });
    add("short floor " + std::to_string(variants),
        [&, variants] { stages.run_floor(variants, /*read_again_too=*/false); });
  }
  const std::string title =
      "Pictures: exposure, illuminant, vignetting, sensor noise, tone curve, JPEG; JPEG in and out; one core";
  const auto of_floor = [](const Times& t) -> std::vector<Figure> {
    Figure of_one{"1 variant, of the codec floor", "", t.cpu_s("floor 1") / t.cpu_s("job 1")};
    Figure of_eight{"8 variants, of the codec floor", "", t.cpu_s("floor 8") / t.cpu_s("job 8")};
    of_one.usual = usual_here(0.6, 0.43);
    of_eight.usual = usual_here(0.55, 0.35);
    return {std::move(of_one), std::move(of_eight)};
  };
  if (guard) {
    return run_guard(argc, argv, title, of_floor);
  }
  const std::vector<std::string> once = {"read and hash", "decode", "linearise"};
  const std::vector<std::string> steps = {"exposure", "illuminant", "vignetting", "sensor noise"};
  std::vector<std::string> each = steps;
  each.insert(each.end(), {"tone curve and codes", "encode", "decode again", "measure", "hash", "record"});
  add_value("read and hash", [&] { return sha256_hex(read_file(photograph, MediaLimits{})); });
  add_value("decode", [&] { return decode_image(stages.file, photograph, MediaLimits{}); });
  add_value("linearise", [&] { return to_linear({stages.decoded}); });
  for (std::size_t i = 0; i < steps.size(); ++i) {
    add(steps[i], [&, i] { stages.run_rows(i, 1); });
  }
  add_value("tone curve and codes", [&] { return render_rows(stages.linear, {stages.operations.back()}, /*bits=*/8); });
  add_value("encode", [&] { return encode_jpeg(stages.raster, kOutputQuality, JpegSubsampling::s420); });
  add_value("decode again", [&] { return decode_own_image(stages.encoded); });
  add_value("measure", [&] { return measure_image(stages.read_again); });
  add_value("hash", [&] { return sha256_hex(stages.encoded); });
  add_value("record", [&] { return record_line(one.plan(), variant, drawn, labels, sha256); });

  return run_benchmarks(argc, argv, smoke, title, [&](const Times& t) {
    std::vector<Figure> figures = {
        {"size of the photograph-like JPEG", "KB", static_cast<double>(jpeg.size()) / 1e3},
        {"size of a variant's JPEG", "KB", static_cast<double>(stages.encoded.size()) / 1e3},
    };
    std::ranges::move(of_floor(t), std::back_inserter(figures));
    figures.insert(
        figures.end(),
        {
            {"1 variant, of a floor of OpenCV's calls", "", t.cpu_s("OpenCV's floor 1") / t.cpu_s("job 1"), 0.62},
            {"8 variants, of a floor of OpenCV's calls", "", t.cpu_s("OpenCV's floor 8") / t.cpu_s("job 8"), 0.58},
            {"1 variant, of a floor without the second decode", "", t.cpu_s("short floor 1") / t.cpu_s("job 1")},
            {"8 variants, of a floor without the second decode", "", t.cpu_s("short floor 8") / t.cpu_s("job 8")},
        });
    double sum = 0.0;
    const auto stage = [&](const std::string& name, const std::string& note) {
      figures.push_back({name + note, "us", 1e6 * t.cpu_s(name)});
    };
    for (const std::string& name : once) {
      stage(name, ", once");
      sum += t.cpu_s(name);
    }
    for (const std::string& name : each) {
      stage(name, ", each variant");
      sum += t.cpu_s(name);
    }
    figures.push_back({"share of one variant's time that these stages explain", "", sum / t.cpu_s("job 1")});
    return figures;
  });
}

}  // namespace
}  // namespace fairground

int main(int argc, char** argv) { return fairground::run(argc, argv); }
