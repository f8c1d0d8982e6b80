#include "pipeline/flow/publishing.h"

#include <nlohmann/json.hpp>

#include "pipeline/flow/set_description.h"
#include "pipeline/publish/publish.h"

namespace fairground {

Publisher Publishing::publisher() {
  return {[this] { return set_description(plan_, tool_version_); },
          [this](const OutputTree& tree, const nlohmann::ordered_json& run) {
            try {
              publish(tree, run, jobs_);
            } catch (const UserError& error) {
              problems_ = error.messages();
            }
          },
          [](const OutputTree& tree) {
            try {
              return is_published(tree);
            } catch (const UserError&) {
              return false;  // to be tried again, which says why it fails
            }
          }};
}

ExitStatus Publishing::ended(ExitStatus status, const std::filesystem::path& directory, std::ostream& out) const {
  if (problems_.empty()) {
    return status;
  }
  out << "the set is finished, but not all of its report, data card and exports:\n";
  for (const std::string& problem : problems_) {
    out << "  " << problem << '\n';
  }
  out << "`fairground report " << directory.string() << "` and `fairground export` try again\n";
  return ExitStatus::items_failed;
}

}  // namespace fairground
