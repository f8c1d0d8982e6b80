// Manifests in CSV, the cells in them, and curves, which are CSV too.
#include "tests/fuzz/manifest_checks.h"

namespace fairground {
namespace {

void check_curve(std::span<const std::byte> bytes) {
  try {
    const std::vector<GainPoint> points = parse_response_curve(bytes, "fuzz.csv");
    require(points.size() >= 2, "a curve has two points at least");
    double before = 0.0;
    for (const GainPoint& point : points) {
      require(point.hz > before && point.db >= -60.0 && point.db <= 60.0, "frequencies ascend, and gains are sane");
      before = point.hz;
    }
  } catch (const UserError& error) {
    require_good_messages(error, "fuzz.csv");
  }
}

}  // namespace
}  // namespace fairground

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fairground;
  check_manifest(text_of(data, size), "fuzz.csv");
  check_curve(bytes_of(data, size));
  return 0;
}
