// The formats that a finished set is written in for other tools. Each has a file of its own, export_NAME.cpp, and lies
// in `exports/NAME/` of the run's folder.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "pipeline/publish/derived_files.h"
#include "pipeline/publish/set_facts.h"

namespace fairground {

/// What an export is made of. Whatever it writes follows from this alone, and names media by paths relative to where it
/// lies itself, so that a folder can be moved. `run` is what run.json says, without the seconds.
struct ExportInputs {
  const OutputTree& tree;
  const SetFacts& set;
  const nlohmann::ordered_json& run;
};

// Each writes its files through `files`, with names that begin with `exports/NAME/`. They throw UserError where records
// or files of the folder are not what they should be, and PassingFault.
void export_webdataset(const ExportInputs& inputs, DerivedFiles& files);
void export_nemo(const ExportInputs& inputs, DerivedFiles& files);
void export_kaldi(const ExportInputs& inputs, DerivedFiles& files);
void export_lhotse(const ExportInputs& inputs, DerivedFiles& files);
void export_stm(const ExportInputs& inputs, DerivedFiles& files);
void export_results(const ExportInputs& inputs, DerivedFiles& files);
void export_coco(const ExportInputs& inputs, DerivedFiles& files);
void export_croissant(const ExportInputs& inputs, DerivedFiles& files);

/// Why this set cannot be written in a format; empty where it can.
[[nodiscard]] std::string why_not(ExportFormat format, const SetFacts& set);

/// The one for this format.
void write_export(ExportFormat format, const ExportInputs& inputs, DerivedFiles& files);

}  // namespace fairground
