// A rectangular room, in which the speaker, the microphone and every noise stand at places of their own.
//
// A realization draws the room's size, where it is not given, and all places: the microphone, the speaker at a distance
// from it, and each noise. Everybody who is dealt the realization is in the same room at the same place. Sizes are
// those of usual rooms, and the heights those of people who sit or stand (both empirical). The sound field is that of
// parts/shoebox.h; ISO 3382-2 says what its reverberation time means.

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "augmenters/audio/parts/materials.h"
#include "augmenters/audio/parts/shoebox.h"
#include "augmenters/augmenter.h"
#include "pipeline/core/text.h"

namespace fairground {
namespace {

struct RoomShoebox {
  std::optional<double> rt60_s;
  std::optional<double> distance_m;
  std::optional<double> noise_distance_m;
  std::optional<double> length_m;
  std::optional<double> width_m;
  std::optional<double> height_m;
  Material walls = Material::plasterboard;
  Material floor = Material::linoleum;
  Material ceiling = Material::plasterboard;
  RoomLevel level = RoomLevel::keep_active;
  double jitter_m = 0.08;
};

const ParameterTable<RoomShoebox>& table() {
  using P = RoomShoebox;
  static const auto instance =
      ParameterTable<P>()
          .number("rt60_s", &P::rt60_s, "s", {0.1, 5.0},
                  "Reverberation time (T20) of every octave, whatever the walls are made of; without it, they decide.")
          .number("distance_m", &P::distance_m, "m", {0.1, 20.0},
                  "From the speaker to the microphone; by default drawn from 0.5 to 2.5.")
          .number("noise_distance_m", &P::noise_distance_m, "m", {0.1, 20.0},
                  "From each noise to the microphone; by default anywhere in the room, if at least 1 m away.")
          .number("length_m", &P::length_m, "m", {1.5, 50.0},
                  "Of the room; by default drawn from 4 to 8, and more for great distances.")
          .number("width_m", &P::width_m, "m", {1.5, 50.0}, "Of the room; by default drawn from 3 to 6.")
          .number("height_m", &P::height_m, "m", {1.5, 20.0}, "Of the room; by default drawn from 2.4 to 3.2.")
          .choice("walls", &P::walls, material_names(), "What the four walls are made of.")
          .choice("floor", &P::floor, material_names(), "What the floor is made of.")
          .choice("ceiling", &P::ceiling, material_names(), "What the ceiling is made of.")
          .choice(
              "level", &P::level, {{"keep_active", RoomLevel::keep_active}, {"natural", RoomLevel::natural}},
              "Whether the speech is brought back to its active level, or has that of the source at 1 m in the open "
              "and falls with the distance.")
          .number("jitter_m", &P::jitter_m, "m", {0.0, 0.5},
                  "How far off the place of an ideal room reflections may come from, in each direction.");
  return instance;
}

constexpr double kFromWallM = 0.5;  // nobody stands nearer, nor nearer than a quarter of a small room
constexpr double kLowestM = 1.0;    // of mouths and microphones, where the room is high enough
constexpr double kHighestM = 1.8;
constexpr double kNoiseAwayM = 1.0;
constexpr double kLeastLengthM = 4.0;

double margin(double length) { return std::min(kFromWallM, 0.25 * length); }

/// How far two places in the room may be apart along each axis.
Point spread(const Point& size) {
  const auto inner = [](double length) { return length - 2.0 * margin(length); };
  return {inner(size.x), inner(size.y), 0.0};
}

/// A place for the speaker is looked for, and must not be too hard to find.
double farthest_m(const Point& size) { return 0.75 * distance(spread(size), {}); }

Point size_of(const RoomShoebox& p, double distance_m, const StepRandom& random) {
  RandomStream stream = random.stream("size");
  // In this order, and each of them, so that one that is given changes no other.
  const double length = stream.uniform(kLeastLengthM, 8.0);
  const double width = stream.uniform(3.0, 6.0);
  const double height = stream.uniform(2.4, 3.2);
  Point size{length, p.width_m.value_or(width), p.height_m.value_or(height)};
  if (p.length_m) {
    size.x = *p.length_m;
  } else {
    const double wanted = std::max(distance_m, p.noise_distance_m.value_or(0.0));
    size.x = std::max(size.x, wanted / 0.75 + 2.0 * kFromWallM);
  }
  return size;
}

Point draw_place(const Point& size, RandomStream& stream) {
  const auto along = [&](double length) { return stream.uniform(margin(length), length - margin(length)); };
  const double x = along(size.x);
  const double y = along(size.y);
  const double low = std::min(kLowestM, 0.4 * size.z);
  const double high = std::min(kHighestM, 0.75 * size.z);
  return {x, y, stream.uniform(low, high)};
}

/// A place `metres` from another, at a height that is drawn as well.
std::optional<Point> draw_at_distance(const Point& size, const Point& from, double metres, RandomStream& stream) {
  const Point there = draw_place(size, stream);
  const double rise = std::clamp(there.z - from.z, -0.5 * metres, 0.5 * metres);
  const double flat = std::sqrt(metres * metres - rise * rise);
  const double x = there.x - from.x;
  const double y = there.y - from.y;
  const double now = std::sqrt(x * x + y * y);
  if (now == 0.0) {
    return std::nullopt;
  }
  const Point place{from.x + x / now * flat, from.y + y / now * flat, from.z + rise};
  const auto inside = [](double at, double length) { return at >= margin(length) && at <= length - margin(length); };
  return inside(place.x, size.x) && inside(place.y, size.y) ? std::optional(place) : std::nullopt;
}

/// A corner of where people stand: that which is farthest from a place.
Point farthest_corner(const Point& size, const Point& from) {
  const auto end = [](double at, double length) {
    return at < 0.5 * length ? length - margin(length) : margin(length);
  };
  return {end(from.x, size.x), end(from.y, size.y), from.z};
}

/// Towards another place.
Point on_the_way(const Point& from, const Point& to, double metres) {
  const double share = metres / distance(from, to);
  return {from.x + share * (to.x - from.x), from.y + share * (to.y - from.y), from.z + share * (to.z - from.z)};
}

struct Places {
  Point microphone;
  Point speaker;
};

constexpr int kTries = 1000;

Places draw_places(const RoomShoebox& p, const Point& size, double distance_m, const StepRandom& random) {
  RandomStream stream = random.stream("places");
  for (int i = 0; i < kTries; ++i) {
    const Point microphone = draw_place(size, stream);
    const bool noise_fits = distance(microphone, farthest_corner(size, microphone)) >= p.noise_distance_m.value_or(0.0);
    const auto speaker = draw_at_distance(size, microphone, distance_m, stream);
    if (noise_fits && speaker) {
      return {microphone, *speaker};
    }
  }
  // So far apart that only the corners will do.
  const Point corner = farthest_corner(size, {size.x, size.y, 0.5 * (kLowestM + kHighestM)});
  return {corner, on_the_way(corner, farthest_corner(size, corner), distance_m)};
}

Point draw_noise_place(const RoomShoebox& p, const Point& size, const Point& microphone, const std::string& who,
                       const StepRandom& random) {
  RandomStream stream = random.stream("place of " + who);
  Point farthest = microphone;
  for (int i = 0; i < kTries; ++i) {
    const Point place = draw_place(size, stream);
    if (p.noise_distance_m) {
      if (const auto there = draw_at_distance(size, microphone, *p.noise_distance_m, stream)) {
        return *there;
      }
    } else if (distance(place, microphone) >= kNoiseAwayM) {
      return place;
    }
    farthest = distance(place, microphone) > distance(farthest, microphone) ? place : farthest;
  }
  // A corner if only that is far enough, or wherever there is room in a cupboard.
  return p.noise_distance_m ? on_the_way(microphone, farthest_corner(size, microphone), *p.noise_distance_m) : farthest;
}

struct State {
  int sample_rate = 0;
};

State prepare(const RoomShoebox& /*p*/, const PrepareContext& context) { return {context.sample_rate}; }

RoomResponse respond(const State& state, const std::string& who, const RoomShoebox& p, const StepRandom& random) {
  const double distance_m = p.distance_m.value_or(random.stream("distance").uniform(0.5, 2.5));
  Shoebox room{size_of(p, distance_m, random)};
  const RoomBands walls = wall_nepers(p.walls);
  room.wall_nepers = {walls, walls, walls, walls, wall_nepers(p.floor), wall_nepers(p.ceiling)};
  room.air_nepers_per_m = air_absorption();
  if (p.rt60_s) {
    // Walls that are all alike: only then is the decay of every octave the same.
    RoomBands alike;
    alike.fill(1.0);
    room.wall_nepers.fill(alike);
    set_decay_time(room, *p.rt60_s);
  }
  const Places places = draw_places(p, room.size, distance_m, random);
  const Point source =
      who == "speech" ? places.speaker : draw_noise_place(p, room.size, places.microphone, who, random);
  const double away = distance(source, places.microphone);
  RoomResponse response;
  response.sample_rate = state.sample_rate;
  response.samples = shoebox_response(room, source, places.microphone,
                                      {state.sample_rate, p.jitter_m, mixing_time_s(room, away)}, who, random);
  response.direct = kResponseLead;
  response.delay_s = away / kSpeedOfSound;
  response.distance_m = away;
  response.level = p.level;
  return response;
}

/// The least or the greatest value that a setting may have; empty where it is not given.
std::optional<double> end_of(const Setting& setting, bool greatest) {
  if (const auto* number = std::get_if<double>(&setting)) {
    return *number;
  }
  if (const auto* range = std::get_if<Range>(&setting)) {
    return greatest ? range->high : range->low;
  }
  return std::nullopt;
}

std::string check(const std::vector<Setting>& settings) {
  // The places in table().
  const Setting& rt60 = settings[0];
  if (!std::holds_alternative<std::monostate>(rt60)) {
    const RoomShoebox defaults;
    for (std::size_t i = 6; i < 9; ++i) {
      const Material fallback = i == 6 ? defaults.walls : i == 7 ? defaults.floor : defaults.ceiling;
      const std::string& given = std::get<std::string>(settings[i]);
      for (const auto& [name, material] : material_names()) {
        if (name == given && material != fallback) {
          return "`rt60_s` sets the reverberation whatever the walls are made of; keep it or `" +
                 table().specs()[i].name + ": " + given + "`";
        }
      }
    }
  }
  // Where the length is not given it grows with the distance.
  if (const auto length = end_of(settings[3], /*greatest=*/false)) {
    const Point smallest{*length, end_of(settings[4], false).value_or(3.0), 2.4};
    for (const std::size_t i : {std::size_t{1}, std::size_t{2}}) {
      const auto wanted = end_of(settings[i], /*greatest=*/true);
      if (wanted && *wanted > farthest_m(smallest)) {
        return "a room of " + shortest(smallest.x) + " x " + shortest(smallest.y) + " m has no place for `" +
               table().specs()[i].name + ": " + shortest(*wanted) + "`; at most " +
               shortest(std::floor(farthest_m(smallest) * 100.0) / 100.0) + " m will do, or give it more length";
      }
    }
  }
  return "";
}

const Registration registration(room_augmenter<RoomShoebox, State>(
    {
        .name = "room.shoebox",
        .summary =
            "A rectangular room of a given reverberation time or of given walls, with every noise at its own place.",
        .source = "Allen and Berkley 1979 (images); Lehmann and Johansson 2010 (tail); Vorlaender 2008 (walls); ISO "
                  "9613-1 (air); ISO 3382-2 (T20)",
        .media = Media::audio,
        .stage = Stage::scene,
        .version = 3,
        .identity = "none: every room reflects",
        .labels = "keeps all labels: the time on the way to the microphone is taken out, and recorded",
        .claim = "A response agrees with a slow sum over all images within -60 dB. Over 60 places the mean decay is "
                 "within 5 % of the time asked for in octaves from 250 Hz to 4 kHz, and the direct sound falls by 6.02 "
                 "dB for each doubling of the distance, within 0.05 dB.",
        .limits = "The room is rectangular and nothing stands in it. Sizes of rooms and heights of people are "
                  "empirical.",
        .example = "living_room: [{room.shoebox: {rt60_s: 0.4, distance_m: 2}}]\n"
                   "hall: [{room.shoebox: {rt60_s: 1.5, distance_m: 5, length_m: 15, width_m: 10, height_m: 5}}]\n",
        .check = check,
    },
    table(), prepare, respond));

}  // namespace
}  // namespace fairground
