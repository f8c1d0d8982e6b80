// Sound through a codec and back, in memory: what a listener hears of what was sent.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace fairground {

enum class Codec { mu_law, a_law, g726, gsm, ima_adpcm, ms_adpcm, opus, vorbis, mp3, amr_nb, amr_wb, speex, codec2 };

/// What a codec takes.
struct CodecFacts {
  std::string_view name;                 ///< as configs write it: "gsm"
  std::string_view title;                ///< as people write it: "GSM 6.10"
  std::span<const int> rates_hz;         ///< the rates that it runs at, rising
  std::span<const double> modes = {};    ///< its bit rates in kbit/s, rising; empty where there is no such list
  double lowest_kbps = 0.0;              ///< where any bit rate in a range will do; both 0 where none will
  double highest_kbps = 0.0;             //
  double bitrate_kbps = 0.0;             ///< what it has unless asked; 0 where it has no bit rate to choose
  double quality = -1.0;                 ///< the same of a quality from 0 to 10; negative where it has none
  bool whole_quality = false;            ///< whether that is a whole number
  bool conceals = false;                 ///< whether its decoder makes up for frames that are lost
  std::string_view missing_option = {};  ///< the option of CMake that would have built it in; empty where it is there
};

[[nodiscard]] const CodecFacts& facts_of(Codec codec);
/// Of all codecs, in the order of Codec.
[[nodiscard]] std::span<const CodecFacts> all_codecs();

struct CodecSetting {
  Codec codec = Codec::mu_law;
  int sample_rate = 0;        ///< in Hz, one that the codec runs at
  double bitrate_kbps = 0.0;  ///< of codecs that have one
  double quality = 0.0;       ///< of codecs that have one
};

/// The bit rates in kbit/s that a codec with modes has at one of its sample rates. Only MP3 has others at each.
[[nodiscard]] std::span<const double> modes_at(Codec codec, int rate_hz);

/// The lowest of the codec's rates that keeps all of a signal of `signal_rate_hz`, or the highest of all, among those
/// that have the bit rate.
[[nodiscard]] int rate_for(Codec codec, int signal_rate_hz, double bitrate_kbps);

/// What became of one channel.
struct Transmission {
  /// As many samples as were sent, without delay, within the 16 bits that each of these codecs is fed and gives.
  std::vector<float> heard;
  double bitrate_kbps = 0.0;  ///< what was sent, without what a file has around it
  /// Of a codec whose decoder can do without some frames, the number of these and their length; 0 of the others. Frame
  /// i stands for samples [i * frame, (i + 1) * frame) of what is heard: it is a packet of its own, and nothing before
  /// it hangs on it. What comes after it does, as far as the decoder remembers.
  std::size_t frame = 0;
  std::size_t frames = 0;
  /// What is heard where frames are lost: frame i, if lost[i]. Those behind the end of `lost` arrive.
  std::function<std::vector<float>(const std::vector<bool>& lost)> decode = {};
};

/// One channel at the setting's rate through the codec. What lies beyond full scale is cut there. Some codecs work in
/// floating point and pick code by the CPU (Opus, Speex, Vorbis, MP3, Codec 2): their bits hang on the library's
/// version and may hang on the CPU. Throws std::invalid_argument for a setting that the codec does not take.
[[nodiscard]] Transmission transmit(const CodecSetting& setting, std::span<const float> samples);

}  // namespace fairground
