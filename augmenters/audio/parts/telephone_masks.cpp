#include "augmenters/audio/parts/telephone_masks.h"

#include <algorithm>
#include <array>

#include "pipeline/core/plain.h"

namespace fairground {
namespace {

// ITU-T P.48 and P.830, annex D, as the manual of ITU-T G.191's software tool library has them (rate.tex).
constexpr std::array<GainPoint, 24> kIrsSend{{{100, -45.8},  {125, -36.1},  {160, -25.6},  {200, -19.2}, {250, -14.3},
                                              {300, -11.3},  {315, -10.8},  {400, -8.4},   {500, -6.9},  {600, -6.3},
                                              {630, -6.1},   {800, -4.9},   {1000, -3.7},  {1250, -2.3}, {1600, -0.6},
                                              {2000, 0.3},   {2500, 1.8},   {3000, 1.5},   {3150, 1.8},  {3500, -7.3},
                                              {4000, -37.2}, {5000, -52.2}, {6300, -73.6}, {8000, -90.0}}};
constexpr std::array<GainPoint, 24> kIrsReceive{
    {{100, -27.2}, {125, -18.8}, {160, -10.8},  {200, -2.7},   {250, 2.7},    {300, 6.4},
     {315, 7.2},   {400, 9.9},   {500, 11.3},   {600, 11.8},   {630, 11.9},   {800, 12.3},
     {1000, 12.6}, {1250, 12.5}, {1600, 13.0},  {2000, 13.1},  {2500, 13.1},  {3000, 12.5},
     {3150, 12.6}, {3500, 3.9},  {4000, -31.6}, {5000, -54.9}, {6300, -67.5}, {8000, -90.0}}};
constexpr std::array<GainPoint, 24> kModifiedIrsSend{
    {{100, -31.7}, {125, -24.7}, {160, -17.2}, {200, -13.3}, {250, -10.3}, {300, -8.5},  {315, -8.3},   {400, -7.0},
     {500, -6.3},  {600, -6.0},  {630, -5.9},  {800, -4.9},  {1000, -3.7}, {1250, -2.3}, {1600, -0.5},  {2000, 0.1},
     {2500, 1.3},  {3000, 2.0},  {3150, 2.1},  {3500, -0.3}, {4000, -3.5}, {5000, -9.0}, {6300, -23.0}, {8000, -40.0}}};
// The table ends at 5 kHz; what follows goes on along its last slope.
constexpr std::array<GainPoint, 23> kModifiedIrsReceive{
    {{100, -13.4}, {125, -7.4},  {160, -2.4},  {200, 3.2},   {250, 6.7},   {300, 9.2},    {315, 9.7},   {400, 11.3},
     {500, 11.9},  {600, 12.1},  {630, 12.1},  {800, 12.3},  {1000, 12.6}, {1250, 12.5},  {1600, 13.1}, {2000, 12.9},
     {2500, 12.6}, {3000, 13.0}, {3150, 12.9}, {3500, 10.9}, {4000, 2.1},  {5000, -11.7}, {8000, -40.8}}};
// Measured on the library's 592 taps for 16 kHz, at -0.3 to 0.3 dB from 70 to 6700 Hz. It lies within the mask of 3GPP
// TS 26.131, table 13, for sending in wideband.
constexpr std::array<GainPoint, 6> kP341{
    {{20, -23.9}, {50, -2.6}, {70, 0.0}, {6700, 0.0}, {7000, -3.2}, {7300, -68.0}}};
// Computed from the library's 185 taps (fir-msin.c).
constexpr std::array<GainPoint, 14> kMobileInput{{{20, -40.4},
                                                  {31.5, -33.0},
                                                  {40, -29.0},
                                                  {50, -25.1},
                                                  {63, -21.1},
                                                  {80, -17.0},
                                                  {100, -13.1},
                                                  {125, -9.4},
                                                  {160, -5.6},
                                                  {200, -2.7},
                                                  {250, -0.8},
                                                  {300, -0.1},
                                                  {400, 0.0},
                                                  {8000, 0.0}}};

constexpr double kReachS = 1.0 / 24.0;

/// Beyond the outermost points along the outermost slopes.
double extended_db(std::span<const GainPoint> points, double hz) {
  const auto along = [hz](const GainPoint& from, const GainPoint& to) {
    return from.db + (to.db - from.db) * plain::log(hz / from.hz) / plain::log(to.hz / from.hz);
  };
  if (hz < points.front().hz) {
    return along(points[0], points[1]);
  }
  return hz > points.back().hz ? along(points[points.size() - 2], points.back()) : interpolated_db(points, hz);
}

}  // namespace

std::span<const GainPoint> telephone_mask(TelephoneMask mask) {
  switch (mask) {
    case TelephoneMask::irs_send:
      return kIrsSend;
    case TelephoneMask::irs_receive:
      return kIrsReceive;
    case TelephoneMask::modified_irs_send:
      return kModifiedIrsSend;
    case TelephoneMask::modified_irs_receive:
      return kModifiedIrsReceive;
    case TelephoneMask::p341:
      return kP341;
    case TelephoneMask::mobile_input:
      return kMobileInput;
  }
  return {};
}

DeviceFilter mask_filter(TelephoneMask mask, int sample_rate, const GainCurve& deviation_db) {
  const std::span<const GainPoint> points = telephone_mask(mask);
  const double reference_db = interpolated_db(points, 1000.0);
  const auto gain_db = [&](double hz) { return extended_db(points, hz) - reference_db + deviation_db(hz); };
  const std::size_t reach = std::min((ShortFilter::kMostTaps - 1) / 2, static_cast<std::size_t>(kReachS * sample_rate));
  return {zero_phase_taps(sample_rate, gain_db, reach), reach};
}

}  // namespace fairground
