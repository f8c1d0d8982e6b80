// The cascades see 8-bit codes, of which OpenCV resizes and sums with whole numbers; only the windows' sums over
// features are in floating point.

#include "pipeline/measure/face_cascade.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>
#include <string>

#include "pipeline/core/error.h"
#include "pipeline/measure/copy_pool.h"
#include "pipeline/media/bytes.h"
#include "pipeline/media/image_file.h"

namespace fairground {
namespace {

// How OpenCV's documentation has it.
constexpr double kScaleStep = 1.1;
constexpr int kFewestNeighbours = 3;

// Empirical: larger pictures are halved until they are no longer than this, and faces then have so many pixels.
constexpr int kLongestSide = 2000;
constexpr int kSmallestFace = 40;

// Eyes are looked for in the upper part of a box, brought to one size, since their cascade sees none below 20 pixels. A
// single window that passes is enough: with three, the faces behind glasses were lost. So all 105 faces had an eye that
// landmarks confirmed, and 18 % of squares anywhere in three photographs without people. Half a face must not be an
// eye.
constexpr int kFewestEyeNeighbours = 1;
constexpr int kEyesWidth = 200;
constexpr int kEyesHeight = 120;
constexpr int kSmallestEye = 25;
constexpr int kLargestEye = 100;

// The cascade's last stage passes what sums up to more than this. Faces that landmarks confirmed had 1 to 4 more, and
// what this sum exceeds by 1 scores one half.
constexpr double kLastThreshold = 53.7556;

// From the cascade's square to the box around a face's landmarks, in the square's sides: medians over the same 105
// faces, of which the middle 80 % lie within 0.1 of them.
constexpr double kWidth = 0.90;
constexpr double kHeight = 0.95;
constexpr double kLower = 0.05;

struct Classifiers {
  cv::CascadeClassifier face;
  cv::CascadeClassifier eye;
};

/// Grey codes of 8 bits that reach from 0 to 255, and how many of the picture's pixels make one of theirs.
struct Grey {
  cv::Mat codes;
  double scale = 1.0;
};

/// The darkest thousandth of the codes becomes black and the brightest white, since the cascade finds no faces in the
/// dark. Equalising the histogram does that too, but takes the contrast from a face before a plain wall.
void stretch(cv::Mat& codes) {
  std::array<std::int64_t, 256> counts{};
  for (int y = 0; y < codes.rows; ++y) {
    const std::uint8_t* row = codes.ptr<std::uint8_t>(y);
    for (int x = 0; x < codes.cols; ++x) ++counts[row[x]];
  }
  const std::int64_t beyond = static_cast<std::int64_t>(codes.total() / 1000);
  const auto end = [&](std::size_t code, std::size_t step) {  // which wraps around to count downwards
    for (std::int64_t passed = counts[code]; passed <= beyond; passed += counts[code]) code += step;
    return static_cast<int>(code);
  };
  const int dark = end(0, 1);
  const int bright = end(255, static_cast<std::size_t>(-1));
  if (bright <= dark) return;
  cv::Mat table(1, 256, CV_8U);
  for (int code = 0; code < 256; ++code) {
    const int stretched = (code - dark) * 255 / (bright - dark);
    table.at<std::uint8_t>(code) = static_cast<std::uint8_t>(std::clamp(stretched, 0, 255));
  }
  cv::LUT(codes, table, codes);
}

Grey grey_of(const Image& image) {
  Grey grey{cv::Mat(image.height, image.width, CV_8U)};
  Image line;
  line.width = image.width;
  line.height = 1;
  line.channels = image.channels;
  for (int y = 0; y < image.height; ++y) {
    const std::span<const float> row = image.row(y);
    line.samples.assign(row.begin(), row.end());
    Raster raster = make_raster(line, /*bits=*/8);
    put_row(line.row(0), raster);
    if (image.channels == 3) {
      cv::cvtColor(raster.codes, grey.codes.row(y), cv::COLOR_BGR2GRAY);
    } else {
      raster.codes.copyTo(grey.codes.row(y));
    }
  }
  while (std::max(grey.codes.cols, grey.codes.rows) > kLongestSide && std::min(grey.codes.cols, grey.codes.rows) > 1) {
    const cv::Size size(grey.codes.cols / 2, grey.codes.rows / 2);
    cv::Mat smaller;
    cv::resize(grey.codes(cv::Rect({}, size * 2)), smaller, size, 0.0, 0.0, cv::INTER_AREA);
    grey = {smaller, 2.0 * grey.scale};
  }
  stretch(grey.codes);
  return grey;
}

bool has_eyes(Classifiers& classifiers, const cv::Mat& face) {
  cv::Mat upper;
  const cv::Rect part(0, 0, face.cols, face.rows * kEyesHeight / kEyesWidth);
  cv::resize(face(part), upper, {kEyesWidth, kEyesHeight}, 0.0, 0.0, cv::INTER_LINEAR_EXACT);
  std::vector<cv::Rect> eyes;
  classifiers.eye.detectMultiScale(upper, eyes, kScaleStep, kFewestEyeNeighbours, 0, {kSmallestEye, kSmallestEye},
                                   {kLargestEye, kLargestEye});
  return !eyes.empty();
}

std::vector<Face> find_faces(Classifiers& classifiers, const Grey& grey) {
  std::vector<cv::Rect> squares;
  std::vector<int> stages;
  std::vector<double> sums;
  classifiers.face.detectMultiScale(grey.codes, squares, stages, sums, kScaleStep, kFewestNeighbours, 0,
                                    {kSmallestFace, kSmallestFace}, {}, /*outputRejectLevels=*/true);
  std::vector<Face> faces;
  for (std::size_t i = 0; i < squares.size(); ++i) {
    // OpenCV also tells of what failed in one of the last stages.
    const double beyond = sums[i] - kLastThreshold;
    if (beyond <= 0.0 || !has_eyes(classifiers, grey.codes(squares[i]))) continue;
    const double side = squares[i].width * grey.scale;
    const double x = (squares[i].x + squares[i].width / 2.0) * grey.scale;
    const double y = (squares[i].y + squares[i].height / 2.0) * grey.scale + kLower * side;
    const double score = std::floor(100.0 * beyond / (beyond + 1.0) + 0.5) / 100.0;  // as landmarks have it
    faces.push_back({{{}, x - kWidth * side / 2.0, y - kHeight * side / 2.0, kWidth * side, kHeight * side}, score});
  }
  std::ranges::stable_sort(faces, [](const Face& a, const Face& b) { return a.box.width > b.box.width; });
  return faces;
}

/// Throws UserError where the file is no cascade.
cv::CascadeClassifier read_cascade(const Bytes& file) {
  const std::string text(reinterpret_cast<const char*>(file.data()), file.size());
  const cv::FileStorage storage(text, cv::FileStorage::READ | cv::FileStorage::MEMORY);
  cv::CascadeClassifier classifier;
  if (!classifier.read(storage.getFirstTopLevelNode())) {
    throw UserError("it holds no cascade");
  }
  return classifier;
}

Bytes load_cascade(const std::filesystem::path& path) {
  std::string problem;
  try {
    Bytes file = read_file(path, MediaLimits{});
    static_cast<void>(read_cascade(file));
    return file;
  } catch (const ItemError& error) {
    throw UserError("face_cascades: " + std::string(error.what()) + "; Debian's package opencv-data has such files");
  } catch (const UserError& error) {
    problem = error.what();
  } catch (const cv::Exception& error) {
    problem = error.err;
  }
  throw UserError("face_cascades: " + path.string() + " is not a cascade for OpenCV: " + problem);
}

}  // namespace

struct FaceCascade::Cascades {
  Bytes face_file;
  Bytes eye_file;
  CopyPool<Classifiers> pool{[this] { return Classifiers{read_cascade(face_file), read_cascade(eye_file)}; }};
};

FaceCascade::FaceCascade(const std::filesystem::path& folder) : cascades_(std::make_unique<Cascades>()) {
  cascades_->face_file = load_cascade(folder / "haarcascade_frontalface_alt2.xml");
  cascades_->eye_file = load_cascade(folder / "haarcascade_eye.xml");
}

FaceCascade::~FaceCascade() = default;

std::vector<Face> FaceCascade::find(const Image& image) const {
  const Grey grey = grey_of(image);
  return cascades_->pool.lend([&](Classifiers& classifiers) { return find_faces(classifiers, grey); });
}

}  // namespace fairground
