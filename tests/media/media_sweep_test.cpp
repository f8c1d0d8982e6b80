// Thousands of damaged files of every format: each is decoded within the limits or is a failed item, soon and in little
// memory. FAIRGROUND_SWEEP=300000 asks for so many.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>

#include "pipeline/core/error.h"
#include "pipeline/media/audio_file.h"
#include "pipeline/media/image_file.h"
#include "tests/support/damaged_media.h"

namespace fairground {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// Sanitizers take several times the time, and keep what is freed for a while, so that memory says nothing.
constexpr double kMostSeconds = 10.0;
constexpr double kMostMegabytes = 1e9;
#else
constexpr double kMostSeconds = 2.0;
constexpr double kMostMegabytes = 512.0;
#endif

std::size_t wanted_files() {
  constexpr std::size_t kUsual = 5000;
  const char* const asked = std::getenv("FAIRGROUND_SWEEP");
  return asked == nullptr ? kUsual : std::stoul(asked);
}

/// What a child has found out, readable after its death.
struct Findings {
  std::atomic<std::size_t> current{0};
  std::atomic<std::size_t> decoded{0};
  std::atomic<std::size_t> refused{0};
  std::atomic<std::size_t> slowest{0};
  std::atomic<double> most_seconds{0.0};
  std::atomic<bool> other_error{false};
  char message[512] = {};
};

Findings& shared_findings() {
  void* const memory =
      ::mmap(nullptr, sizeof(Findings), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, /*offset=*/0);
  return *new (memory) Findings;
}

double peak_megabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) {
      return std::stod(line.substr(6)) / 1e3;
    }
  }
  return 0.0;
}

void decode(const MediaSample& sample, const Bytes& file) {
  const std::string name = "a" + sample.extension;
  if (sample.is_audio) {
    static_cast<void>(decode_audio(file, name, MediaLimits()));
  } else {
    static_cast<void>(decode_picture(file, name, MediaLimits()));
  }
}

/// Decodes the files from `first` to `last` (not included).
void decode_range(const std::vector<MediaSample>& samples, std::size_t first, std::size_t last, Findings& findings) {
  for (std::size_t i = first; i < last; ++i) {
    findings.current = i;
    ::alarm(60);  // ends what hangs
    const Bytes file = damaged(samples, i);
    const auto start = std::chrono::steady_clock::now();
    try {
      decode(damaged_sample(samples, i), file);
      ++findings.decoded;
    } catch (const ItemError&) {
      ++findings.refused;
    } catch (const std::exception& error) {
      std::snprintf(findings.message, sizeof findings.message, "file %zu: %s", i, error.what());
      findings.other_error = true;
      return;
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (seconds > findings.most_seconds) {
      findings.most_seconds = seconds;
      findings.slowest = i;
    }
  }
}

/// Decodes in a child, so that a crash is a finding and no end of the test.
void sweep(const std::vector<MediaSample>& samples, std::size_t first, std::size_t last, Findings& findings,
           double& most_megabytes) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    // What damaged files make libraries say is of no use here.
    if (std::getenv("FAIRGROUND_SWEEP_LOUD") == nullptr && std::freopen("/dev/null", "w", stderr) == nullptr) {
      ::_exit(3);
    }
    std::ofstream("/proc/self/clear_refs") << 5;  // the peak begins anew
    decode_range(samples, first, last, findings);
    const double megabytes = peak_megabytes();
    ::_exit(::write(ends[1], &megabytes, sizeof megabytes) == sizeof megabytes ? 0 : 4);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  double megabytes = 0.0;
  ::close(ends[1]);
  const bool has_peak = ::read(ends[0], &megabytes, sizeof megabytes) == sizeof megabytes;
  ::close(ends[0]);
  const std::size_t current = findings.current;
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0 && has_peak)
      << "status " << status << " at file " << current << ", of " << damaged_sample(samples, current).format;
  EXPECT_FALSE(findings.other_error) << findings.message;
  EXPECT_LT(megabytes, kMostMegabytes) << "files " << first << " to " << last - 1;
  most_megabytes = std::max(most_megabytes, megabytes);
}

TEST(MediaSweep, SamplesAreWhole) {
  for (const MediaSample& sample : media_samples()) {
    EXPECT_NO_THROW(decode(sample, sample.bytes)) << sample.format;
  }
}

TEST(MediaSweep, DamageIsDecodedOrRefused) {
  constexpr std::size_t kAtOnce = 50;
  const std::vector<MediaSample> samples = media_samples();
  const std::size_t files = wanted_files();
  Findings& findings = shared_findings();
  double megabytes = 0.0;
  for (std::size_t first = 0; first < files; first += kAtOnce) {
    sweep(samples, first, std::min(first + kAtOnce, files), findings, megabytes);
  }
  std::cout << files << " files: " << findings.decoded << " decoded, " << findings.refused << " refused; at most "
            << findings.most_seconds << " s (file " << findings.slowest << ", "
            << damaged_sample(samples, findings.slowest).format << ") and " << megabytes << " MB\n";
  EXPECT_EQ(findings.decoded + findings.refused, files);
  EXPECT_LT(findings.most_seconds, kMostSeconds) << "file " << findings.slowest;
  // Both happen, or the damage would be too slight or too great to test anything.
  EXPECT_GT(findings.decoded, files / 20);
  EXPECT_GT(findings.refused, files / 4);
}

}  // namespace
}  // namespace fairground
