#include "pipeline/output/journal.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "pipeline/catalog/json_text.h"
#include "pipeline/core/error.h"
#include "pipeline/core/hash.h"
#include "pipeline/output/json_writer.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::string_view kCheckField = R"(,"check":")";
constexpr std::size_t kCheckDigits = 16;
constexpr std::size_t kCheckBytes = kCheckField.size() + kCheckDigits + 2;  // and the closing quote and brace
constexpr std::string_view kRecordField = ",\"record\":";

// Whoever knows the check can make lines of any kind. As JSON in memory, a text takes up to ten times its bytes.
constexpr std::size_t kMostHeaderBytes = std::size_t{16} << 20U;
constexpr std::size_t kMostHeadBytes = std::size_t{1} << 20U;  // what stands before a record, or a reason

std::string check_of(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::uint64_t hash = FieldHash().add(text).value64();
  std::string check;
  for (unsigned shift = 64; shift > 0; shift -= 4) {
    check += kDigits[hash >> (shift - 4) & 15U];
  }
  return check;
}

/// `object` is a JSON object with at least one field.
std::string with_check(std::string object) {
  object.pop_back();
  const std::string check = check_of(object);
  object.append(kCheckField).append(check).append("\"}");
  return object;
}

/// The object without its check and its last brace, or nothing where the check is not that of the text.
std::optional<std::string_view> checked(std::string_view line) {
  if (line.size() <= kCheckBytes || line.front() != '{') {
    return std::nullopt;
  }
  const std::string_view text = line.substr(0, line.size() - kCheckBytes);
  const std::string_view check = line.substr(text.size() + kCheckField.size(), kCheckDigits);
  const bool is_framed = line.substr(text.size()).starts_with(kCheckField) && line.ends_with("\"}");
  return is_framed && check == check_of(text) ? std::optional(text) : std::nullopt;
}

/// The check that stands in a line that has one.
std::string_view check_in(std::string_view line) {
  return line.substr(line.size() - std::min(line.size(), kCheckDigits + 2), kCheckDigits);
}

std::optional<double> optional_number(const json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
}

double number(const json& object, const char* field) {
  return optional_number(object, field).value_or(std::numeric_limits<double>::quiet_NaN());
}

