// The exact list of variants that a run will make. A variant is worked out when it is asked for, so that a
// plan's memory grows with the sources and not with the variants.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/catalog/catalog.h"
#include "pipeline/core/hash.h"
#include "pipeline/design/design.h"

namespace fairground {

/// One line of the plan.
struct Variant {
  Media media = Media::audio;
  std::size_t source = 0;     ///< index into MediaCatalog::sources
  std::size_t condition = 0;  ///< index into MediaPlan::conditions
  Control control = Control::none;
  int realization = 0;
  std::string variant_id;
  std::string pair_id;         ///< the variants of one source that differ in condition only
  std::string draw_id;         ///< all variants that met one draw
  std::string file_name;       ///< inside the folder of the medium
  std::string mask_file_name;  ///< likewise, of the mask beside it; empty where the sources have none
};

/// The run that a plan extends.
struct ExtendedRun {
  std::filesystem::path directory;
  std::string plan_sha256;
};

/// Holds references to the config and the catalog, which must outlive it.
class Plan {
 public:
  /// All that the design holds, whatever was made before. Throws UserError where it cannot be made as the config asks
  /// for it.
  Plan(const Config& config, const Catalog& catalog, const DesignInputs& inputs = {});
  /// What is left of `design` when `base` was made: what that does not have, and beside it the clean references and the
  /// originals of repeats that this is compared with, since a record can only name files of its own folder. `design`
  /// must outlive it.
  Plan(const Plan& design, const PlannedSet& base);
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  [[nodiscard]] const Config& config() const { return config_; }
  [[nodiscard]] const Catalog& catalog() const { return catalog_; }
  [[nodiscard]] const std::vector<MediaPlan>& media() const { return media_; }
  /// Empty: the plan is a whole design.
  [[nodiscard]] const std::optional<ExtendedRun>& extends() const { return extends_; }
  [[nodiscard]] const MediaPlan& of(Media media) const;
  [[nodiscard]] std::size_t size() const;

  /// Variant `index`, 0 to size() - 1: audio first, then source by source in the catalog's order, then condition
  /// by condition, and the repeats of the source last.
  [[nodiscard]] Variant at(std::size_t index) const;
  /// The same without its ids and names, which take most of the time.
  [[nodiscard]] Variant unnamed(std::size_t index) const;
  /// A number that all variants of one source share and no other source's do.
  [[nodiscard]] std::size_t source_number(std::size_t index) const;
  /// How many variants the source of a variant has.
  [[nodiscard]] std::size_t variants_of_source(std::size_t index) const;
  /// The clean reference of the same source. Only where the config includes clean references.
  [[nodiscard]] Variant clean_of(const Variant& variant) const;
  /// The name of its file alone, which is found more quickly.
  [[nodiscard]] std::string clean_file_name(const Variant& variant) const;

  /// The line of plan.jsonl, without the line's end.
  [[nodiscard]] std::string line(const Variant& variant) const;
  /// All lines of plan.jsonl in order, without the lines' ends.
  void for_each_line(const std::function<void(const std::string&)>& body) const;
  /// The text of plan.jsonl, piece by piece in order, each of some whole lines. It is made on up to `jobs` threads.
  void for_each_piece(const std::function<void(std::string_view)>& body, int jobs = 1) const;
  /// SHA-256 of that text.
  [[nodiscard]] std::string sha256(int jobs = 1) const;

 private:
  /// What all variants of a condition share.
  struct ConditionText {
    std::string hash;         ///< of what makes its bytes
    std::string suffix;       ///< of the readable part of an id
    std::string json;         ///< its levels
    bool needs_skin = false;  ///< some step works on skin
    bool has_assets = false;  ///< some step draws from an asset
    /// By realization, where these are the same for all sources and few enough to be kept; see draw_id().
    std::vector<std::string> draw_ids = {};
  };
  /// What all variants of a source share.
  struct SourceText {
    FieldHash settings;  ///< its bytes, all that the manifest says of what is in its picture, and how it is read
    std::string name;    ///< the readable part of an id
    std::string pair_id;
    std::string folder;
  };
  struct Place {
    const MediaPlan* plan;
    std::size_t source;
    std::size_t offset;  ///< among the variants of the source
  };

  [[nodiscard]] Place find(std::size_t index) const;
  [[nodiscard]] SourceText describe_source(const MediaPlan& plan, std::size_t source) const;
  [[nodiscard]] std::string variant_id(const Variant& variant, const MediaPlan& plan, const SourceText& source) const;
  [[nodiscard]] std::string file_name(const std::string& variant_id, const MediaPlan& plan,
                                      const SourceText& source) const;
  /// `source`: its id, or empty where all sources meet the same draw.
  [[nodiscard]] std::string draw_id(const MediaPlan& plan, const ConditionText& condition, int realization,
                                    std::string_view source) const;
  /// Appends the lines of the variants from `begin` to before `end`, each with its end.
  void append_lines(std::size_t begin, std::size_t end, std::string& lines) const;
  void append_line(const Variant& variant, std::string& json) const;
  /// `variant` with its ids and names.
  [[nodiscard]] Variant named(Variant variant, const MediaPlan& plan, const SourceText& source) const;
  [[nodiscard]] ConditionText describe(const MediaPlan& plan, const Condition& condition) const;
  void describe_conditions();
  void leave_out_what_was_made(MediaPlan& plan, const PlannedSet& base);

  const Config& config_;
  const Catalog& catalog_;
  std::vector<MediaPlan> media_;
  std::optional<ExtendedRun> extends_;
  std::map<Media, std::vector<ConditionText>> condition_texts_;  ///< of each condition
};

}  // namespace fairground
