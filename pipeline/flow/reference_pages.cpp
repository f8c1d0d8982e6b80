#include "pipeline/flow/reference_pages.h"

#include <string>

#include "pipeline/config/reference.h"
#include "pipeline/core/error.h"
#include "pipeline/output/output_tree.h"

namespace fairground {

namespace fs = std::filesystem;

void write_reference_pages(const fs::path& directory, std::span<const StepSchema* const> schemas,
                           std::ostream& summary) {
  std::error_code error;
  if (!fs::is_directory(directory, error)) {
    throw UserError(directory.string() + ": there is no such folder; make it, or give --pages another one");
  }
  const OutputTree tree(directory);
  const auto write = [&](const fs::path& name, const std::string& text) {
    if (tree.read_text(name, text.size()) != text) {
      tree.write(name, text);
      summary << (directory / name).string() << '\n';
    }
  };
  tree.make_folder("augmenters");
  write("augmenters.md", reference_index(schemas));
  for (const StepSchema* const schema : schemas) {
    write(fs::path("augmenters") / (schema->name + ".md"), reference_page(*schema));
  }
}

}  // namespace fairground
