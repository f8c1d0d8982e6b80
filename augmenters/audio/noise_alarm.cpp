// The alarms of medical equipment, by priority.
//
// IEC 60601-1-8 (2006 with amendments to 2020), tables 3 and 4, as application notes quote them (NXP AN10875; PUI
// Audio): bursts of 10 pulses for high priority (3, a longer pause, 2, and the same again), 3 for medium, 1 or 2
// for low; each with a fundamental of 150 to 1000 Hz and at least four components from 300 to 4000 Hz within 15 dB
// of it. Durations and spacings are taken from where a pulse reaches nine tenths of its height, rise and fall from a
// tenth to nine tenths.
//
// The tones of named devices are those that were measured in a neonatal ward (PLoS ONE 15, 2020, e0235287, table 1), in
// falling strength; by how much it falls is empirical. Those of syringe and infusion pumps, at 2 kHz and more, and of
// some monitors lie outside the standard's range, as real devices' do. A pulse oximeter beeps with the heart and not by
// priority; its pitch follows the saturation, 5 Hz for each percent up to 662 Hz, as with common monitors (empirical).

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "augmenters/audio/parts/events.h"
#include "augmenters/audio/parts/noise_level.h"
#include "augmenters/augmenter.h"
#include "pipeline/core/plain.h"

