// Journals from anywhere: a line is read or dropped, and what is read agrees with itself and the plan.
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>

#include "pipeline/core/hash.h"
#include "pipeline/output/journal.h"
#include "pipeline/output/journal_state.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/journal_set.h"

namespace fairground {
namespace {

/// What a fuzzer does not find out: the hash at the end of a line (journal.h). Lines that begin with `!` stay as they
/// are without it.
std::string with_checks(std::string_view input) {
  std::string text;
  while (!input.empty()) {
    const std::size_t end = std::min(input.find('\n'), input.size());
    std::string line(input.substr(0, end));
    const bool has_end = end < input.size();
    input.remove_prefix(end + (has_end ? 1 : 0));
    if (line.starts_with('!')) {
      line.erase(0, 1);
    } else if (line.ends_with('}')) {
      line.pop_back();
      char check[17];
      std::snprintf(check, sizeof check, "%016llx", static_cast<unsigned long long>(FieldHash().add(line).value64()));
      line.append(",\"check\":\"").append(check).append("\"}");
    }
    text += line + (has_end ? "\n" : "");
  }
  return text;
}

void check_line(std::string_view line) {
  static_cast<void>(parse_journal_header(line));
  const std::optional<JournalEntry> entry = parse_journal_line(line);
  if (!entry) {
    return;
  }
  if (entry->fate == Fate::written) {
    require(
        entry->record.data() >= line.data() && entry->record.data() + entry->record.size() <= line.data() + line.size(),
        "a record lies in its line");
  } else {
    require(entry->record.empty(), "what was not written has no record");
  }
}

void check_state(const JournalSet& set, const JournalChecks& checks, std::size_t size) {
  const JournalState state = read_journal(set.tree, "journal.jsonl", set.plan, checks);
  require(state.is_there, "a file that is there is read");
  require(state.end <= size, "the end of what holds lies in the file");
  require(state.counts.done() == state.done.size(), "the counts are those of the lines");
  std::set<std::size_t> seen;
  for (const JournalPlace& place : state.done) {
    require(place.index < set.plan.size() && seen.insert(place.index).second, "a variant of the plan has one line");
    require(place.offset + place.length + 1 <= size, "a line that holds is whole");
  }
  require(state.done.empty() || state.header.has_value(), "nothing holds without a header");
  for (const std::string& problem : state.problems) {
    require(problem == on_one_line(problem), "a problem is one line of plain text");
  }
}

}  // namespace
}  // namespace fairground

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fairground;
  static const JournalSet kSet;
  const std::string text = with_checks(text_of(data, size));
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    check_line(std::string_view(text).substr(at, end - at));
    at = end + 1;
  }
  kSet.tree.write("journal.jsonl", text);
  check_state(kSet, {}, text.size());
  JournalChecks other;
  other.drop_failed = true;
  other.belongs = [](std::size_t index) { return index % 2 == 0; };
  other.synced = size % 1000;
  check_state(kSet, other, text.size());
  require(read_journal_header(kSet.tree, "journal.jsonl").has_value() ==
              read_journal(kSet.tree, "journal.jsonl", kSet.plan, {}).header.has_value(),
          "both readers of a header agree");
  return 0;
}
