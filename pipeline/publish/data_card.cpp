#include "pipeline/publish/data_card.h"

#include <nlohmann/json.hpp>

namespace fairground {

std::string data_card(const OutputTree& tree, const SetFacts& set, const nlohmann::ordered_json& run) {
  (void)tree;
  (void)run;
  return "# " + set.name + "\n";
}

}  // namespace fairground
