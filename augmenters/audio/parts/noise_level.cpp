#include "augmenters/audio/parts/noise_level.h"

namespace fairground {

std::string check_noise_level(const std::vector<Setting>& settings) {
  const auto is_given = [&](std::size_t i) { return !std::holds_alternative<std::monostate>(settings[i]); };
  // The places in noise_level_table().
  const bool snr = is_given(0);
  const bool dba = is_given(1);
  if (!snr && !dba) {
    return "say how loud the noise is: `snr_db`, against the speech, or `noise_dba`, at the microphone";
  }
  if (snr && dba) {
    return "`snr_db` and `noise_dba` both say how loud the noise is; keep one";
  }
  if (dba && std::get<std::string>(settings[2]) != "full") {
    return "`band` goes with `snr_db`; `noise_dba` is A-weighted by itself";
  }
  if (dba && std::get<std::string>(settings[3]) != "clean") {
    return "`reference` goes with `snr_db`; `noise_dba` refers to no speech";
  }
  return "";
}

}  // namespace fairground
