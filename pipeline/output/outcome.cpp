#include "pipeline/output/outcome.h"

namespace fairground {

const char* to_string(Fate fate) {
  switch (fate) {
    case Fate::written:
      return "written";
    case Fate::rejected:
      return "rejected";
    case Fate::failed:
      return "failed";
  }
  return "?";
}

}  // namespace fairground
