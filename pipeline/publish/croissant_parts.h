// The parts of a description in Croissant, each made by a file of its own.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "pipeline/publish/export.h"
#include "pipeline/publish/set_counts.h"

namespace fairground {

/// A name within an IRI: of manifests' columns anything may be made.
[[nodiscard]] std::string iri_part(std::string_view name);

/// The URL of a licence that is one already or the name that SPDX gives it; any other text as it is.
[[nodiscard]] std::string licence_url(const std::string& licence);

/// `distribution`: the files and sets of files. Throws UserError where one is missing.
[[nodiscard]] nlohmann::ordered_json croissant_distribution(const ExportInputs& inputs);

/// `recordSet`: the records of each medium that has some.
[[nodiscard]] nlohmann::ordered_json croissant_record_sets(const ExportInputs& inputs, const SetCounts& counts);

/// `prov:wasDerivedFrom` and `prov:wasGeneratedBy`, in the terms of W3C PROV-O.
void add_croissant_origin(const ExportInputs& inputs, nlohmann::ordered_json& json);

/// The fields of RAI 1.0.
void add_croissant_responsibility(const ExportInputs& inputs, const SetCounts& counts, nlohmann::ordered_json& json);

}  // namespace fairground