std::string text(const json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<std::uintmax_t> whole(const json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_number_unsigned() ? std::optional(found->get<std::uintmax_t>())
                                                              : std::nullopt;
}

constexpr std::initializer_list<MaskSource> kMaskSources = {MaskSource::supplied, MaskSource::landmarks,
                                                            MaskSource::cascade};

void write_skin(JsonWriter& line, const SkinOutcome& skin) {
  const auto number = [&](const char* name, const std::optional<double>& value) {
    value ? line.field(name, *value) : line.key(name).null();
  };
  line.begin_object();
  number("source_lightness", skin.source_lightness);
  skin.mask_source ? line.field("mask_source", to_string(*skin.mask_source)) : line.key("mask_source").null();
  line.field("mask_confidence", skin.mask_confidence);
  number("lightness", skin.lightness);
  line.end_object();
}

std::optional<SkinOutcome> parse_skin(const json& line) {
  const auto object = line.find("skin");
  if (object == line.end() || !object->is_object()) {
    return std::nullopt;
  }
  SkinOutcome skin;
  skin.source_lightness = optional_number(*object, "source_lightness");
  skin.mask_confidence = number(*object, "mask_confidence");
  skin.lightness = optional_number(*object, "lightness");
  const std::string source = text(*object, "mask_source");
  for (const MaskSource known : kMaskSources) {
    if (source == to_string(known)) {
      skin.mask_source = known;
    }
  }
  return skin;
}

/// Reads a text from its start on, as long as it is just what is asked for.
class StrictReader {
 public:
  explicit StrictReader(std::string_view text) : rest_(text) {}

  bool skip(std::string_view wanted) {
    const bool is_there = rest_.starts_with(wanted);
    rest_.remove_prefix(is_there ? wanted.size() : 0);
    return is_there;
  }
  /// Characters for which `is_one` holds, at least one of them.
  template <class Is>
  bool word(std::string& into, const Is& is_one) {
    const auto end = std::ranges::find_if_not(rest_, is_one);
    into.assign(rest_.begin(), end);
    rest_.remove_prefix(into.size());
    return !into.empty();
  }
  /// A whole number as JSON has it, of no more digits than every std::uintmax_t holds.
  bool whole(std::uintmax_t& into) {
    constexpr std::ptrdiff_t kMostDigits = std::numeric_limits<std::uintmax_t>::digits10;
    const char* const begin = rest_.data();
    const auto [end, error] = std::from_chars(begin, begin + rest_.size(), into);
    const bool is_number = error == std::errc() && end - begin <= kMostDigits && (*begin != '0' || end - begin == 1);
    rest_.remove_prefix(is_number ? static_cast<std::size_t>(end - begin) : 0);
    return is_number;
  }
  [[nodiscard]] bool is_at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

/// What stands before the record of a written variant without skin, exactly as journal_line() writes it. Nearly all
/// lines are such, and a parser of JSON in general takes as long for one as everything else at the end of a run
/// together. Returns false for any other text, which may be as good.
bool read_usual_head(std::string_view head, JournalEntry& entry) {
  constexpr std::size_t kHexDigits = 64;  // of a SHA-256
  const auto is_of_id = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  StrictReader reader(head);
  std::uintmax_t line = 0;
  const bool is_written = reader.skip(R"({"line":)") && reader.whole(line) && line > 0 &&
                          reader.skip(R"(,"variant_id":")") && reader.word(entry.variant_id, is_of_id) &&
                          reader.skip(R"(","status":"written","sha256":")") && reader.word(entry.sha256, is_hex) &&
                          entry.sha256.size() == kHexDigits && reader.skip(R"(","bytes":)") &&
                          reader.whole(entry.bytes);
  entry.index = line - 1;
  entry.fate = Fate::written;
  if (!is_written || reader.is_at_end()) {
    return is_written;
  }
  return reader.skip(R"(,"mask_sha256":")") && reader.word(entry.mask_sha256, is_hex) &&
         entry.mask_sha256.size() == kHexDigits && reader.skip(R"(","mask_bytes":)") &&
         reader.whole(entry.mask_bytes) && reader.is_at_end();
}

std::optional<Fate> fate_of(const json& line) {
  const std::string status = text(line, "status");
  for (const Fate fate : {Fate::written, Fate::rejected, Fate::failed}) {
    if (status == to_string(fate)) {
      return fate;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string journal_header(const ordered_json& facts) {
  ordered_json header = {{"journal", 1}};
  header.update(facts);
  return with_check(header.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
}

std::string journal_line(std::size_t index, const Outcome& outcome) {
  constexpr std::size_t kUsualHead = 512;  // spares most lines to grow again and again
  JsonWriter line;
  line.reserve(outcome.record.size() + kUsualHead);
  line.begin_object().field("line", index + 1);  // of plan.jsonl
  line.field("variant_id", outcome.variant.variant_id).field("status", to_string(outcome.fate));
  if (outcome.fate == Fate::written) {
    line.field("sha256", outcome.sha256).field("bytes", outcome.file.size());
    if (!outcome.variant.mask_file_name.empty()) {
      line.field("mask_sha256", sha256_hex(outcome.mask)).field("mask_bytes", outcome.mask.size());
    }
  } else {
    line.field("stage", outcome.stage);
    // A reason may quote a file's name, which need not be UTF-8.
    line.key("reason").json(ordered_json(outcome.reason).dump(-1, ' ', false, ordered_json::error_handler_t::replace));
  }
  if (outcome.figure) {
    line.key("figure").begin_object().field("gate", outcome.figure->gate);
    line.field("value", outcome.figure->value).field("limit", outcome.figure->limit).end_object();
  }
  if (outcome.skin) {
    write_skin(line.key("skin"), *outcome.skin);
  }
  if (outcome.fate == Fate::written) {
    line.key("record").json(outcome.record);
  }
  return with_check(line.end_object().take());
}

std::optional<ordered_json> parse_journal_header(std::string_view line) {
  const auto text = checked(line);
  if (!text || text->size() > kMostHeaderBytes) {
    return std::nullopt;
  }
  ordered_json header = parse_ordered_json(std::string(*text) + '}');
  if (!header.is_object() || header.erase("journal") == 0) {
    return std::nullopt;
  }
  return header;
}

std::optional<JournalEntry> parse_journal_line(std::string_view line) {
  const auto whole_text = checked(line);
  if (!whole_text) {
    return std::nullopt;
  }
  // What stands before the record of a written variant holds no free text, so this finds the field and nothing else.
  const std::size_t record = whole_text->find(kRecordField);
  const std::string_view head = whole_text->substr(0, record);
  if (head.size() > kMostHeadBytes) {
    return std::nullopt;
  }
  if (record != std::string_view::npos) {
    JournalEntry usual;
    if (read_usual_head(head, usual)) {
      usual.record = whole_text->substr(record + kRecordField.size());
      return usual;
    }
  }
  const json object = parse_json(std::string(head) + '}');
  const auto fate = object.is_object() ? fate_of(object) : std::nullopt;
  const auto plan_line = fate ? whole(object, "line") : std::nullopt;
  if (!plan_line || *plan_line == 0 || (*fate == Fate::written) != (record != std::string_view::npos)) {
    return std::nullopt;
  }
  JournalEntry entry;
  entry.index = *plan_line - 1;
  entry.variant_id = text(object, "variant_id");
  entry.fate = *fate;
  if (entry.fate == Fate::written) {
    entry.sha256 = text(object, "sha256");
    entry.bytes = whole(object, "bytes").value_or(0);
    entry.mask_sha256 = text(object, "mask_sha256");
    entry.mask_bytes = whole(object, "mask_bytes").value_or(0);
    entry.record = whole_text->substr(record + kRecordField.size());
  } else {
    entry.stage = text(object, "stage");
    entry.reason = text(object, "reason");
  }
  if (const auto figure = object.find("figure"); figure != object.end() && figure->is_object()) {
    entry.figure = GateFigure{text(*figure, "gate"), number(*figure, "value"), number(*figure, "limit")};
  }
  entry.skin = parse_skin(object);
  return entry;
}

bool is_end_in(const OutputTree& tree, const fs::path& name, const JournalEnd& end) {
  const std::string wanted = end.check + "\"}\n";
  const Descriptor file = tree.open_to_read(name);
  if (!file.is_open() || end.check.size() != kCheckDigits || end.bytes < wanted.size() ||
      end.bytes > static_cast<std::uintmax_t>(std::numeric_limits<::off_t>::max())) {
    return false;
  }
  std::string found(wanted.size(), '\0');
  const ::ssize_t got =
      ::pread(file.number(), found.data(), found.size(), static_cast<::off_t>(end.bytes - wanted.size()));
  return got == static_cast<::ssize_t>(wanted.size()) && found == wanted;
}

JournalWriter::JournalWriter(const OutputTree& tree, const fs::path& name, std::uintmax_t keep)
    : path_(tree.root() / name), file_(tree.open_to_append(name, keep)), end_{keep, {}} {}

void JournalWriter::add(std::string_view line) {
  buffer_.assign(line).push_back('\n');
  write_all(file_, path_, buffer_);
  const std::lock_guard lock(mutex_);
  end_.bytes += buffer_.size();
  end_.check = check_in(line);
}

JournalEnd JournalWriter::end() const {
  const std::lock_guard lock(mutex_);
  return end_;
}

void JournalWriter::close() {
  if (const int error = file_.close(); error != 0) {
    throw PassingFault(path_.string() + ": cannot finish the file: " + std::generic_category().message(error));
  }
}

}  // namespace fairground
