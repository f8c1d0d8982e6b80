#include "pipeline/core/error.h"
#include "pipeline/publish/export.h"

namespace fairground {

void export_stm(const ExportInputs& inputs, DerivedFiles& files) {
  (void)inputs;
  (void)files;
  throw UserError("the export `stm` is not made yet");
}

}  // namespace fairground
