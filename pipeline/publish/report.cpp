#include "pipeline/publish/report.h"

#include <nlohmann/json.hpp>

#include "pipeline/publish/report_data.h"
#include "pipeline/publish/report_html.h"

namespace fairground {

std::string report_page(const OutputTree& tree, const SetFacts& set, const nlohmann::ordered_json& run) {
  return report_html(report_data(tree, set, run));
}

}  // namespace fairground
