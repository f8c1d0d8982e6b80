// What Hugging Face's `datasets` must be told beside the records: the head of README.md, by which it loads a folder.
#pragma once

#include <string>

#include "pipeline/output/output_tree.h"
#include "pipeline/publish/set_facts.h"

namespace fairground {

/// The YAML at the top of the run's README.md, from `---` to the end of the line `---`. With it, `load_dataset("DIR")`
/// loads the set's recordings, or its pictures where it has none: `datasets` takes one kind of media from a folder.
///
/// It names the type of every column. Without it `datasets` infers types from the first 10 MB of records, and where no
/// skin was found in any of these, it takes the columns of tones for empty ones and stops at the first number.
/// Throws PassingFault.
[[nodiscard]] std::string hugging_face_header(const OutputTree& tree, const SetFacts& set);

/// README.md of a medium's folder, with which `load_dataset("DIR/image")` does the same for that medium.
[[nodiscard]] std::string hugging_face_readme(const OutputTree& tree, const SetFacts& set, const MediaFacts& facts);

}  // namespace fairground
