// The networks are given 8-bit codes, which plain arithmetic makes of the picture, so that their input is the same on
// every machine. What they tell may differ in the last bits between processors, as OpenCV's kernels do. It is rounded
// where it enters anything that follows: boxes and eyes to quarters of a pixel of the detector's input, landmarks to
// quarters of the mesh's, scores to hundredths. With OpenCV 4.6, of the 63648 landmarks of 136 faces one differed
// between its kernels for AVX2 and those for the baseline; a value that lies at the edge of its rounding still may.

#include "pipeline/measure/face_landmarks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <deque>
#include <functional>
#include <initializer_list>
#include <opencv2/dnn.hpp>
#include <string>
#include <tuple>
#include <utility>

#include "pipeline/core/error.h"
#include "pipeline/core/plain.h"
#include "pipeline/measure/copy_pool.h"
#include "pipeline/media/bytes.h"
#include "pipeline/media/image_file.h"

namespace fairground {
namespace {

constexpr int kDetectorSize = 256;  // pixels a side of the network's input
constexpr int kMeshSize = 192;

// The detector's places: two boxes at each of 16 x 16 points, then six at each of 8 x 8.
constexpr int kAnchors = 896;
constexpr int kFineAnchors = 512;
constexpr int kBoxValues = 16;  // the middle, the size, and six points, of which the eyes are the first two

// MediaPipe's own threshold.
constexpr double kLeastScore = 0.5;
// Stricter than that, empirical: faces of 30 pixels or more had at least 0.96, also in a sixtyfourth of the light, and
// the heart of a flower had 0.8.
constexpr double kLeastMeshScore = 0.9;
constexpr double kOverlap = 0.3;     // boxes that share more of their union are of one face
constexpr double kPart = 0.5;        // of the smaller of two boxes, likewise; empirical
constexpr double kMeshMargin = 1.5;  // from the longer side of a face to that of the mesh's input

// The mesh is asked again around what it found. Its landmarks then lie in the input as they did in training.
constexpr int kMeshRounds = 2;

// Outer corners of the eyes: the subject's right one, which is left in the picture, and the left one.
constexpr std::size_t kRightEye = 33;
constexpr std::size_t kLeftEye = 263;

// A face that fills the picture is found better with some black around it; empirical.
constexpr double kWide = 1.5;

/// What lies in a picture of fewer pixels a side is no face that anything could be told of.
constexpr int kSmallestPicture = 16;

struct Direction {
  double x = 1.0;
  double y = 0.0;
};

/// From one point to another; level if they are the same.
Direction direction(PixelPoint from, PixelPoint to) {
  const double x = to.x - from.x;
  const double y = to.y - from.y;
  const double length = std::sqrt(x * x + y * y);
  return length > 0.0 ? Direction{x / length, y / length} : Direction{};
}

/// A square of the picture, whose upper edge points along `right`.
struct Window {
  PixelPoint middle;
  double side = 0.0;
  Direction right = {};

  /// The place in the picture of a point of the window, whose sides are 0 to 1.
  [[nodiscard]] PixelPoint place(double u, double v) const {
    const double along = (u - 0.5) * side;
    const double down = (v - 0.5) * side;
    return {middle.x + along * right.x - down * right.y, middle.y + along * right.y + down * right.x};
  }
};

enum class Beyond { black, edge };  // what is outside the picture

/// Half the picture's width and height, each pixel the mean of four. An odd last row or column counts twice.
Image half(const Image& image) {
  Image out;
  out.width = (image.width + 1) / 2;
  out.height = (image.height + 1) / 2;
  out.channels = image.channels;
  out.samples.resize(out.row_size() * static_cast<std::size_t>(out.height));
  for (int y = 0; y < out.height; ++y) {
    const std::span<const float> upper = image.row(2 * y);
    const std::span<const float> lower = image.row(std::min(2 * y + 1, image.height - 1));
    const ImageRow row = out.row(y);
    for (int c = 0; c < out.channels; ++c) {
      const std::size_t begin = static_cast<std::size_t>(c) * static_cast<std::size_t>(image.width);
      const std::span<float> to = row.channel(c);
      for (int x = 0; x < out.width; ++x) {
        const std::size_t first = begin + static_cast<std::size_t>(2 * x);
        const std::size_t second = begin + static_cast<std::size_t>(std::min(2 * x + 1, image.width - 1));
        to[static_cast<std::size_t>(x)] = 0.25F * ((upper[first] + upper[second]) + (lower[first] + lower[second]));
      }
    }
  }
  return out;
}

/// A picture at full size, at half, at a quarter and so on, of which windows are cut.
class Pyramid {
 public:
  explicit Pyramid(const Image& image) : image_(image) {
    while (std::max(last().width, last().height) > kMeshSize) {
      smaller_.push_back(half(last()));
    }
  }

