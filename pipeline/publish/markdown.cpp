#include "pipeline/publish/markdown.h"

#include <algorithm>

#include "pipeline/core/text.h"

namespace fairground {
namespace {

std::string on_a_line(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(
      line, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return on_one_line(line);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_ascii_word(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_word(char c) { return is_ascii_word(c) || static_cast<unsigned char>(c) >= 0x80; }

bool is_behind_www(std::string_view line, std::size_t end) {
  return end >= 3 && std::ranges::all_of(line.substr(end - 3, 3), [](char c) { return c == 'w' || c == 'W'; });
}

/// Whether the character there would be read as mark-up. Where it cannot be, it is left as it is: cards are also read
/// as plain text.
bool is_mark(std::string_view line, std::size_t i) {
  const char c = line[i];
  const char before = i == 0 ? ' ' : line[i - 1];
  const char after = i + 1 == line.size() ? ' ' : line[i + 1];
  switch (c) {
    case '_':  // within a word it stands for itself
      return !is_word(before) || !is_word(after);
    case '&':  // an entity
      return (after == '#' || is_word(after)) && line.find(';', i) != std::string_view::npos;
    case '#':
    case '-':
    case '+':
    case '=':  // a title, a list or a rule, at the start alone
      return i == 0 && !is_digit(after);
    case ':':  // an address, of which GitHub makes a link
      return line.substr(i + 1).starts_with("//");
    case '.':
    case ')':  // likewise, or a numbered list at the start
      return is_behind_www(line, i) || (i > 0 && after == ' ' && line.find_first_not_of("0123456789") == i);
    default:
      return std::string_view("\\`*[]<>|~$").find(c) != std::string_view::npos;
  }
}

/// Whether the `@` there would be taken for that of a mail address, of which GitHub makes a link. No escape keeps it
/// from that, since addresses are looked for in what stands there once escapes are read.
bool is_in_mail_address(std::string_view line, std::size_t at) {
  const auto is_of_address = [](char c) { return is_ascii_word(c) || c == '.' || c == '-' || c == '_'; };
  const std::string_view behind = line.substr(at + 1);
  const auto end = std::ranges::find_if_not(behind, is_of_address);
  return at > 0 && (is_of_address(line[at - 1]) || line[at - 1] == '+') && std::find(behind.begin(), end, '.') != end;
}

std::size_t longest_run_of_ticks(std::string_view text) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

std::string row(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) {
    line += ' ' + cell + " |";
  }
  return line + '\n';
}

}  // namespace

std::string markdown_text(std::string_view text) {
  std::string escaped;
  const std::string line = on_a_line(text);
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (is_mark(line, i)) {
      escaped += '\\';
    } else if (line[i] == '@' && is_in_mail_address(line, i)) {
      escaped += "<!-- -->";  // An empty comment, which parts the text.
    }
    escaped += line[i];
  }
  return escaped;
}

std::string markdown_code(std::string_view text) {
  const std::string line = on_a_line(text);
  if (line.empty()) {
    return {};
  }
  const std::string fence(longest_run_of_ticks(line) + 1, '`');
  // Of a space at both ends one each is left out, and so is that which parts ticks from the fence.
  const bool needs_space = line.front() == '`' || line.back() == '`' || (line.front() == ' ' && line.back() == ' ');
  return fence + (needs_space ? " " : "") + line + (needs_space ? " " : "") + fence;
}

std::string markdown_code_in_cell(std::string_view text) {
  std::string code = markdown_code(text);
  // The one escape that is seen in code, and in tables alone.
  for (std::size_t i = code.find('|'); i != std::string::npos; i = code.find('|', i + 2)) {
    code.insert(i, "\\");
  }
  return code;
}

std::string markdown_block(std::string_view text, std::string_view language) {
  const std::string fence(std::max<std::size_t>(3, longest_run_of_ticks(text) + 1), '`');
  const bool has_end = !text.empty() && text.back() == '\n';
  return fence + std::string(language) + '\n' + std::string(text) + (has_end ? "" : "\n") + fence + '\n';
}

std::string markdown_link(std::string_view text) {
  const bool has_scheme = text.starts_with("https://") || text.starts_with("http://");
  const bool is_plain = std::ranges::none_of(text, [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '<' || c == '>' || c == '`' || c == '"' || c == '|' ||
           c == '\\';
  });
  const bool is_mail = std::ranges::count(text, '@') == 1 && is_in_mail_address(text, text.find('@')) &&
                       std::ranges::all_of(text, [](char c) {
                         return is_ascii_word(c) || std::string_view("@.-_+").find(c) != std::string_view::npos;
                       });
  return is_plain && (has_scheme || is_mail) ? '<' + std::string(text) + '>' : markdown_text(text);
}

MarkdownTable::MarkdownTable(std::vector<std::string> header, std::vector<bool> right, std::size_t most) : most_(most) {
  rows_ = row(header) + '|';
  for (const bool is_right : right) {
    rows_ += is_right ? "---:|" : "---|";
  }
  rows_ += '\n';
}

void MarkdownTable::add(const std::vector<std::string>& cells) {
  if (++added_ <= most_) {
    rows_ += row(cells);
  }
}

std::string MarkdownTable::text(std::string_view where) const {
  if (added_ <= most_) {
    return rows_;
  }
  return rows_ + '\n' + std::to_string(added_ - most_) + " more of " + std::to_string(added_) +
         " rows are left out here; " + std::string(where) + ".\n";
}

}  // namespace fairground
