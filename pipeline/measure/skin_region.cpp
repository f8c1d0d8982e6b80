#include "pipeline/measure/skin_region.h"

namespace fairground {

const char* to_string(MaskSource source) {
  switch (source) {
    case MaskSource::supplied:
      return "supplied";
    case MaskSource::landmarks:
      return "landmarks";
    case MaskSource::cascade:
      return "cascade";
  }
  return "";
}

}  // namespace fairground