  /// The window's pixels as codes of 8 bits, blue first.
  [[nodiscard]] cv::Mat cut(const Window& window, int size, Beyond beyond) const {
    double step = window.side / size;
    double scale = 1.0;
    const Image* level = &image_;
    for (const Image& smaller : smaller_) {
      // Between 0.75 and 1.5 pixels of the level to a pixel of the window, its four neighbours are mean enough.
      if (step <= 1.5) break;
      level = &smaller;
      step *= 0.5;
      scale *= 0.5;
    }
    Image out;
    out.width = size;
    out.height = size;
    out.channels = 3;
    out.samples.resize(out.row_size() * static_cast<std::size_t>(size));
    Raster raster = make_raster(out, /*bits=*/8);
    for (int y = 0; y < size; ++y) {
      const ImageRow row = out.row(y);
      for (int x = 0; x < size; ++x) {
        const PixelPoint place = window.place((x + 0.5) / size, (y + 0.5) / size);
        const std::array<float, 3> pixel = sample(*level, place.x * scale - 0.5, place.y * scale - 0.5, beyond);
        for (int c = 0; c < 3; ++c) {
          row.channel(c)[static_cast<std::size_t>(x)] = pixel[static_cast<std::size_t>(c)];
        }
      }
      put_row(row, raster);
    }
    return raster.codes;
  }

  [[nodiscard]] const Image& image() const { return image_; }

 private:
  [[nodiscard]] const Image& last() const { return smaller_.empty() ? image_ : smaller_.back(); }

  static std::array<float, 3> sample(const Image& image, double x, double y, Beyond beyond) {
    if (beyond == Beyond::black && (x < -1.0 || y < -1.0 || x > image.width || y > image.height)) {
      return {};
    }
    x = std::clamp(x, 0.0, image.width - 1.0);
    y = std::clamp(y, 0.0, image.height - 1.0);
    const int left = static_cast<int>(x);
    const int top = static_cast<int>(y);
    const auto across = static_cast<float>(x - left);
    const auto down = static_cast<float>(y - top);
    const std::span<const float> upper = image.row(top);
    const std::span<const float> lower = image.row(std::min(top + 1, image.height - 1));
    const auto first = static_cast<std::size_t>(left);
    const auto second = static_cast<std::size_t>(std::min(left + 1, image.width - 1));
    std::array<float, 3> pixel{};
    for (std::size_t c = 0; c < pixel.size(); ++c) {
      const std::size_t begin = image.channels == 3 ? c * static_cast<std::size_t>(image.width) : 0;
      const float above = upper[begin + first] + across * (upper[begin + second] - upper[begin + first]);
      const float below = lower[begin + first] + across * (lower[begin + second] - lower[begin + first]);
      pixel[c] = above + down * (below - above);
    }
    return pixel;
  }

