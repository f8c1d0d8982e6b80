// The JSON Schema of configs is a second description of what the reader accepts. These tests hold the two together: the
// same keys in every map, and the same verdict on thousands of configs that differ from a good one in one value.
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/config/fixture.h"
#include "tests/config/sample_configs.h"
#include "tests/config/schema_faults.h"

namespace fairground {
namespace {

using Json = nlohmann::ordered_json;
using Pointer = Json::json_pointer;
/// "limits.audio_seconds": a key and what its map stands under.
using Keys = std::set<std::string>;

bool is_made_up(const std::string& key) { return key.starts_with("any_"); }

/// What the keys of a map stand under, where the map itself is `key` under `parent`. The parts of a divided design have
/// the keys of an undivided one.
std::string name_of_map(const std::string& parent, const std::string& key) {
  return is_made_up(key) ? "*" : parent == "design" && (key == "audio" || key == "image") ? "design" : key;
}

/// The keys of all closed maps in a schema.
void add_schema_keys(const Json& reference, const std::string& parent, Keys& keys) {
  const Json& schema = resolved(reference);
  if (!schema.is_object()) {
    return;
  }
  const bool is_closed = schema.value("additionalProperties", Json()) == false;
  if (const auto properties = schema.find("properties"); properties != schema.end()) {
    for (const auto& [key, one] : properties->items()) {
      if (is_closed) {
        keys.insert(parent + "." + key);
      }
      add_schema_keys(one, name_of_map(parent, key), keys);
    }
  }
  const Json patterns = schema.value("patternProperties", Json::object());
  for (const auto& [pattern, one] : patterns.items()) {
    add_schema_keys(one, "*", keys);
  }
  for (const char* const part : {"items", "then", "else"}) {
    if (schema.contains(part)) {
      add_schema_keys(schema.at(part), parent, keys);
    }
  }
  for (const char* const parts : {"allOf", "anyOf"}) {
    for (const Json& one : schema.value(parts, Json::array())) {
      add_schema_keys(one, parent, keys);
    }
  }
}

/// The same of the map at a place, where items of a list stand under the key of the list.
std::string name_of_map(const Pointer& place) {
  std::istringstream steps(place.to_string());
  std::string name;
  std::string step;
  std::getline(steps, step, '/');  // what stands before the first slash is empty
  while (std::getline(steps, step, '/')) {
    const bool is_index = step.find_first_not_of("0123456789") == std::string::npos;
    name = is_index ? name : name_of_map(name, step);
  }
  return name;
}

void add_config_keys(const Json& value, const std::string& parent, Keys& keys) {
  if (value.is_object()) {
    for (const auto& [key, one] : value.items()) {
      if (!is_made_up(key)) {
        keys.insert(parent + "." + key);
      }
      add_config_keys(one, name_of_map(parent, key), keys);
    }
  } else if (value.is_array()) {
    for (const Json& one : value) {
      add_config_keys(one, parent, keys);
    }
  }
}

/// Every place in a value, itself included.
void add_places(const Json& value, const Pointer& place, std::vector<Pointer>& places) {
  places.push_back(place);
  if (value.is_object()) {
    for (const auto& [key, one] : value.items()) {
      add_places(one, place / key, places);
    }
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      add_places(value[i], place / i, places);
    }
  }
}

/// The ends of the ranges of each key in a schema, and what lies a little beyond.
void add_ends(const Json& schema, const std::string& key, std::map<std::string, std::set<double>>& ends) {
  for (const auto& [word, one] : schema.items()) {
    if ((word == "minimum" || word == "maximum") && one.is_number() && std::abs(one.get<double>()) < 1e15) {
      const double end = one.get<double>();
      const double step = std::max(std::abs(end) * 1e-3, 1e-7);
      ends[key].insert({end, end - step, end + step});
    } else if (word == "properties") {
      for (const auto& [name, property] : one.items()) {
        add_ends(property, name, ends);
      }
    } else if (one.is_structured()) {
      add_ends(one, key, ends);
    }
  }
}

/// A whole number is written without a point, since the reader wants it so.
Json number_of(double value) {
  return value == std::trunc(value) ? Json(static_cast<std::int64_t>(value)) : Json(value);
}

class JsonSchemaTest : public ConfigTest {
 protected:
  /// What the reader finds wrong.
  [[nodiscard]] Lines reader_faults(const Json& config) const {
    try {
      static_cast<void>(parse_config(yaml_of_json(config), path(), fake_schemas()));
    } catch (const UserError& error) {
      return error.messages();
    }
    return {};
  }
};

TEST_F(JsonSchemaTest, BothAcceptTheSamples) {
  for (const Json& sample : sample_configs()) {
    EXPECT_EQ(reader_faults(sample), Lines{}) << sample.dump(2);
    EXPECT_EQ(schema_faults(sample), "") << sample.dump(2);
  }
}

TEST_F(JsonSchemaTest, TheSchemaHasTheKeysOfTheReader) {
  Keys of_samples;
  for (const Json& sample : sample_configs()) {
    add_config_keys(sample, "", of_samples);
  }
  Keys of_schema;
  add_schema_keys(schema_of_configs(), "", of_schema);
  EXPECT_EQ(of_samples, of_schema);

  // Asked about an unknown key, the reader lists those that it knows. They are all in the samples, which it accepts.
  std::size_t maps = 0;
  for (const Json& sample : sample_configs()) {
    std::vector<Pointer> places;
    add_places(sample, Pointer(), places);
    for (const Pointer& place : places) {
      if (!sample.at(place).is_object()) {
        continue;
      }
      Json config = sample;
      config[place]["qqqqqqqqqqqqqq"] = 1;
      for (const std::string& fault : reader_faults(config)) {
        const std::string mark = "unknown key `qqqqqqqqqqqqqq` in ";
        const std::string list = "; valid here: ";
        if (fault.find(mark) == std::string::npos) {
          continue;
        }
        ++maps;
        const std::size_t begin = fault.find(list);
        ASSERT_NE(begin, std::string::npos) << fault;
        ASSERT_EQ(fault.find("more", begin), std::string::npos) << "not all keys are listed: " << fault;
        std::istringstream keys(fault.substr(begin + list.size()));
        for (std::string key; std::getline(keys >> std::ws, key, ',');) {
          EXPECT_TRUE(of_schema.contains(name_of_map(place) + "." + key)) << fault;
        }
      }
    }
  }
  EXPECT_GE(maps, 40U);
}

// What the reader alone can check, by words of its messages. Each is named in the schema's own description, or in that
// of the key.
const std::vector<std::string> kLeftToTheReader = {
    "there is no file",    // files, folders and assets
    "there is no folder",  //
    "no file matches",     //
    "there is no asset",   //
    "which is not a regular file",
    "is not a regular file",
    "has a `manifest` in place of",
    "has recordings as its",      // an asset of another kind
    "is a pool of talkers, but",  //
    "has curves",                 //
    "must be compared with the speakers",
    "there is no axis",  // names that refer to others
    "has no level",
    "is used twice",  // columns
    "needs to know the people",
    "is named twice",
    "combines more axes than",
    "adds nothing to",
    "this excludes every condition",
    "this leaves no condition",
    "leaves each group fewer",
    "is more than one error in each unit",
    "where low is not below high",  // ranges, and rules over several parameters
    "low_hz must be below high_hz",
    "would run before",  // the signal path
    "only the first level of an axis may be empty",
    "have equal contents",
    "has one level, which is empty",
    "the first level of the axis",
    "stands for",  // codes of masks
    "names no skin",
    "must be alike in all sources",
    "has the name of a column",
    "is for recordings, of which",  // exports
    "is for pictures, of which",
    "needs what is said",
    "needs boxes",
    "needs `output: date`",
    "needs `card: ",
    "YAML readers may take it for true or false",
    "nothing would be made of",
    "`name` must be made of letters",  // of numbers with a sign or a point, as 1e308 is a name and -1.5 is none
};

bool is_left_to_the_reader(const std::string& fault) {
  return std::ranges::any_of(kLeftToTheReader,
                             [&](const std::string& words) { return fault.find(words) != std::string::npos; });
}

TEST_F(JsonSchemaTest, BothSayTheSameOfOneValueThatIsOther) {
  std::map<std::string, std::set<double>> ends;
  add_ends(schema_of_configs(), "", ends);
  const std::vector<Json> forms = {
      nullptr,      true,       "", "zz", "two words",           "a\nb",        "clean",        "16",
      "1.0",        0,          -1, 1.5,  1'000'000'000'000'000, Json::array(), Json::object(), {2, 1},
      {"zz", "zz"}, {{"zz", 1}}};
  std::size_t refused = 0;
  for (const Json& sample : sample_configs()) {
    std::vector<Pointer> places;
    add_places(sample, Pointer(), places);
    for (const Pointer& place : places) {
      if (place.empty()) {
        continue;
      }
      std::vector<Json> values = forms;
      for (const double end : ends[name_of_map(place)]) {
        values.push_back(number_of(end));
      }
      for (const Json& value : values) {
        Json config = sample;
        config[place] = value;
        const Lines reader = reader_faults(config);
        const std::string schema = schema_faults(config);
        refused += reader.empty() ? 0 : 1;
        EXPECT_TRUE(schema.empty() || !reader.empty())
            << place.to_string() << ": " << value.dump() << " is refused by the schema alone: " << schema;
        const bool schema_could_know = !std::ranges::all_of(reader, is_left_to_the_reader);
        EXPECT_TRUE(!schema.empty() || !schema_could_know)
            << place.to_string() << ": " << value.dump() << " is refused by the reader alone: " << reader.front();
      }
    }
  }
  EXPECT_GT(refused, 3000U);
}

TEST_F(JsonSchemaTest, BothMissTheSameKeysAndNoticeTheSameNames) {
  for (const Json& sample : sample_configs()) {
    std::vector<Pointer> places;
    add_places(sample, Pointer(), places);
    for (const Pointer& place : places) {
      std::vector<Json> configs;
      if (!place.empty()) {
        configs.push_back(sample);
        Json& above = configs.back()[place.parent_pointer()];
        above.is_object() ? static_cast<void>(above.erase(place.back()))
                          : static_cast<void>(above.erase(std::stoul(place.back())));
      }
      if (sample.at(place).is_object()) {
        for (const char* const key :
             {"qqqqqqqqqqqqqq", "two words", "sha256", "measured_x", "my_file_name", "clean", "audio", "image"}) {
          configs.push_back(sample);
          Json& map = configs.back()[place];
          if (!map.contains(key)) {
            map[key] = map.empty() ? Json(1) : map.front();
          }
        }
      }
      for (const Json& config : configs) {
        const Lines reader = reader_faults(config);
        const std::string schema = schema_faults(config);
        EXPECT_TRUE(schema.empty() || !reader.empty())
            << place.to_string() << " in " << config.dump() << ": " << schema;
        EXPECT_TRUE(!schema.empty() || std::ranges::all_of(reader, is_left_to_the_reader))
            << place.to_string() << " in " << config.dump() << ": " << reader.front();
      }
    }
  }
}

}  // namespace
}  // namespace fairground
