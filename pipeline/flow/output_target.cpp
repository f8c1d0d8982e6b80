#include "pipeline/flow/output_target.h"

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"

namespace fairground {

namespace fs = std::filesystem;

void check_target(const Config& config, const fs::path& out, const std::string& what_is_written) {
  if (out.empty()) {
    return;
  }
  std::error_code error;
  const fs::path folder = out.has_parent_path() ? out.parent_path() : fs::path(".");
  if (!fs::is_directory(folder, error)) {
    throw UserError(out.string() + ": there is no folder " + folder.string() + "; make it, or choose another --out");
  }
  if (fs::exists(folder / "run.json", error) || fs::exists(folder / "journal.jsonl", error)) {
    throw UserError(out.string() +
                    ": this is the folder of a run, whose files must stay as they are; choose another --out");
  }
  // A device would be replaced by a file.
  if (fs::exists(out, error) && !fs::is_regular_file(out, error)) {
    throw UserError(out.string() + ": " + (fs::is_directory(out, error) ? "this is a folder" : "this is no file") +
                    "; give --out the name of a file");
  }
  // What is written is gathered beside the target first.
  fs::path gathered = out;
  gathered += ".part";
  const auto refuse_if = [&](const fs::path& kept, const char* what) {
    if (fs::equivalent(out, kept, error) || fs::equivalent(gathered, kept, error)) {
      throw UserError(out.string() + ": writing " + what_is_written + " here would replace " + what +
                      "; choose another --out");
    }
  };
  refuse_if(config.path, "the config");
  for (const SourceSettings& source : config.sources) {
    refuse_if(source.manifest, "a manifest");
  }
  for (const AssetSettings& asset : config.assets) {
    if (asset.pool) {
      refuse_if(asset.pool->manifest, "a manifest");
    }
  }
}

void check_target(const Catalog& catalog, const Config& config, const fs::path& out,
                  const std::string& what_is_written) {
  if (out.empty()) {
    return;
  }
  std::error_code error;
  const fs::path target = fs::weakly_canonical(out, error);
  const auto refuse_if = [&](const fs::path& kept, const std::string& what) {
    if (kept == target) {
      throw UserError(out.string() + ": writing " + what_is_written + " here would replace " + what +
                      "; choose another --out");
    }
  };
  for (const auto& [media, of_media] : catalog.media) {
    for (const Source& source : of_media.sources) {
      refuse_if(of_media.file_of(source).path.str(), "source " + in_ticks(source.id()));
    }
    for (const MediaFile& map : of_media.map_files) {
      refuse_if(map.path.str(), "a mask, depth or normals of a source");
    }
  }
  for (const AssetSettings& asset : config.assets) {
    for (const fs::path& file : asset.files) {
      refuse_if(fs::weakly_canonical(file, error), "a file of asset " + in_ticks(asset.name));
    }
  }
  for (const auto& [name, pool] : catalog.pools) {
    for (const TalkerFile& file : pool.files) {
      refuse_if(file.path, "a file of asset " + in_ticks(name));
    }
  }
}

}  // namespace fairground