  const Image& image_;
  std::deque<Image> smaller_;  // whose members stay where they are
};

double round_to_quarters(double value) { return std::floor(4.0 * value + 0.5) / 4.0; }
double round_score(double score) { return std::floor(100.0 * score + 0.5) / 100.0; }

/// 1 / (1 + e^-x). NaN gives 0, so that it finds no face.
double logistic(double x) { return x >= -50.0 ? 1.0 / (1.0 + plain::exp(-std::min(x, 50.0))) : 0.0; }

bool is_finite(const PixelPoint& point) { return std::isfinite(point.x) && std::isfinite(point.y); }

/// A face as the detector sees it.
struct Detection {
  double score = 0.0;
  Box box;  // in the picture's pixels, as the eyes
  PixelPoint right_eye;
  PixelPoint left_eye;
};

double area(const Box& box) { return box.width * box.height; }

double area_of_both(const Box& a, const Box& b) {
  const double width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
  const double height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
  return std::max(width, 0.0) * std::max(height, 0.0);
}

/// Whether two boxes are of one face: they share much of what they cover together, or one lies in the other. An eye and
/// the nose in a large face can look like a smaller one, and faces side by side like a larger one.
bool are_of_one_face(const Box& a, const Box& b) {
  const double both = area_of_both(a, b);
  return both > kOverlap * (area(a) + area(b) - both) || both > kPart * std::min(area(a), area(b));
}

/// Keeps the best of those that are of one face, best first.
template <typename Found>
std::vector<Found> best_of_each(std::vector<Found> found) {
  std::ranges::stable_sort(found, std::ranges::greater{}, &Found::score);
  std::vector<Found> kept;
  for (Found& candidate : found) {
    const bool is_new =
        std::ranges::none_of(kept, [&](const Found& better) { return are_of_one_face(better.box, candidate.box); });
    if (is_new) kept.push_back(std::move(candidate));
  }
  return kept;
}

/// The squares in which faces are looked for: one around the picture, a wider one, and squares of half the side and
/// less that overlap by half, as long as they hold no fewer pixels than the network sees and are no smaller than a
/// quarter of the picture's shorter side.
std::vector<Window> search_windows(const Image& image) {
  const double width = image.width;
  const double height = image.height;
  const double longer = std::max(width, height);
  const double least = std::max<double>(kDetectorSize, std::min(width, height) / 4.0);
  const auto places = [](double length, double side) {
    std::vector<double> middles{length / 2.0};
    if (length > side) {
      const double steps = std::ceil((length - side) / (side / 2.0));
      middles.clear();
      for (double step = 0.0; step <= steps; ++step) {
        middles.push_back(side / 2.0 + (length - side) * step / steps);
      }
    }
    return middles;
  };
  const PixelPoint middle{width / 2.0, height / 2.0};
  std::vector<Window> windows{{middle, kWide * longer}, {middle, longer}};
  for (double side = longer / 2.0; side >= least; side /= 2.0) {
    for (const double y : places(height, side)) {
      for (const double x : places(width, side)) {
        windows.push_back({{x, y}, side});
      }
    }
  }
  return windows;
}

/// Whether the box ends at an edge of the window behind which the picture goes on. Another window shows it whole.
bool is_cut_off(const Box& box, const Window& window, const Image& image) {
  constexpr double kMargin = 0.01;  // of the window's side; empirical
  const double left = window.middle.x - window.side / 2.0;
  const double top = window.middle.y - window.side / 2.0;
  const double right = left + window.side;
  const double bottom = top + window.side;
  const double margin = kMargin * window.side;
  return (left > 0.0 && box.x < left + margin) || (top > 0.0 && box.y < top + margin) ||
         (right < image.width && box.x + box.width > right - margin) ||
         (bottom < image.height && box.y + box.height > bottom - margin);
}

/// One copy of the networks, which serves one caller at a time.
struct Pair {
  cv::dnn::Net detector;
  cv::dnn::Net mesh;

