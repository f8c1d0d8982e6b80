// Manifests in JSON Lines, and the cells in them.
#include "tests/fuzz/manifest_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fairground::check_manifest(fairground::text_of(data, size), "fuzz.jsonl");
  return 0;
}
