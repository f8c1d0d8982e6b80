// A small plan, and a folder with the files of all its variants, so that lines of a journal may hold.
#pragma once

#include <string>

#include "pipeline/core/hash.h"
#include "pipeline/output/journal.h"
#include "pipeline/output/output_tree.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/made_world.h"

namespace fairground {

class JournalSet {
 public:
  JournalSet() {
    for (std::size_t i = 0; i < plan.size(); ++i) {
      const Outcome written = outcome(i, Fate::written);
      tree.write("audio/" + written.variant.file_name, written.file);
    }
  }

  [[nodiscard]] Outcome outcome(std::size_t index, Fate fate) const {
    Outcome outcome;
    outcome.index = index;
    outcome.variant = plan.at(index);
    outcome.fate = fate;
    if (fate == Fate::written) {
      outcome.file = {std::byte{'f'}, static_cast<std::byte>('0' + index)};
      outcome.sha256 = sha256_hex(outcome.file);
      outcome.record = "{\"variant_id\":\"" + outcome.variant.variant_id + "\",\"snr\":1.5}";
      return outcome;
    }
    outcome.stage = "gate";
    outcome.reason = "because \"it\" is so";
    outcome.figure = GateFigure{"clipped", 0.5, 0.001};
    outcome.skin = SkinOutcome{52.5, MaskSource::landmarks, 0.75, {}};
    return outcome;
  }

 private:
  static World small_world() {
    static const StepSchema kFan = made_schema("noise.fan", Stage::scene);
    World world;
    world.config.name = "small";
    world.config.seed = 7;
    world.config.path = "/configs/small.yaml";
    world.settings().axes = {{"noise", {{"none", {}}, {"fan", {made_step(kFan, 1.0)}}}}};
    world.add("anna", "irish", "anna");
    world.add("ben", "scots", "ben");
    return world;
  }

  ScratchFolder folder_;
  World world_ = small_world();

 public:
  Plan plan{world_.config, world_.catalog};
  OutputTree tree{folder_.path()};
};

}  // namespace fairground
