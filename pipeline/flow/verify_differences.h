// How `verify` reads JSON that anyone may have edited, and says what it finds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <string>

namespace fairground {

/// Counts differences, and prints the first of them. Any thread may add one.
class Differences {
 public:
  explicit Differences(std::ostream& out) : out_(out) {}

  void add(const std::string& message);
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  std::ostream& out_;
  std::mutex mutex_;
  std::size_t count_ = 0;
};

// What anyone may have edited may hold anything: a field of another type counts as missing.
[[nodiscard]] std::string text_field(const nlohmann::json& entry, const std::string& name);
[[nodiscard]] std::int64_t integer_field(const nlohmann::json& entry, const std::string& name);  ///< or -1
[[nodiscard]] nlohmann::json object_field(const nlohmann::json& entry, const std::string& name);

/// The names of the fields in which two objects differ, each with both values: "accent is "a"", `between`, ""b"".
[[nodiscard]] std::string field_differences(const nlohmann::json& one, const nlohmann::json& other,
                                            const std::string& between);
/// The same of two lines, of which the second is the right one.
[[nodiscard]] std::string record_differences(const std::string& recorded, const std::string& made);

}  // namespace fairground
