#include "augmenters/image/parts/places.h"

#include <algorithm>
#include <array>

namespace fairground {
namespace {

// Where the figures come from. Directions, softness and ambient shares are empirical throughout, except that the sun is
// seen under 0.53 degrees, which is a softness of 0.003.
//   candle: one candela, as a candle has by the unit's origin, at 0.3 m; its colour is empirical.
//   tungsten_home: the colour that lamps for homes are sold with, and 100 lx, both empirical.
//   fluorescent_office: 500 lx for reading and typing (EN 12464-1:2002); the colour of CIE illuminant F2 (CIE 15:2004);
//     flicker of a tube without an electronic ballast, empirical.
//   hospital_corridor: 200 lx by day (EN 12464-1:2002, corridors in health care); 4000 K is empirical.
//   street_at_night: 7.5 lx (EN 13201-2:2015, class P3); a sodium lamp, CIE illuminant HP1 (CIE 15:2004).
//   overcast: 10,000 lx is empirical; the colour of CIE illuminant D65.
//   noon_sun: 80,000 lx is empirical; the colour of CIE illuminant D55.
//   shade: 5000 lx and 8000 K are empirical.
//   car_interior: 1500 lx and the green of its panes are empirical.
constexpr std::array<Place, 9> kPlaces{{
    {"candle", 11.0, 1900.0, 0.0, 60.0, -10.0, 0.05, 0.1, 0.0, "11 lx, 1900 K, from a little below"},
    {"tungsten_home", 100.0, 2700.0, 0.0, 70.0, 35.0, 0.25, 0.35, 0.0, "100 lx, 2700 K, a lamp with a shade"},
    {"fluorescent_office", 500.0, 4230.0, 0.0018, 30.0, 70.0, 0.5, 0.5, 0.35,
     "500 lx, 4230 K, tubes on the ceiling that flicker"},
    {"hospital_corridor", 200.0, 4000.0, 0.0, 20.0, 75.0, 0.4, 0.4, 0.0, "200 lx, 4000 K, from the ceiling"},
    {"street_at_night", 7.5, 1959.0, 0.0008, 70.0, 55.0, 0.05, 0.15, 0.0, "7.5 lx, 1959 K, a sodium lamp above"},
    {"overcast", 10000.0, 6504.0, 0.0, 30.0, 65.0, 1.0, 0.4, 0.0, "10,000 lx, 6504 K, all of the sky"},
    {"noon_sun", 80000.0, 5503.0, 0.0, 60.0, 60.0, 0.003, 0.2, 0.0, "80,000 lx, 5503 K, hard from above"},
    {"shade", 5000.0, 8000.0, 0.0, 40.0, 60.0, 0.9, 0.4, 0.0, "5000 lx, 8000 K, blue sky without sun"},
    {"car_interior", 1500.0, 6000.0, 0.004, 75.0, 20.0, 0.5, 0.3, 0.0, "1500 lx, 6000 K, through tinted side windows"},
}};

}  // namespace

std::span<const Place> places() { return kPlaces; }

const Place& place_of(const std::string& name) {
  return *std::ranges::find_if(kPlaces, [&](const Place& place) { return place.name == name; });
}

}  // namespace fairground
