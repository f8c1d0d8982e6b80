#include "augmenters/audio/parts/shoebox_room.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "pipeline/core/plain.h"

namespace fairground {
namespace {

constexpr std::size_t kBands = kRoomBandsHz.size();

/// Directions of an eighth of the sphere, evenly spread; all others are mirrored ones.
const std::vector<Point>& directions() {
  static const std::vector<Point> instance = [] {
    constexpr int kSteps = 16;  // with which the first slope is Eyring's within 0.2 %
    std::vector<Point> all;
    for (int i = 0; i < kSteps; ++i) {
      const double z = (i + 0.5) / kSteps;
      const double across = std::sqrt(1.0 - z * z);
      for (int k = 0; k < kSteps; ++k) {
        const double turns = 0.25 * (k + 0.5) / kSteps;
        all.push_back({across * plain::cosine_of_turns(turns), across * plain::sine_of_turns(turns), z});
      }
    }
    return all;
  }();
  return instance;
}

/// By how many nepers energy falls in a metre of way, in each direction.
std::vector<double> losses(const Shoebox& room, std::size_t band, double wall_factor = 1.0) {
  const auto pair = [&](std::size_t axis, double length) {
    return wall_factor * 0.5 * (room.wall_nepers[2 * axis][band] + room.wall_nepers[2 * axis + 1][band]) / length;
  };
  const Point per_metre{pair(0, room.size.x), pair(1, room.size.y), pair(2, room.size.z)};
  std::vector<double> all;
  for (const Point& d : directions()) {
    all.push_back(d.x * per_metre.x + d.y * per_metre.y + d.z * per_metre.z + room.air_nepers_per_m[band]);
  }
  return all;
}

/// What is left of the energy after some way, and integrated from there on.
struct Energy {
  double here = 0.0;
  double behind = 0.0;
};

Energy energy_after(const std::vector<double>& losses, double metres) {
  Energy energy;
  for (const double loss : losses) {
    const double left = plain::exp(-std::min(loss * metres, 600.0));
    energy.here += left;
    energy.behind += left / loss;
  }
  return energy;
}

/// The way after which the energy behind has fallen by so much. Its logarithm falls ever more slowly, so that Newton's
/// steps from the start come ever nearer and never pass the place.
double way_to(const std::vector<double>& losses, double fall_db) {
  const double wanted = plain::log(energy_after(losses, 0.0).behind * plain::power_from_db(-fall_db));
  constexpr int kMostSteps = 100;
  constexpr double kSmall = 1e-10;
  double way = 0.0;
  for (int i = 0; i < kMostSteps; ++i) {
    const Energy energy = energy_after(losses, way);
    const double step = (plain::log(energy.behind) - wanted) * energy.behind / energy.here;
    way += step;
    if (step <= kSmall * way) {
      break;
    }
  }
  return way;
}

double decay_time_s(const std::vector<double>& losses) {
  return 3.0 * (way_to(losses, 25.0) - way_to(losses, 5.0)) / kSpeedOfSound;
}

}  // namespace

double distance(const Point& a, const Point& b) {
  const double x = a.x - b.x;
  const double y = a.y - b.y;
  const double z = a.z - b.z;
  return std::sqrt(x * x + y * y + z * z);
}

RoomBands air_absorption() {
  // ISO 9613-1:1993, equations 3 to 5, at its reference temperature and pressure.
  constexpr double kKelvin = 293.15;
  constexpr double kVapour = 50.0 * 0.023058;  // percent of molecules: humidity times the saturation pressure
  const double oxygen_hz = 24.0 + 4.04e4 * kVapour * (0.02 + kVapour) / (0.391 + kVapour);
  const double nitrogen_hz = 9.0 + 280.0 * kVapour;
  const double oxygen = 0.01275 * plain::exp(-2239.1 / kKelvin);
  const double nitrogen = 0.1068 * plain::exp(-3352.0 / kKelvin);
  RoomBands air;
  for (std::size_t b = 0; b < kBands; ++b) {
    const double f2 = kRoomBandsHz[b] * kRoomBandsHz[b];
    // The standard's factor 8.686 makes decibels of nepers of pressure; of energy there are twice as many.
    air[b] =
        2.0 * f2 * (1.84e-11 + oxygen / (oxygen_hz + f2 / oxygen_hz) + nitrogen / (nitrogen_hz + f2 / nitrogen_hz));
  }
  return air;
}

double reflected_energy(const Shoebox& room, std::size_t band, double metres) {
  const std::vector<double> all = losses(room, band);
  double sum = 0.0;
  for (const double loss : all) {
    sum += plain::exp(-std::min(loss * metres, 600.0));
  }
  return sum / static_cast<double>(all.size());
}

double decay_time_s(const Shoebox& room, std::size_t band) { return decay_time_s(losses(room, band)); }

void set_decay_time(Shoebox& room, double rt60_s) {
  for (std::size_t b = 0; b < kBands; ++b) {
    const double air_s =
        room.air_nepers_per_m[b] > 0.0 ? 6.0 * plain::kLn10 / (room.air_nepers_per_m[b] * kSpeedOfSound) : 1e9;
    double factor = 0.0;
    if (air_s > rt60_s) {
      // Rates of loss add up, but for the directions, which the later steps take into account.
      factor = 1.0;
      constexpr int kSteps = 4;
      for (int i = 0; i < kSteps; ++i) {
        const double now_s = decay_time_s(losses(room, b, factor));
        factor *= (1.0 / rt60_s - 1.0 / air_s) / (1.0 / now_s - 1.0 / air_s);
      }
    }
    for (RoomBands& wall : room.wall_nepers) {
      wall[b] *= factor;
    }
  }
}

double way_to_fall_m(const Shoebox& room, std::size_t band, double fall_db) {
  return way_to(losses(room, band), fall_db);
}

}  // namespace fairground
