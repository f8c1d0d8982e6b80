// A codec, as lines, calls, recorders and messages have them: what was said goes through the encoder and the decoder,
// and comes back as long as it was, without the codec's delay, at the chain's rate.
//
// The codecs and what they take are in pipeline/media/audio_codec.cpp: ITU-T G.711 and G.726 (which took in G.721 and
// G.723), GSM 6.10, IMA and Microsoft ADPCM, Opus (RFC 6716), Vorbis, MP3, AMR (3GPP TS 26.090 and 26.190), Speex and
// Codec 2. Each runs at a rate of its own, and each channel is coded by itself. What is beyond full scale is cut on the
// way in, as 16 bits do. Bit rates are constant but for Vorbis: one that follows the voice would give one
// speaker more bits than another. Two of these steps in a row are tandem coding.
//
// Traps: Opus, Speex, Vorbis, MP3 and Codec 2 work in floating point and choose code by the CPU. The same library on
// the same kind of machine gives the same bytes; another version of the library, or maybe another kind of CPU, need
// not.
//
// A codec whose decoder conceals what is lost (Opus, AMR, Speex) leaves its packets for channel.packet_loss. Frame i is
// what is heard from i * 20 ms on for 20 ms, exactly so at the codec's rate: silence that goes before the clip makes up
// the codec's delay to whole packets. What follows changes as well, until the decoder has forgotten. The change of rate
// spreads both limits by the length of its filter.

#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "augmenters/audio/parts/rate_change.h"
#include "augmenters/augmenter.h"
#include "pipeline/config/wording.h"
#include "pipeline/media/audio_codec.h"

