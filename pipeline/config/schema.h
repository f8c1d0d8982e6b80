// What an augmenter says of its parameters, once. The YAML check, the help, the JSON Schema and the
// reference page are all read from these tables.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace fairground {

struct Step;

enum class Media { audio, image };
[[nodiscard]] const char* to_string(Media media);

/// Places on the signal path, in the order in which chains run. See docs/design.md, section 4.
enum class Stage {
  voice,
  scene,
  microphone,
  processing_audio,
  channel,
  receiver,
  skin,
  light,
  lens,
  sensor,
  processing_image,
  file
};
[[nodiscard]] const char* to_string(Stage stage);

/// A parameter as one realization has it. Empty: an optional parameter that was not given.
using Value = std::variant<std::monostate, double, std::int64_t, bool, std::string>;

/// A number to be drawn uniformly from [low, high], once per realization.
struct Range {
  double low = 0.0;
  double high = 0.0;
  bool operator==(const Range&) const = default;
};

/// A parameter as the config gives it.
using Setting = std::variant<std::monostate, double, std::int64_t, bool, std::string, Range>;

enum class ParameterKind { number, integer, flag, choice, asset };
[[nodiscard]] const char* to_string(ParameterKind kind);

/// What an asset holds: recordings of anything, the voices of people who are known by name, or curves of gain over
/// frequency.
enum class AssetKind { recordings, talkers, curves };

struct ParameterSpec {
  std::string name;
  ParameterKind kind = ParameterKind::number;
  std::string unit;  ///< as printed, "dB"; empty where there is none
  double minimum = -std::numeric_limits<double>::infinity();
  double maximum = std::numeric_limits<double>::infinity();  ///< both ends are allowed
  std::vector<std::string> choices;                          ///< of a choice
  std::vector<AssetKind> asset_kinds = {};                   ///< of an asset: any of these
  bool required = false;
  Value fallback;           ///< the default, or empty
  bool drawable = false;    ///< may be given as [low, high]
  std::string description;  ///< one sentence
};

/// Everything about an augmenter but its code.
/// A step that a profile stands for: an augmenter, and those of its parameters that are not at their defaults.
struct ProfileStep {
  std::string augmenter;
  std::vector<std::pair<std::string, Setting>> settings;
};

struct StepSchema {
  std::string name;     ///< as in the config: "noise.coloured"
  std::string summary;  ///< one sentence
  std::string source;   ///< the paper or standard it is built on
  Media media = Media::audio;
  Stage stage = Stage::scene;
  int version = 1;
  std::string identity;  ///< the setting that changes nothing, or why there is none
  std::string labels;    ///< what it does to labels
  /// What its test measures of it, and within what, in one or two sentences: no more than is measured.
  std::string claim = {};
  /// What it does not do, or is only supposed, in one or two sentences. May be empty.
  std::string limits = {};
  /// One or several levels that show it, as a config has them: a line `name: [steps]` for each. Every step is such as
  /// runs on the sample media: assets are named `recordings`, `voices` and `responses`.
  std::string example = {};
  std::vector<ParameterSpec> parameters = {};
  /// A rule over several parameters: returns what is wrong, or nothing. Settings are in the order of
  /// `parameters`. May be absent.
  std::function<std::string(const std::vector<Setting>&)> check = {};
  /// A rule over the steps that it runs with, of all axes: returns what is wrong, or nothing. May be absent.
  std::function<std::string(const std::vector<const Step*>&)> check_chain = {};
  /// Of a profile, which is no augmenter but a name for several: the steps that it stands for, in the order of their
  /// stages. The config's reader puts these in its place. Absent of an augmenter.
  std::function<std::vector<ProfileStep>(const std::vector<Setting>&)> expand = {};
  /// Of a step that may be a ladder: the settings of each of its rungs, in their order, each of which `check` must
  /// accept and none of which is a ladder again; nothing for settings that mean one step. The config's reader makes a
  /// level of each rung, so that only rungs are ever prepared. May be absent.
  std::function<std::vector<std::vector<Setting>>(const std::vector<Setting>&)> expand_levels = {};

  /// Of a step of the skin stage: the skin of each source is found, once, before any of its variants, and variants are
  /// rejected where it is not.
  bool needs_skin = false;

  [[nodiscard]] std::optional<std::size_t> find(const std::string& parameter) const;
};

/// What an asset of the kind has, "is a pool of talkers".
[[nodiscard]] const char* to_text(AssetKind kind);
/// What an asset parameter takes, "a pool of talkers".
[[nodiscard]] const char* wanted_asset(const ParameterSpec& spec);

/// A table that ties parameters to the members of a struct `P`, whose initial values are the defaults.
template <class P>
class ParameterTable {
 public:
  struct Interval {
    double minimum;
    double maximum;
  };

