#include "pipeline/core/error.h"
#include "pipeline/publish/export.h"

namespace fairground {

void export_nemo(const ExportInputs& inputs, DerivedFiles& files) {
  (void)inputs;
  (void)files;
  throw UserError("the export `nemo` is not made yet");
}

}  // namespace fairground