  std::vector<Detection> detect(const cv::Mat& codes, const Window& window) {
    detector.setInput(cv::dnn::blobFromImage(codes, 1.0 / 127.5, {}, cv::Scalar::all(127.5), /*swapRB=*/true));
    std::vector<cv::Mat> out;
    detector.forward(out, std::vector<cv::String>{"boxes", "scores"});
    const float* boxes = out[0].ptr<float>();
    const float* scores = out[1].ptr<float>();
    std::vector<Detection> found;
    for (int i = 0; i < kAnchors; ++i) {
      const double score = round_score(logistic(static_cast<double>(scores[i])));
      if (score >= kLeastScore) {
        found.push_back(decode(boxes + i * kBoxValues, i, score, window));
      }
    }
    return found;
  }

  /// Landmarks as numbers of pixels of the network's input, and how sure they are.
  std::pair<std::vector<PixelPoint>, double> find_mesh(const cv::Mat& codes) {
    mesh.setInput(cv::dnn::blobFromImage(codes, 1.0 / 255.0, {}, {}, /*swapRB=*/true));
    std::vector<cv::Mat> out;
    mesh.forward(out, std::vector<cv::String>{"mesh", "face"});
    const float* values = out[0].ptr<float>();
    std::vector<PixelPoint> points(kFaceMeshPoints);
    for (std::size_t i = 0; i < points.size(); ++i) {
      points[i] = {round_to_quarters(values[3 * i]), round_to_quarters(values[3 * i + 1])};
    }
    return {std::move(points), round_score(static_cast<double>(*out[1].ptr<float>()))};
  }