  /// A number that must be given.
  ParameterTable& required_number(std::string name, double P::*member, std::string unit, Interval interval,
                                  std::string description) {
    ParameterSpec spec = number_spec(std::move(name), std::move(unit), interval, std::move(description));
    spec.required = true;
    return add(std::move(spec), [member](P& p, const Value& v) { p.*member = std::get<double>(v); });
  }
  /// A number with a default.
  ParameterTable& number(std::string name, double P::*member, std::string unit, Interval interval,
                         std::string description) {
    ParameterSpec spec = number_spec(std::move(name), std::move(unit), interval, std::move(description));
    spec.fallback = P{}.*member;
    return add(std::move(spec), [member](P& p, const Value& v) { p.*member = std::get<double>(v); });
  }
  /// A number that may be left out.
  ParameterTable& number(std::string name, std::optional<double> P::*member, std::string unit, Interval interval,
                         std::string description) {
    return add(number_spec(std::move(name), std::move(unit), interval, std::move(description)),
               [member](P& p, const Value& v) {
                 if (const auto* given = std::get_if<double>(&v)) {
                   p.*member = *given;
                 }
               });
  }
  /// A whole number with a default. It is not drawn: a number of things is a condition of its own.
  ParameterTable& integer(std::string name, std::int64_t P::*member, std::string unit, Interval interval,
                          std::string description) {
    ParameterSpec spec = number_spec(std::move(name), std::move(unit), interval, std::move(description));
    spec.kind = ParameterKind::integer;
    spec.drawable = false;
    spec.fallback = P{}.*member;
    return add(std::move(spec), [member](P& p, const Value& v) { p.*member = std::get<std::int64_t>(v); });
  }
  /// A whole number that may be left out. It is not drawn either.
  ParameterTable& integer(std::string name, std::optional<std::int64_t> P::*member, std::string unit, Interval interval,
                          std::string description) {
    ParameterSpec spec = number_spec(std::move(name), std::move(unit), interval, std::move(description));
    spec.kind = ParameterKind::integer;
    spec.drawable = false;
    return add(std::move(spec), [member](P& p, const Value& v) {
      if (const auto* given = std::get_if<std::int64_t>(&v)) {
        p.*member = *given;
      }
    });
  }
  /// One word out of a few, each with its value.
  template <class E>
  ParameterTable& choice(std::string name, E P::*member, std::vector<std::pair<std::string, E>> choices,
                         std::string description) {
    ParameterSpec spec = choice_spec(std::move(name), choices, std::move(description));
    for (const auto& [word, value] : choices) {
      if (value == P{}.*member) {
        spec.fallback = word;
      }
    }
    return add(std::move(spec), choice_setter(member, std::move(choices)));
  }
  /// One word out of a few, which must be given.
  template <class E>
  ParameterTable& required_choice(std::string name, E P::*member, std::vector<std::pair<std::string, E>> choices,
                                  std::string description) {
    ParameterSpec spec = choice_spec(std::move(name), choices, std::move(description));
    spec.required = true;
    return add(std::move(spec), choice_setter(member, std::move(choices)));
  }
  /// The name of an asset of recordings, which must be given.
  ParameterTable& asset(std::string name, std::string P::*member, std::string description) {
    return asset(std::move(name), {AssetKind::recordings}, member, std::move(description)).required();
  }
  /// The name of a pool of talkers, which must be given.
  ParameterTable& talkers(std::string name, std::string P::*member, std::string description) {
    return asset(std::move(name), {AssetKind::talkers}, member, std::move(description)).required();
  }
  /// The name of an asset of frequency responses, as curves or as impulse responses, which may be left out.
  ParameterTable& responses(std::string name, std::string P::*member, std::string description) {
    return asset(std::move(name), {AssetKind::recordings, AssetKind::curves}, member, std::move(description));
  }

  [[nodiscard]] const std::vector<ParameterSpec>& specs() const { return specs_; }

  /// The struct for one realization. Values are in the order of specs().
  [[nodiscard]] P bind(const std::vector<Value>& values) const {
    P p;
    for (std::size_t i = 0; i < setters_.size(); ++i) {
      if (!std::holds_alternative<std::monostate>(values[i])) {
        setters_[i](p, values[i]);
      }
    }
    return p;
  }

 private:
  ParameterTable& required() {
    specs_.back().required = true;
    return *this;
  }
  ParameterTable& asset(std::string name, std::vector<AssetKind> kinds, std::string P::*member,
                        std::string description) {
    ParameterSpec spec;
    spec.name = std::move(name);
    spec.kind = ParameterKind::asset;
    spec.asset_kinds = std::move(kinds);
    spec.description = std::move(description);
    return add(std::move(spec), [member](P& p, const Value& v) { p.*member = std::get<std::string>(v); });
  }
  template <class E>
  static ParameterSpec choice_spec(std::string name, const std::vector<std::pair<std::string, E>>& choices,
                                   std::string description) {
    ParameterSpec spec;
    spec.name = std::move(name);
    spec.kind = ParameterKind::choice;
    spec.description = std::move(description);
    for (const auto& [word, value] : choices) {
      spec.choices.push_back(word);
    }
    return spec;
  }
  template <class E>
  static std::function<void(P&, const Value&)> choice_setter(E P::*member,
                                                             std::vector<std::pair<std::string, E>> choices) {
    return [member, choices = std::move(choices)](P& p, const Value& v) {
      for (const auto& [word, value] : choices) {
        if (word == std::get<std::string>(v)) {
          p.*member = value;
        }
      }
    };
  }
  static ParameterSpec number_spec(std::string name, std::string unit, Interval interval, std::string description) {
    ParameterSpec spec;
    spec.name = std::move(name);
    spec.unit = std::move(unit);
    spec.minimum = interval.minimum;
    spec.maximum = interval.maximum;
    spec.drawable = true;
    spec.description = std::move(description);
    return spec;
  }
  ParameterTable& add(ParameterSpec spec, std::function<void(P&, const Value&)> setter) {
    specs_.push_back(std::move(spec));
    setters_.push_back(std::move(setter));
    return *this;
  }

  std::vector<ParameterSpec> specs_;
  std::vector<std::function<void(P&, const Value&)>> setters_;
};

}  // namespace fairground
