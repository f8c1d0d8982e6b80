// The same bytes on CPUs that lack AVX-512, or AVX2 as well. Hot loops are built for each, and libraries have code of
// their own for each CPU; all choose at run time.
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

#include "tests/support/needed_tool.h"
#include "tests/support/process.h"
#include "tests/support/run_tree.h"
#include "tests/support/test_set.h"

namespace fairground {
namespace {

constexpr const char* kEmulator = "/usr/bin/qemu-x86_64";

TEST(OlderCpus, MakeTheSameBytes) {
#if !defined(__x86_64__)
  GTEST_SKIP() << "an x86-64 CPU is emulated";
#endif
  if (::access(kEmulator, X_OK) != 0) {
    END_FOR_WANT_OF_TOOL("qemu-x86_64 is not installed; `samples/install qemu-user` does so");
  }
  TestSet set(/*recordings=*/2, /*photographs=*/4);
  const auto replace = [&](const std::string& from, const std::string& to) {
    ASSERT_NE(set.config.find(from), std::string::npos);
    set.config.replace(set.config.find(from), from.size(), to);
  };
  // Filters, rooms, codecs in whole numbers, and each kind of step for pictures.
  replace("      none: []\n",
          "      none: []\n"
          "      call: [{noise.coloured: {snr_db: 5}}, {room.shoebox: {rt60_s: 0.3}}, {device.handset: {}}, "
          "{channel.codec: {codec: mu_law}}]\n"
          "      hall: [{noise.hvac: {snr_db: 5}}, {room.shoebox: {rt60_s: 0.7}}]\n");
  replace("day: []",
          "day: [], evening: [{light.illuminant: {cct_kelvin: 3000, awb: 0.8}}, {lens.vignetting: {}}, "
          "{lens.distortion: {}}, {processing.tone_curve: {curve: s_curve}}, {file.jpeg: {quality: 60}}]");
  replace("sample_rate: 16000}", "sample_rate: 22050}");
  replace("realizations: 3", "realizations: 1");
  set.save();
  ASSERT_EQ(run_fairground({"run", set.config_path(), "--out", set / "here", "--quiet"}).status, 0);
  // With AVX2 and no more; and as far as the baseline that fairground is built for goes.
  for (const std::string cpu : {"Haswell-v4", "Nehalem-v1"}) {
    const ProcessResult old = run_process(
        {kEmulator, "-cpu", cpu, FAIRGROUND_BINARY, "run", set.config_path(), "--out", set / cpu, "--quiet"},
        set.config_path().parent_path());
    ASSERT_EQ(old.status, 0) << cpu << ": " << old.err;
    expect_equal(comparable(set / cpu), comparable(set / "here"));
  }
}

}  // namespace
}  // namespace fairground