 private:
  static Detection decode(const float* values, int anchor, double score, const Window& window) {
    const bool fine = anchor < kFineAnchors;
    const int grid = fine ? 16 : 8;
    const int cell = fine ? anchor / 2 : (anchor - kFineAnchors) / 6;
    const double anchor_x = (cell % grid + 0.5) * kDetectorSize / grid;
    const double anchor_y = (cell / grid + 0.5) * kDetectorSize / grid;
    const auto point = [&](int index) {
      return window.place(round_to_quarters(anchor_x + values[index]) / kDetectorSize,
                          round_to_quarters(anchor_y + values[index + 1]) / kDetectorSize);
    };
    Detection detection{score, {}, point(4), point(6)};
    const PixelPoint middle = point(0);
    const double scale = window.side / kDetectorSize;
    detection.box.width = round_to_quarters(std::max(values[2], 1.0F)) * scale;
    detection.box.height = round_to_quarters(std::max(values[3], 1.0F)) * scale;
    detection.box.x = middle.x - detection.box.width / 2.0;
    detection.box.y = middle.y - detection.box.height / 2.0;
    return detection;
  }
};

/// The square around a mesh, upright by the eyes.
Window window_around(const std::vector<PixelPoint>& mesh) {
  Window window;
  window.right = direction(mesh[kRightEye], mesh[kLeftEye]);
  const auto along = [&](PixelPoint point) { return point.x * window.right.x + point.y * window.right.y; };
  const auto down = [&](PixelPoint point) { return point.y * window.right.x - point.x * window.right.y; };
  const auto [left, right] = std::ranges::minmax(mesh, {}, along);
  const auto [top, bottom] = std::ranges::minmax(mesh, {}, down);
  const double u = (along(left) + along(right)) / 2.0;
  const double v = (down(top) + down(bottom)) / 2.0;
  window.middle = {u * window.right.x - v * window.right.y, u * window.right.y + v * window.right.x};
  window.side = kMeshMargin * std::max(along(right) - along(left), down(bottom) - down(top));
  return window;
}

Box box_around(const std::vector<PixelPoint>& mesh) {
  const auto [left, right] = std::ranges::minmax(mesh, {}, &PixelPoint::x);
  const auto [top, bottom] = std::ranges::minmax(mesh, {}, &PixelPoint::y);
  return {{}, left.x, top.y, right.x - left.x, bottom.y - top.y};
}

std::vector<Face> find_faces(Pair& networks, const Pyramid& pyramid, const std::vector<Window>& windows) {
  std::vector<Detection> detections;
  for (const Window& window : windows) {
    for (Detection& detection : networks.detect(pyramid.cut(window, kDetectorSize, Beyond::black), window)) {
      if (!is_cut_off(detection.box, window, pyramid.image())) detections.push_back(std::move(detection));
    }
  }
  std::vector<Face> faces;
  for (const Detection& detection : best_of_each(std::move(detections))) {
    const Box& box = detection.box;
    Window window{{box.x + box.width / 2.0, box.y + box.height / 2.0},
                  kMeshMargin * std::max(box.width, box.height),
                  direction(detection.right_eye, detection.left_eye)};
    Face face{box, detection.score};
    bool is_sound = true;
    for (int round = 0; round < kMeshRounds; ++round) {
      std::tie(face.mesh, face.mesh_score) = networks.find_mesh(pyramid.cut(window, kMeshSize, Beyond::edge));
      is_sound = std::ranges::all_of(face.mesh, is_finite);
      if (!is_sound) break;
      for (PixelPoint& point : face.mesh) point = window.place(point.x / kMeshSize, point.y / kMeshSize);
      window = window_around(face.mesh);
    }
    if (!is_sound || !(face.mesh_score >= kLeastMeshScore)) continue;  // written so that NaN is none
    face.box = box_around(face.mesh);
    faces.push_back(std::move(face));
  }
  faces = best_of_each(std::move(faces));
  std::ranges::stable_sort(faces, std::ranges::greater{}, [](const Face& face) { return area(face.box); });
  return faces;
}

cv::dnn::Net read_network(const Bytes& file) {
  cv::dnn::Net net = cv::dnn::readNetFromONNX(reinterpret_cast<const char*>(file.data()), file.size());
  net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
  net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
  return net;
}

struct Output {
  const char* name;
  std::size_t values;
};

/// The file of a network that takes a picture of `size` pixels a side and gives these outputs. Throws UserError
/// otherwise.
Bytes load_network(const std::filesystem::path& path, int size, std::initializer_list<Output> outputs) {
  std::string problem;
  try {
    Bytes file = read_file(path, MediaLimits{});
    cv::dnn::Net net = read_network(file);
    const std::array<int, 4> shape{1, 3, size, size};
    net.setInput(cv::Mat(static_cast<int>(shape.size()), shape.data(), CV_32F, cv::Scalar(0.0)));
    for (const Output& output : outputs) {
      const std::size_t values = net.forward(output.name).total();
      if (values != output.values) {
        throw UserError("its output " + std::string(output.name) + " has " + std::to_string(values) + " values, not " +
                        std::to_string(output.values));
      }
    }
    return file;
  } catch (const ItemError& error) {
    throw UserError("face_model: " + std::string(error.what()) + "; samples/face-models makes such files");
  } catch (const UserError& error) {
    problem = error.what();
  } catch (const cv::Exception& error) {
    problem = error.err;
  }
  throw UserError("face_model: " + path.string() + " is not as samples/face-models makes it: " + problem);
}

}  // namespace

struct FaceLandmarks::Networks {
  Bytes detector_file;
  Bytes mesh_file;
  CopyPool<Pair> pool{[this] { return Pair{read_network(detector_file), read_network(mesh_file)}; }};
};

FaceLandmarks::FaceLandmarks(const std::filesystem::path& folder) : networks_(std::make_unique<Networks>()) {
  networks_->detector_file = load_network(folder / "blazeface.onnx", kDetectorSize,
                                          {{"boxes", std::size_t{kAnchors} * kBoxValues}, {"scores", kAnchors}});
  networks_->mesh_file =
      load_network(folder / "facemesh.onnx", kMeshSize, {{"mesh", 3 * kFaceMeshPoints}, {"face", 1}});
}

FaceLandmarks::~FaceLandmarks() = default;

std::vector<Face> FaceLandmarks::find(const Image& image) const {
  if (std::min(image.width, image.height) < kSmallestPicture) return {};
  const Pyramid pyramid(image);
  return networks_->pool.lend([&](Pair& networks) { return find_faces(networks, pyramid, search_windows(image)); });
}

}  // namespace fairground