namespace fairground {
namespace {

enum class Priority { high, medium, low };
enum class Device { standard, patient_monitor, infusion_pump, syringe_pump, ventilator, pulse_oximeter };

struct NoiseAlarm : NoiseLevel {
  Priority priority = Priority::high;
  std::int64_t low_pulses = 2;
  Device device = Device::standard;
  std::optional<double> tone_hz;
  std::optional<double> pulse_ms;
  std::optional<double> spacing_ms;
  std::optional<double> interval_s;
  std::optional<double> first_event_s;
  double saturation = 98.0;
  double heart_bpm = 80.0;
};

const ParameterTable<NoiseAlarm>& table() {
  using P = NoiseAlarm;
  static const auto instance =
      noise_level_table<P>()
          .choice("priority", &P::priority,
                  {{"high", Priority::high}, {"medium", Priority::medium}, {"low", Priority::low}},
                  "How urgent the alarm is: bursts of 10, 3 or 2 pulses.")
          .integer("low_pulses", &P::low_pulses, "", {1.0, 2.0},
                   "Pulses in a burst of low priority, for which the standard allows one or two.")
          .choice("device", &P::device,
                  {{"standard", Device::standard},
                   {"patient_monitor", Device::patient_monitor},
                   {"infusion_pump", Device::infusion_pump},
                   {"syringe_pump", Device::syringe_pump},
                   {"ventilator", Device::ventilator},
                   {"pulse_oximeter", Device::pulse_oximeter}},
                  "Whose tones: those of the standard, or as measured on a device, some of which lie outside it.")
          .number("tone_hz", &P::tone_hz, "Hz", {150.0, 1000.0},
                  "Fundamental of the pulses; for `device: standard` only, there 523 Hz by default.")
          .number("pulse_ms", &P::pulse_ms, "ms", {75.0, 250.0},
                  "Duration of a pulse; by default 120 for high priority (75 to 200), else 180 (125 to 250).")
          .number("spacing_ms", &P::spacing_ms, "ms", {50.0, 250.0},
                  "From pulse to pulse; by default 80 for high priority (50 to 125), else 180 (125 to 250).")
          .number("interval_s", &P::interval_s, "s", {2.5, 120.0},
                  "From burst to burst; by default 4 for high priority (up to 15), 8 for medium (up to 30), 20 for low "
                  "(15 or more).")
          .number("first_event_s", &P::first_event_s, "s", {0.0, 60.0},
                  "Onset of the first pulse; by default drawn from 0 to 0.5.")
          .number("saturation", &P::saturation, "%", {50.0, 100.0},
                  "Oxygen saturation, which a pulse oximeter's pitch follows.")
          .number("heart_bpm", &P::heart_bpm, "/min", {30.0, 220.0}, "How often a pulse oximeter beeps.");
  return instance;
}

/// The ends between which a setting lies; empty if it is not given.
std::optional<Range> given_range(const Setting& setting) {
  if (const auto* range = std::get_if<Range>(&setting)) {
    return *range;
  }
  if (const auto* number = std::get_if<double>(&setting)) {
    return Range{*number, *number};
  }
  return std::nullopt;
}

/// The standard's ranges hang on the priority.
std::string check(const std::vector<Setting>& settings) {
  std::string fault = check_noise_level(settings);
  if (!fault.empty()) {
    return fault;
  }
  const auto setting = [&](const std::string& name) -> const Setting& {
    std::size_t i = 0;
    while (table().specs()[i].name != name) {
      ++i;
    }
    return settings[i];
  };
  const std::string priority = std::get<std::string>(setting("priority"));
  const std::string device = std::get<std::string>(setting("device"));
  if (device != "standard" && given_range(setting("tone_hz"))) {
    return "`tone_hz` is for `device: standard`; a " + device + " has tones of its own";
  }
  if (std::get<std::int64_t>(setting("low_pulses")) == 1 && (priority != "low" || device == "pulse_oximeter")) {
    return "`low_pulses` is for alarms of low priority";
  }
  if (device == "pulse_oximeter") {
    for (const char* name : {"pulse_ms", "spacing_ms", "interval_s"}) {
      if (given_range(setting(name))) {
        return "`" + std::string(name) + "` does not go with `device: pulse_oximeter`, which beeps with the heart";
      }
    }
    return "";
  }
  const bool high = priority == "high";
  const auto outside = [&](const char* name, double low, double most, const char* words) -> std::string {
    const auto range = given_range(setting(name));
    return range && (range->low < low || range->high > most)
               ? "`" + std::string(name) + "` for " + priority + " priority is " + words + " (IEC 60601-1-8)"
               : std::string();
  };
  for (std::string found :
       {outside("pulse_ms", high ? 75.0 : 125.0, high ? 200.0 : 250.0, high ? "75 to 200 ms" : "125 to 250 ms"),
        outside("spacing_ms", high ? 50.0 : 125.0, high ? 125.0 : 250.0, high ? "50 to 125 ms" : "125 to 250 ms"),
        priority == "low" ? outside("interval_s", 15.0, 120.0, "15 s or more")
                          : outside("interval_s", 2.5, high ? 15.0 : 30.0, high ? "2.5 to 15 s" : "2.5 to 30 s")}) {
    if (!found.empty()) {
      return found;
    }
  }
  const double longest = given_range(setting("pulse_ms")).value_or(Range{0.0, high ? 120.0 : 180.0}).high;
  const double closest = given_range(setting("spacing_ms")).value_or(Range{high ? 80.0 : 180.0, 0.0}).low;
  if (0.3 * longest > closest) {
    return "a pulse's rise and fall, 15 % of its duration each, must fit into `spacing_ms`; make the pulses shorter or "
           "their spacing longer";
  }
  return "";
}

struct Partial {
  double hz = 0.0;
  double db = 0.0;
};

constexpr double kStandardHz = 523.25;
constexpr double kHighestComponentHz = 4000.0;
constexpr int kMostComponents = 8;
constexpr double kDbOfComponent = -1.5;  // each against the one before it; the eighth is 10.5 dB below the first
constexpr double kDbOfDevicePartial = -4.0;

std::vector<Partial> falling(const std::vector<double>& tones_hz) {
  std::vector<Partial> partials;
  for (const double hz : tones_hz) {
    partials.push_back({hz, kDbOfDevicePartial * static_cast<double>(partials.size())});
  }
  return partials;
}

std::vector<Partial> partials_of(const NoiseAlarm& p) {
  const bool high = p.priority == Priority::high;
  switch (p.device) {
    case Device::patient_monitor:
      return falling(high ? std::vector<double>{960, 2880} : std::vector<double>{1440, 480, 960, 1920});
    case Device::infusion_pump:
      return falling(high ? std::vector<double>{2200, 550, 1100, 1650} : std::vector<double>{2002, 3003, 1001});
    case Device::syringe_pump:
      return falling({high ? 2745.0 : 2761.0});
    case Device::ventilator:
      return falling({384, 1173, 783});
    case Device::pulse_oximeter:
      return {{162.0 + 5.0 * p.saturation, 0.0}, {2.0 * (162.0 + 5.0 * p.saturation), -10.0}};
    case Device::standard:
      break;
  }
  const double fundamental = p.tone_hz.value_or(kStandardHz);
  std::vector<Partial> partials;
  for (int k = 1; k <= kMostComponents && k * fundamental <= kHighestComponentHz; ++k) {
    partials.push_back({k * fundamental, kDbOfComponent * (k - 1)});
  }
  return partials;
}

/// All times in seconds, from nine tenths of the height to nine tenths.
struct Timing {
  double pulse = 0.0;
  double interval = 0.0;       ///< from the end of a burst to the next
  std::vector<double> onsets;  ///< in a burst, from its first pulse
};

Timing timing_of(const NoiseAlarm& p) {
  Timing timing;
  if (p.device == Device::pulse_oximeter) {
    timing = {0.040, 60.0 / p.heart_bpm - 0.040, {0.0}};
    return timing;
  }
  const bool high = p.priority == Priority::high;
  timing.pulse = p.pulse_ms.value_or(high ? 120.0 : 180.0) / 1000.0;
  const double spacing = p.spacing_ms.value_or(high ? 80.0 : 180.0) / 1000.0;
  timing.interval = p.interval_s.value_or(high ? 4.0 : p.priority == Priority::medium ? 8.0 : 20.0);
  // The pauses before each pulse but the first. A pulse is left out between the third and the fourth of high priority.
  constexpr double kHalfway = 0.7;
  const double longer = 2.0 * spacing + timing.pulse;
  std::vector<double> pauses;
  if (p.priority == Priority::low && p.low_pulses == 2) {
    pauses = {spacing};
  } else if (p.priority == Priority::medium) {
    pauses = {spacing, spacing};
  } else if (high) {
    pauses = {spacing, spacing, longer, spacing, kHalfway, spacing, spacing, longer, spacing};
  }
  timing.onsets = {0.0};
  for (const double pause : pauses) {
    timing.onsets.push_back(timing.onsets.back() + timing.pulse + pause);
  }
  return timing;
}

constexpr double kRise = 0.15;         // of the duration, from a tenth to nine tenths
constexpr double kRamp = kRise / 0.8;  // from nothing to the full height

/// Linear ramps, of which the tenths at the top lie within the duration and the others outside.
std::vector<float> pulse_of(const std::vector<Partial>& partials, double duration_s, int rate) {
  const double ramp_s = kRamp * duration_s;
  const double length_s = duration_s + 2.0 * 0.9 * ramp_s;
  std::vector<float> pulse(static_cast<std::size_t>(std::ceil(length_s * rate)));
  for (std::size_t i = 0; i < pulse.size(); ++i) {
    const double at = static_cast<double>(i) / rate;
    const double height = std::clamp(std::min(at, length_s - at) / ramp_s, 0.0, 1.0);
    double sum = 0.0;
    for (const Partial& partial : partials) {
      if (partial.hz < 0.48 * rate) {
        sum += plain::amplitude_from_db(partial.db) * plain::sine_of_turns(partial.hz * at);
      }
    }
    pulse[i] = static_cast<float>(height * sum);
  }
  return pulse;
}

void make(NoiseSound& sound, const NoiseAlarm& p, const StepRandom& random) {
  const int rate = sound.signal.sample_rate;
  const Timing timing = timing_of(p);
  const std::vector<float> pulse = pulse_of(partials_of(p), timing.pulse, rate);
  sound.active = Audio(rate, 1, 0);
  sound.active.samples = pulse;
  const std::string label = p.device == Device::pulse_oximeter ? "beep" : "alarm pulse";
  const double length_s = static_cast<double>(pulse.size()) / rate;
  const double burst_s = timing.onsets.back() + timing.pulse + timing.interval;
  const double first_s = first_onset_s(p.first_event_s, random);
  for (std::size_t burst = 0; burst == 0 || first_s + static_cast<double>(burst) * burst_s < sound.signal.seconds();
       ++burst) {
    for (const double onset : timing.onsets) {
      const double start_s = first_s + static_cast<double>(burst) * burst_s + onset;
      if (sound.events.empty() || start_s < sound.signal.seconds()) {
        add_event(sound, {label, start_s, start_s + length_s}, pulse);
      }
    }
  }
}

const Registration registration(noise_augmenter<NoiseAlarm>(
    {
        .name = "noise.alarm",
        .summary = "Alarms of medical equipment by priority, in bursts of pulses, and the beeps of a pulse oximeter.",
        .source = "IEC 60601-1-8, tables 3 and 4 (pulses and bursts); PLoS ONE 15, 2020, e0235287 (devices' tones)",
        .media = Media::audio,
        .stage = Stage::scene,
        .version = 1,
        .identity = "none: every level adds noise",
        .labels = "keeps all labels; each pulse is an event",
        .claim = "Durations, rises, spacings and intervals, found in the envelope, are within IEC 60601-1-8 to a "
                 "period of the tone, and four components or more from 300 to 4000 Hz are within 15 dB of the "
                 "fundamental. Devices' tones are within 1 % of those published.",
        .limits = "By how much the tones of a device fall in strength is empirical, and so is how an oximeter's pitch "
                  "follows the saturation.",
        .example = "high: [{noise.alarm: {priority: high, first_event_s: 0.2, snr_db: 0}}]\n"
                   "low: [{noise.alarm: {priority: low, first_event_s: 0.2, snr_db: 0}}]\n"
                   "infusion_pump: [{noise.alarm: {device: infusion_pump, first_event_s: 0.2, snr_db: 0}}]\n",
        .check = check,
    },
    table(), make));

}  // namespace
}  // namespace fairground
