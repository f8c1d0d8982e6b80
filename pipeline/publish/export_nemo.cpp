// exports/nemo/manifest.jsonl: a manifest as NVIDIA NeMo reads it.
//
// `audio_filepath` is relative to the manifest, which NeMo resolves. NeMo leaves fields that it does not know alone, so
// every label of a record is one of them, of the same type on every line. Clean references and controls are lines like
// all others; `synthetic` and `control` tell them. `text` is the transcript as the manifest of the sources has it, and
// is missing where there are none.
#include "pipeline/core/text.h"
#include "pipeline/publish/export.h"
#include "pipeline/publish/export_parts.h"

namespace fairground {

void export_nemo(const ExportInputs& inputs, DerivedFiles& files) {
  const MediaFacts& facts = *inputs.set.of(Media::audio);
  const Records records(inputs.tree, facts);
  // Those that are written here, and those by which NeMo would read something else.
  const LabelFields labels(
      records, {"audio_filepath", "clean_audio_filepath", "duration", "text", "audio_file", "audio_filename",
                "feature_file", "offset", "orig_sr", "rttm_filepath", "text_filepath", "token_labels"});
  const std::size_t duration = required_number(records, "measured_duration_s");
  const auto file = files.begin("exports/nemo/manifest.jsonl");
  std::string line;
  records.for_each([&](const Record& record) {
    line = "{\"audio_filepath\":" + json_text(path_from_export(facts, record.file_name));
    if (facts.include_clean) {
      line += ",\"clean_audio_filepath\":" + json_text(path_from_export(facts, record.clean_file_name));
    }
    line += ",\"duration\":" + json_number(record.numbers[duration]);
    if (!facts.transcript.empty()) {
      line += ",\"text\":";
      append_json_text(line, transcript_of(record, facts));
    }
    line += ',';
    labels.append(line, record);
    file->add_line(line += '}');
  });
  file->finish();
}

}  // namespace fairground
