// The responses that telephony gives its devices, as published tables.
#pragma once

#include <span>
#include <string>

#include "augmenters/audio/parts/device_filter.h"
#include "pipeline/media/response_curve.h"

namespace fairground {

enum class TelephoneMask {
  irs_send,              ///< ITU-T P.48: intermediate reference system
  irs_receive,           ///< likewise
  modified_irs_send,     ///< ITU-T P.830, annex D, without the network's band edge
  modified_irs_receive,  ///< likewise
  p341,                  ///< ITU-T P.341, wideband, as the filter of ITU-T G.191's software tool library has it
  mobile_input           ///< MSIN, the high-pass of a GSM mobile's input, likewise
};

/// Frequencies in Hz and gains in dB, to be joined by straight lines over the logarithm of frequency, which go on
/// beyond the outermost points. Only differences count: filters are made relative to the gain at 1 kHz.
[[nodiscard]] std::span<const GainPoint> telephone_mask(TelephoneMask mask);

/// A filter with the mask's gains, and those of `deviation_db` on top, without delay. At rates up to 96 kHz it resolves
/// 24 Hz, and at 192 kHz 47 Hz.
[[nodiscard]] DeviceFilter mask_filter(TelephoneMask mask, int sample_rate, const GainCurve& deviation_db);

}  // namespace fairground