namespace fairground {
namespace {

struct ChannelCodec {
  Codec codec = Codec::mu_law;
  std::optional<double> bitrate_kbps;
  std::optional<double> quality;
  std::optional<std::int64_t> sample_rate_hz;
};

std::vector<std::pair<std::string, Codec>> codec_choices() {
  std::vector<std::pair<std::string, Codec>> choices;
  for (std::size_t i = 0; i < all_codecs().size(); ++i) {
    choices.emplace_back(all_codecs()[i].name, static_cast<Codec>(i));
  }
  return choices;
}

const ParameterTable<ChannelCodec>& table() {
  using P = ChannelCodec;
  static const auto instance =
      ParameterTable<P>()
          .required_choice("codec", &P::codec, codec_choices(),
                           "The codec; the bytes of opus, vorbis, mp3, speex and codec2 hang on the version of their "
                           "library, and may hang on the kind of CPU.")
          .number("bitrate_kbps", &P::bitrate_kbps, "kbit/s", {0.7, 320.0},
                  "Bit rate: opus 6 to 256 (24 unless given), and the modes of g726 (32), mp3 (64), amr_nb (12.2), "
                  "amr_wb (12.65) and codec2 (3.2); the others have none to choose.")
          .number("quality", &P::quality, "", {0.0, 10.0},
                  "In place of a bit rate, of vorbis (3 unless given) and of speex (8, whole numbers only).")
          .integer(
              "sample_rate_hz", &P::sample_rate_hz, "Hz", {8000.0, 48000.0},
              "What the codec runs at, if it has several rates; by default the lowest that keeps all of the signal.");
  return instance;
}

std::string any_of_numbers(const auto& numbers) {
  std::vector<std::string> words;
  for (const auto number : numbers) {
    words.push_back(number_text(number));
  }
  return any_of(words);
}

std::string bitrate_fault(const Setting& given, Codec codec, const std::optional<std::int64_t>& rate_hz) {
  const CodecFacts& facts = facts_of(codec);
  const std::string title(facts.title);
  const auto* number = std::get_if<double>(&given);
  const auto* range = std::get_if<Range>(&given);
  if (facts.highest_kbps > 0.0) {
    const Range asked = range ? *range : Range{*number, *number};
    const bool fits = asked.low >= facts.lowest_kbps && asked.high <= facts.highest_kbps;
    return fits ? ""
                : title + " takes a `bitrate_kbps` " + interval_text(facts.lowest_kbps, facts.highest_kbps, "kbit/s") +
                      (number ? ", and not " + number_text(*number) : "");
  }
  if (facts.modes.empty()) {
    return title + " has no `bitrate_kbps` to choose" + (facts.quality < 0.0 ? "" : "; it takes a `quality`");
  }
  const std::span<const double> modes = rate_hz ? modes_at(codec, static_cast<int>(*rate_hz)) : facts.modes;
  if (number && std::ranges::count(modes, *number) != 0) {
    return "";
  }
  return title + (rate_hz ? " at " + std::to_string(*rate_hz) + " Hz" : "") + " takes a `bitrate_kbps` of " +
         any_of_numbers(modes) + (range ? ", of which none can be drawn" : ", and not " + number_text(*number));
}

std::string quality_fault(const Setting& given, const CodecFacts& facts) {
  const auto* number = std::get_if<double>(&given);
  if (facts.quality < 0.0) {
    return std::string(facts.title) + " takes no `quality`" +
           (facts.bitrate_kbps > 0.0 ? "; it takes a `bitrate_kbps`" : "");
  }
  if (facts.whole_quality && (!number || *number != std::floor(*number))) {
    return std::string(facts.title) + " takes a `quality` that is a whole number, 0 to 10";
  }
  return "";
}

std::string check(const std::vector<Setting>& settings) {
  const auto is_given = [](const Setting& setting) { return !std::holds_alternative<std::monostate>(setting); };
  ChannelCodec chosen = table().bind({std::get<std::string>(settings[0]), {}, {}, {}});
  const CodecFacts& facts = facts_of(chosen.codec);
  const std::string title(facts.title);
  if (!facts.missing_option.empty()) {
    return "this fairground was built without " + title + "; build it with -D" + std::string(facts.missing_option) +
           "=ON, or take another codec";
  }
  if (const auto* rate = std::get_if<std::int64_t>(&settings[3])) {
    chosen.sample_rate_hz = *rate;
    if (std::ranges::count(facts.rates_hz, *rate) == 0) {
      const bool one = facts.rates_hz.size() == 1;
      return title + " runs at " + any_of_numbers(facts.rates_hz) + " Hz" + (one ? " only" : "") + ", and not at " +
             std::to_string(*rate);
    }
  }
  std::string fault;
  if (is_given(settings[1])) {
    fault = bitrate_fault(settings[1], chosen.codec, chosen.sample_rate_hz);
  } else if (chosen.sample_rate_hz && facts.bitrate_kbps > 0.0 && facts.highest_kbps == 0.0) {
    fault = bitrate_fault(facts.bitrate_kbps, chosen.codec, chosen.sample_rate_hz);
  }
  if (fault.empty() && is_given(settings[2])) {
    fault = quality_fault(settings[2], facts);
  }
  return fault;
}

struct State {
  int rate_hz = 0;
  std::shared_ptr<const RateChange> in;
  std::shared_ptr<const RateChange> out;
};

State prepare(const ChannelCodec& p, const PrepareContext& context) {
  // Where a bit rate is drawn, it matters to no rate: only that of MP3 does, and it is not drawn.
  const double bitrate_kbps = p.bitrate_kbps.value_or(facts_of(p.codec).bitrate_kbps);
  const int rate =
      p.sample_rate_hz ? static_cast<int>(*p.sample_rate_hz) : rate_for(p.codec, context.sample_rate, bitrate_kbps);
  return {rate, std::make_shared<const RateChange>(context.sample_rate, rate),
          std::make_shared<const RateChange>(rate, context.sample_rate)};
}

/// All channels as they are heard, at the chain's rate. `heard(c)` is channel c at the codec's.
Audio put_together(const State& state, int channels, std::size_t coded_frames, std::size_t frames, const auto& heard) {
  Audio coded(state.rate_hz, channels, coded_frames);
  for (int c = 0; c < channels; ++c) {
    const auto& samples = heard(c);
    std::ranges::copy(samples, coded.channel(c).begin());
  }
  return state.out->apply(coded, frames);
}

void apply(AudioSignal& signal, const State& state, const ChannelCodec& p, const StepRandom& /*random*/) {
  const CodecFacts& facts = facts_of(p.codec);
  const CodecSetting setting{p.codec, state.rate_hz, p.bitrate_kbps.value_or(facts.bitrate_kbps),
                             p.quality.value_or(facts.quality)};
  const std::size_t frames = signal.audio.frames();
  const Audio fed = state.in->apply(signal.audio);
  auto channels = std::make_shared<std::vector<Transmission>>();
  double bitrate_kbps = 0.0;
  for (int c = 0; c < fed.channels; ++c) {
    channels->push_back(transmit(setting, fed.channel(c)));
    bitrate_kbps += channels->back().bitrate_kbps;
  }
  const std::size_t coded_frames = fed.frames();
  signal.audio = put_together(
      state, fed.channels, coded_frames,
      frames, [&](int c) -> auto& { return channels->at(static_cast<std::size_t>(c)).heard; });
  signal.measure.values = {{"codec_rate_hz", state.rate_hz}, {"bitrate_kbps", bitrate_kbps}};
  if (channels->empty() || !channels->front().decode) {
    return;
  }
  for (Transmission& channel : *channels) {
    channel.heard = {};  // its packets are what is kept
  }
  signal.sends =
      CodedSignal{static_cast<double>(channels->front().frame) / state.rate_hz, channels->front().frames,
                  [state, channels = std::shared_ptr<const std::vector<Transmission>>(std::move(channels)),
                   coded_frames, frames](const std::vector<bool>& lost) {
                    return put_together(state, static_cast<int>(channels->size()), coded_frames, frames,
                                        [&](int c) { return channels->at(static_cast<std::size_t>(c)).decode(lost); });
                  }};
}

const Registration registration(signal_augmenter<ChannelCodec, State>(
    {
        .name = "channel.codec",
        .summary = "A speech or audio codec and back: same length, no delay, at a rate that the codec has.",
        .source = "G.711, G.726, GSM 6.10, IMA and Microsoft ADPCM, Opus (RFC 6716), Vorbis, MP3, AMR (3GPP TS 26.090, "
                  "26.190), Speex, Codec 2",
        .media = Media::audio,
        .stage = Stage::channel,
        .version = 2,
        .identity = "none: every codec changes the signal",
        .labels = "keeps all labels",
        .claim = "From 8 to 48 kHz, a clip keeps its length and has no lag beyond half a sample of the codec's (Codec "
                 "2: 3 ms of its envelope). Codecs of the telephone leave a tone of 6 kHz below -100 dBov, and Opus "
                 "sends the bit rate asked for within 0.1 kbit/s.",
        .limits = "Opus, Speex, Vorbis, MP3 and Codec 2 work in floating point: their bytes hang on the library's "
                  "version, and maybe on the kind of CPU.",
        .example = "gsm: [{channel.codec: {codec: gsm}}]\n"
                   "opus_8: [{channel.codec: {codec: opus, bitrate_kbps: 8}}]\n"
                   "mp3_16: [{channel.codec: {codec: mp3, bitrate_kbps: 16}}]\n",
        .check = check,
    },
    table(), prepare, apply));

}  // namespace
}  // namespace fairground
