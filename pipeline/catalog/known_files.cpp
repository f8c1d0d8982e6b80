#include "pipeline/catalog/known_files.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "pipeline/catalog/json_text.h"
#include "pipeline/core/hash.h"

namespace fairground {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using nlohmann::ordered_json;

// A file that changes twice within one tick of the file system's clock keeps its time. Ticks are of milliseconds, and
// of two seconds on FAT.
constexpr std::int64_t kTickNs = 2'000'000'000;

// Paths of most systems have at most 4096 bytes, each of which takes up to six in JSON.
constexpr std::size_t kMostLineBytes = std::size_t{1} << 16U;

std::uint64_t key_of(std::string_view kind, std::string_view path) { return FieldHash().add(kind).add(path).value64(); }

/// What stands last in a line: a line that a power cut or a bad disk has damaged must not be believed.
std::string check_of(std::string_view text) { return ",\"check\":\"" + FieldHash().add(text).hex(16) + "\"}"; }

std::string with_check(std::string object) {
  object.pop_back();
  return object + check_of(object);
}

bool is_checked(std::string_view line) {
  const std::size_t check = check_of({}).size();
  return line.size() > check && line.substr(line.size() - check) == check_of(line.substr(0, line.size() - check));
}

template <class T>
bool read(const json& line, const char* field, T& into) {
  const auto found = line.find(field);
  if (found == line.end() || !found->is_number()) {
    return false;
  }
  into = found->get<T>();
  return true;
}

}  // namespace

bool is_known_line(std::string_view line) { return is_checked(line); }

std::string kind_of_file(Media medium, bool is_map) { return is_map ? "map" : to_string(medium); }

KnownFiles::KnownFiles(const fs::path& path) {
  const auto own_times = file_times(path);
  if (!own_times) {
    return;
  }
  trusted_until_ns_ = own_times->modified_ns - kTickNs;
  std::ifstream file(path, std::ios::binary);
  std::vector<char> buffer(kMostLineBytes);
  while (file.getline(buffer.data(), static_cast<std::streamsize>(buffer.size()))) {  // fails at a longer line
    const std::string_view text(buffer.data());
    if (!is_checked(text)) {
      continue;
    }
    const json line = parse_json(text);
    if (!line.is_object()) {
      continue;
    }
    Known known;
    const auto text_of = [&](const char* field) {
      const auto found = line.find(field);
      return found != line.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    const auto sha256 = Sha256Digest::from_hex(text_of("sha256"));
    if (sha256 && read(line, "bytes", known.times.bytes) && read(line, "modified_ns", known.times.modified_ns) &&
        read(line, "changed_ns", known.times.changed_ns) && read(line, "sample_rate", known.sample_rate) &&
        read(line, "channels", known.channels) && read(line, "seconds", known.seconds) &&
        read(line, "megapixels", known.megapixels)) {
      known.sha256 = *sha256;
      files_.emplace(key_of(text_of("kind"), text_of("path")), known);
    }
  }
}

bool KnownFiles::fill_in(MediaFile& file, const std::string& kind) const {
  if (files_.empty()) {
    return false;
  }
  const std::string path = file.path.str();
  const auto found = files_.find(key_of(kind, path));
  if (found == files_.end()) {
    return false;
  }
  const Known& known = found->second;
  const auto times = file_times(path);
  if (!times || *times != known.times || times->changed_ns > trusted_until_ns_) {
    return false;
  }
  file.times = *times;
  file.sha256 = known.sha256;
  file.sample_rate = known.sample_rate;
  file.channels = known.channels;
  file.seconds = known.seconds;
  file.megapixels = known.megapixels;
  return true;
}

void KnownFiles::for_each_line(const Catalog& catalog, const std::function<void(const std::string&)>& body) {
  const auto add = [&](const MediaFile& file, const std::string& kind) {
    if (!file.problem.empty() || file.sha256.empty()) {
      return;
    }
    const ordered_json line = {{"path", file.path.str()},
                               {"kind", kind},
                               {"bytes", file.times.bytes},
                               {"modified_ns", file.times.modified_ns},
                               {"changed_ns", file.times.changed_ns},
                               {"sha256", file.sha256.hex()},
                               {"sample_rate", file.sample_rate},
                               {"channels", file.channels},
                               {"seconds", file.seconds},
                               {"megapixels", file.megapixels}};
    // A path need not be UTF-8; such a file is then read again.
    body(with_check(line.dump(-1, ' ', false, ordered_json::error_handler_t::replace)));
  };
  for (const auto& [medium, media] : catalog.media) {
    for (const MediaFile& file : media.files) {
      add(file, kind_of_file(medium, /*is_map=*/false));
    }
    for (const MediaFile& file : media.map_files) {
      add(file, kind_of_file(medium, /*is_map=*/true));
    }
  }
}

}  // namespace fairground
