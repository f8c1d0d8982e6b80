#include "augmenters/audio/parts/microphone_profiles.h"

#include <cmath>

#include "pipeline/core/plain.h"

namespace fairground {
namespace {

constexpr std::string_view kEmpirical = "empirical";
constexpr std::string_view kTlm193 = "Neumann, TLM 193 operating instructions, p. 4";
constexpr std::string_view kInmp441 = "InvenSense, INMP441 data sheet DS-INMP441-00, rev. 1.1, table 1";
constexpr std::string_view kIm69d127 = "Infineon IM69D127, as in EE Times Europe Magazine, June 2021, p. 9";
constexpr std::string_view kIm69d130 = "Infineon IM69D130, as in Arduino's Nicla Voice data sheet";
constexpr std::string_view kMp34dt05 = "ST, MP34DT05-A figures in user manual STEBCN2V1, p. 19";
constexpr std::string_view kSpm0410 = "Knowles, SPM0410HR5H-PB data sheet, rev. C, section 4";
constexpr std::string_view kNokiaN95 =
    "a thesis that measured phones in thirds of an octave: Nokia N95 (1library z313v48y)";
constexpr std::string_view kAcousticsToday = "Acoustics Today, summer 2017, p. 14 (iPhone before iOS 6)";
constexpr std::string_view kAndroid = "Android compatibility definition, 5.11 (16 bits)";
constexpr std::string_view kWindows = "Windows Logo Program requirement B3.1.4.13 (100 Hz to 10 kHz within 3 dB)";
constexpr std::string_view kRealtek = "Realtek, AI voice front end hardware requirements";
constexpr std::string_view kChasin = "Chasin, hearinghealthmatters.org, 2012 and 2015";
constexpr std::string_view kChest = "peak and dip where DPA has them (Brixen, AVL, 2021); their sizes are empirical";

std::vector<MicrophoneModel> make_models() {
  using Profile = MicrophoneProfile;
  return {
      {.profile = Profile::studio,
       .name = "studio",
       .self_noise_dba = {10.0, kTlm193},
       .overload_db_spl = {145.0, "empirical: 0.5 % at 140 dB (Neumann, TLM 193), and 5 dB more for 10 %"},
       .low_cut_hz = {20.0, kTlm193},
       .low_cut_order = {1.0, kEmpirical},
       .resonance_hz = {0.0, kEmpirical},
       .resonance_db = {0.0, kEmpirical},
       .bits = {24.0, kEmpirical},
       .sensitivity_db = {1.0, kTlm193},
       .spread_db = {0.2, kEmpirical},
       .shape = {{4000, 0}, {6000, 2}, {10000, 4}, {15000, 3}, {20000, -2}},
       .shape_source = kEmpirical},
      {.profile = Profile::headset,
       .name = "headset",
       .self_noise_dba = {34.0, kEmpirical},
       .overload_db_spl = {115.0, kEmpirical},
       .low_cut_hz = {100.0, kWindows},
       .low_cut_order = {2.0, kEmpirical},
       .resonance_hz = {7000.0, kEmpirical},
       .resonance_db = {3.0, kEmpirical},
       .bits = {16.0, kEmpirical},
       .sensitivity_db = {3.0, kEmpirical},
       .spread_db = {0.7, kEmpirical},
       .shape = {{200, 5}, {800, 0}, {3000, 2}, {7000, 2}, {14000, -5}},
       .shape_source = "empirical: a voice from near by is raised at low frequencies"},
      {.profile = Profile::laptop,
       .name = "laptop",
       .self_noise_dba = {33.0, kInmp441},
       .overload_db_spl = {120.0, kInmp441},
       .low_cut_hz = {120.0, "empirical: 60 Hz of an INMP441, and a cut against the fan"},
       .low_cut_order = {1.0, kEmpirical},
       .resonance_hz = {12000.0, kEmpirical},
       .resonance_db = {6.0, kEmpirical},
       .bits = {16.0, kEmpirical},
       .sensitivity_db = {3.0, kInmp441},
       .spread_db = {0.7, kEmpirical},
       .shape = {{1000, 0}, {2500, -3}, {5000, -1}, {12000, 1}},
       .shape_source = "empirical: the lid's reflection takes some off between 2 and 4 kHz"},
      {.profile = Profile::flagship_phone,
       .name = "flagship_phone",
       .self_noise_dba = {25.0, kIm69d127},
       .overload_db_spl = {127.0, kIm69d127},
       .low_cut_hz = {90.0, "empirical: 28 Hz of an IM69D130, and the phone's own cut"},
       .low_cut_order = {2.0, kEmpirical},
       .resonance_hz = {14000.0, kEmpirical},
       .resonance_db = {5.0, kEmpirical},
       .bits = {16.0, kAndroid},
       .sensitivity_db = {1.0, kIm69d130},
       .spread_db = {0.3, kEmpirical},
       .shape = {{1000, 0}, {8000, 0}},
       .shape_source = kEmpirical},
      {.profile = Profile::budget_phone,
       .name = "budget_phone",
       .self_noise_dba = {30.0, kMp34dt05},
       .overload_db_spl = {122.5, kMp34dt05},
       .low_cut_hz = {100.0, kEmpirical},
       .low_cut_order = {2.0, kEmpirical},
       .resonance_hz = {9000.0, kEmpirical},
       .resonance_db = {8.0, kEmpirical},
       .bits = {16.0, kAndroid},
       .sensitivity_db = {3.0, kMp34dt05},
       .spread_db = {0.7, kEmpirical},
       .shape = {{1000, 0}, {4000, 2}, {9000, 0}},
       .shape_source = kEmpirical},
      {.profile = Profile::old_phone,
       .name = "old_phone",
       .self_noise_dba = {35.0, kSpm0410},
       .overload_db_spl = {115.0, kSpm0410},
       .low_cut_hz = {200.0, kAcousticsToday},
       .low_cut_order = {2.0, kEmpirical},
       .resonance_hz = {0.0, kEmpirical},
       .resonance_db = {0.0, kEmpirical},
       .bits = {13.0, "empirical: the linear words that GSM 06.10 takes"},
       .sensitivity_db = {3.0, kSpm0410},
       .spread_db = {1.0, kEmpirical},
       .shape = {{2000, 0}, {5000, -24}, {10000, -42}},
       .shape_source = kNokiaN95},
      {.profile = Profile::smart_speaker,
       .name = "smart_speaker",
       .self_noise_dba = {29.0, "empirical: 5 dB below what Realtek's front end requires at the most"},
       .overload_db_spl = {120.0, kRealtek},
       .low_cut_hz = {50.0, kEmpirical},
       .low_cut_order = {1.0, kEmpirical},
       .resonance_hz = {14000.0, kEmpirical},
       .resonance_db = {8.0, kEmpirical},
       .bits = {16.0, kEmpirical},
       .sensitivity_db = {1.5, kRealtek},
       .spread_db = {0.5, kEmpirical},
       .shape = {{1000, 0}, {8000, 0}},
       .shape_source = kEmpirical},
      {.profile = Profile::conference_puck,
       .name = "conference_puck",
       .self_noise_dba = {29.0, kEmpirical},
       .overload_db_spl = {120.0, kEmpirical},
       .low_cut_hz = {140.0, "empirical: a cut against the table's rumble"},
       .low_cut_order = {2.0, kEmpirical},
       .resonance_hz = {7000.0, kEmpirical},
       .resonance_db = {4.0, kEmpirical},
       .bits = {16.0, kEmpirical},
       .sensitivity_db = {2.0, kEmpirical},
       .spread_db = {0.5, kEmpirical},
       .shape = {{1000, 0}, {4000, 1}, {8000, 0}, {10000, -16}, {20000, -40}},
       .shape_source = kEmpirical},
      {.profile = Profile::body_worn,
       .name = "body_worn",
       .self_noise_dba = {32.0, kEmpirical},
       .overload_db_spl = {120.0, kEmpirical},
       .low_cut_hz = {150.0, "empirical: a cut against wind"},
       .low_cut_order = {2.0, kEmpirical},
       .resonance_hz = {5000.0, "empirical: a membrane against water"},
       .resonance_db = {6.0, kEmpirical},
       .bits = {16.0, kEmpirical},
       .sensitivity_db = {3.0, kEmpirical},
       .spread_db = {1.0, kEmpirical},
       .shape = {{300, 0}, {750, 3}, {1500, 0}, {3000, -10}, {6000, -6}, {10000, -10}},
       .shape_source = kChest},
      {.profile = Profile::hearing_aid,
       .name = "hearing_aid",
       .self_noise_dba = {26.0, kEmpirical},
       .overload_db_spl = {119.0, "empirical: 3 to 4 % at 115 dB (Chasin 2012), and 4 dB more for 10 %"},
       .low_cut_hz = {100.0, kEmpirical},
       .low_cut_order = {1.0, kEmpirical},
       .resonance_hz = {5000.0, kEmpirical},
       .resonance_db = {6.0, kEmpirical},
       .bits = {16.0, kChasin},
       .sensitivity_db = {2.0, kEmpirical},
       .spread_db = {0.7, kEmpirical},
       .shape = {{250, -12}, {500, -6}, {1000, 0}, {8000, 0}, {10000, -3}},
       .shape_source = kChasin},
  };
}

}  // namespace

const std::vector<MicrophoneModel>& microphone_models() {
  static const std::vector<MicrophoneModel> models = make_models();
  return models;
}

const MicrophoneModel& microphone_model(MicrophoneProfile profile) {
  return microphone_models()[static_cast<std::size_t>(profile)];
}

double resonance_gain_db(double hz, double resonance_hz, double peak_db) {
  const double ratio = hz / resonance_hz;
  const double quality = plain::amplitude_from_db(peak_db);
  const double real = 1.0 - ratio * ratio;
  const double imaginary = ratio / quality;
  return -10.0 * plain::log(real * real + imaginary * imaginary) / plain::kLn10;
}

double low_cut_gain_db(double hz, double low_cut_hz, int order) {
  double power = low_cut_hz / hz * (low_cut_hz / hz);
  power = order == 1 ? power : power * power;
  return -10.0 * plain::log(1.0 + power) / plain::kLn10;
}

}  // namespace fairground
