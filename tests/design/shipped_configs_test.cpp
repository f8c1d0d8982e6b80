// The examples in configs/ and samples/ are what users start from: each must be without mistakes.
#include <gtest/gtest.h>

#include <filesystem>

#include "augmenters/augmenter.h"
#include "pipeline/core/error.h"
#include "pipeline/design/chain.h"

namespace fairground {
namespace {

const std::filesystem::path kProject = FAIRGROUND_SOURCE_DIR;

std::vector<std::filesystem::path> shipped_configs() {
  std::vector<std::filesystem::path> files{kProject / "samples/demo.yaml"};
  for (const auto& entry : std::filesystem::directory_iterator(kProject / "configs")) {
    if (entry.path().extension() == ".yaml") {
      files.push_back(entry.path());
    }
  }
  return files;
}

TEST(ShippedConfigs, HaveNoMistakes) {
  const std::vector<std::filesystem::path> files = shipped_configs();
  EXPECT_GE(files.size(), 10U);
  for (const std::filesystem::path& file : files) {
    SCOPED_TRACE(file);
    try {
      const Config config = load_config(file, registered_schemas());
      for (const auto& [medium, settings] : config.media) {
        const std::vector<Condition> conditions = make_conditions(settings, full_factorial(settings));
        EXPECT_EQ(chain_mistakes(settings, conditions), std::vector<std::string>());
      }
    } catch (const UserError& error) {
      for (const std::string& message : error.messages()) {
        // Sample media and the models of faces are fetched and not in the repository.
        const bool is_missing = message.find("no file matches") != std::string::npos ||
                                message.find("samples/face-models makes one") != std::string::npos;
        EXPECT_TRUE(is_missing) << message;
      }
    }
  }
}

}  // namespace
}  // namespace fairground
