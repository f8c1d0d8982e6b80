// Runs a fuzz target without libFuzzer, so that every build has it: a fixed number of inputs that follow from the
// seeds, the same on every machine. It knows nothing of coverage; the preset `fuzz` looks deeper.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <string>
#include <vector>

#include "pipeline/core/random.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using fairground::RandomStream;
using Input = std::vector<std::uint8_t>;

/// The promise of issue: no input takes longer, or more memory.
constexpr int kMostSecondsPerInput = 2;
constexpr long kMostKilobytes = 512L * 1024L;
constexpr std::size_t kLongestInput = std::size_t{1} << 16U;

const char* reproducer_name = "crash";
const Input* current = nullptr;

/// Only what a signal handler may call.
void keep_current(int signal_number) {
  const int file = ::open(reproducer_name, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
  if (file >= 0 && current != nullptr) {
    static_cast<void>(!::write(file, current->data(), current->size()));
    ::close(file);
  }
  const char* what = signal_number == SIGPROF ? "fuzz: an input takes too long; it is kept as "
                                              : "fuzz: an input ends the process; it is kept as ";
  static_cast<void>(!::write(STDERR_FILENO, what, std::strlen(what)));
  static_cast<void>(!::write(STDERR_FILENO, reproducer_name, std::strlen(reproducer_name)));
  static_cast<void>(!::write(STDERR_FILENO, "\n", 1));
  ::_exit(77);
}

void watch() {
  static std::array<char, 65536> stack;  // a stack that overflowed can carry no handler
  stack_t other{};
  other.ss_sp = stack.data();
  other.ss_size = stack.size();
  ::sigaltstack(&other, nullptr);
  struct sigaction action {};
  action.sa_handler = keep_current;
  action.sa_flags = SA_ONSTACK;
  for (const int number : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGPROF}) {
    ::sigaction(number, &action, nullptr);
  }
}

/// Seconds of the CPU, since the machine may be busy with other things.
void set_clock(int seconds) {
  itimerval clock{};
  clock.it_value.tv_sec = seconds;
  ::setitimer(ITIMER_PROF, &clock, nullptr);
}

void run_one(const Input& input) {
  // In a block of its own, so that the sanitizers see where it ends.
  const Input copy(input);
  current = &copy;
  set_clock(kMostSecondsPerInput);
  LLVMFuzzerTestOneInput(copy.data(), copy.size());
  set_clock(0);
  current = nullptr;
}

Input read_input(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  fairground::require(file.is_open(), "there is a file " + path.string());
  const std::string text(std::istreambuf_iterator<char>(file), {});
  return {text.begin(), text.end()};
}

std::vector<Input> read_seeds(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  std::vector<Input> seeds;
  std::ranges::transform(paths, std::back_inserter(seeds), read_input);
  return seeds;
}

/// The words of a dictionary as make_seeds writes it: one on each line, between quotes, with escapes.
std::vector<Input> read_dictionary(const std::filesystem::path& path) {
  std::ifstream file(path);
  fairground::require(file.is_open(), "there is a dictionary " + path.string());
  std::vector<Input> words;
  for (std::string line; std::getline(file, line);) {
    if (line.size() < 2 || line.front() != '"') {
      continue;
    }
    Input word;
    for (std::size_t i = 1; i + 1 < line.size(); ++i) {
      if (line[i] == '\\' && line[i + 1] == 'x') {
        std::uint8_t code = 0;
        std::from_chars(line.data() + i + 2, line.data() + i + 4, code, 16);
        word.push_back(code);
        i += 3;
      } else {
        i += line[i] == '\\' ? 1 : 0;
        word.push_back(static_cast<std::uint8_t>(line[i]));
      }
    }
    words.push_back(std::move(word));
  }
  return words;
}

/// Numbers at which widths and signs end.
std::uint64_t awkward_number(RandomStream& random) {
  constexpr std::array<std::uint64_t, 10> kNumbers = {
      0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF};
  return kNumbers[random.below(kNumbers.size())] + random.below(3) - 1;
}

void insert(Input& input, std::size_t at, const Input& what) {
  input.insert(input.begin() + static_cast<std::ptrdiff_t>(at), what.begin(), what.end());
}

Input part_of(const Input& input, RandomStream& random) {
  if (input.empty()) {
    return {};
  }
  const std::size_t from = random.below(input.size());
  const std::size_t length = 1 + random.below(std::min<std::size_t>(input.size() - from, 64));
  return {input.begin() + static_cast<std::ptrdiff_t>(from),
          input.begin() + static_cast<std::ptrdiff_t>(from + length)};
}

void mutate(Input& input, const std::vector<Input>& seeds, const std::vector<Input>& words, RandomStream& random) {
  const std::size_t at = random.below(input.size() + 1);
  const std::size_t left = input.size() - at;
  const std::uint64_t kind = random.below(words.empty() ? 8 : 10);
  if (kind >= 8) {  // a word, over what is there or between it
    const Input& word = words[random.below(words.size())];
    if (kind == 8) {
      insert(input, at, word);
    } else {
      std::copy_n(word.begin(), std::min(word.size(), left), input.begin() + static_cast<std::ptrdiff_t>(at));
    }
  } else if (kind == 0) {
    insert(input, at, {static_cast<std::uint8_t>(random.below(256))});
  } else if (kind == 1) {
    insert(input, at, part_of(input, random));
  } else if (kind == 2) {
    insert(input, at, part_of(seeds[random.below(seeds.size())], random));
  } else if (left == 0) {
    return;
  } else if (kind == 3) {
    input.erase(input.begin() + static_cast<std::ptrdiff_t>(at),
                input.begin() + static_cast<std::ptrdiff_t>(at + 1 + random.below(std::min<std::size_t>(left, 64))));
  } else if (kind == 4) {
    input[at] = static_cast<std::uint8_t>(random.below(256));
  } else if (kind == 5) {
    input[at] ^= static_cast<std::uint8_t>(1U << random.below(8));
  } else if (kind == 6) {
    const std::size_t width = std::min<std::size_t>(left, std::size_t{1} << random.below(4));
    const std::uint64_t number = awkward_number(random);
    const bool is_little = random.bernoulli(0.5);
    for (std::size_t i = 0; i < width; ++i) {
      input[at + i] = static_cast<std::uint8_t>(number >> (8 * (is_little ? i : width - 1 - i)));
    }
  } else {
    // Structure is near the start of most files.
    input[random.below(std::min<std::size_t>(input.size(), 64))] = static_cast<std::uint8_t>(random.below(256));
  }
}

Input input_number(std::uint64_t number, const std::vector<Input>& seeds, const std::vector<Input>& words) {
  if (number < seeds.size()) {
    return seeds[number];
  }
  RandomStream random(number, 0, "fuzz");
  Input input = seeds[random.below(seeds.size())];
  for (std::uint64_t edits = 1 + random.below(6); edits > 0; --edits) {
    mutate(input, seeds, words, random);
  }
  input.resize(std::min(input.size(), kLongestInput));
  return input;
}

[[noreturn]] void refuse_usage(const char* program) {
  std::fprintf(stderr, "Usage: %s --seeds DIR [--dictionary FILE] [--first N] [--runs N]\n       %s FILE...\n", program,
               program);
  std::exit(2);
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> given(arguments + 1, arguments + count);
  static const std::string kReproducer = "crash-" + std::filesystem::path(arguments[0]).filename().string();
  reproducer_name = kReproducer.c_str();
  std::filesystem::path seed_folder;
  std::filesystem::path dictionary;
  std::uint64_t first = 0;
  std::uint64_t runs = 1000;
  std::vector<std::filesystem::path> files;
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (!given[i].starts_with("-")) {
      files.emplace_back(given[i]);
      continue;
    }
    if (i + 1 == given.size()) {
      refuse_usage(arguments[0]);
    }
    const std::string& value = given[i + 1];
    if (given[i] == "--seeds") {
      seed_folder = value;
    } else if (given[i] == "--dictionary") {
      dictionary = value;
    } else if (given[i] == "--runs") {
      runs = std::stoull(value);
    } else if (given[i] == "--first") {
      first = std::stoull(value);
    } else {
      refuse_usage(arguments[0]);
    }
    ++i;
  }
  if (files.empty() == seed_folder.empty()) {
    refuse_usage(arguments[0]);
  }
  LLVMFuzzerTestOneInput(nullptr, 0);  // makes what the target keeps, which is no input's time
  watch();
  if (!files.empty()) {
    for (const std::filesystem::path& file : files) {
      run_one(read_input(file));
    }
    std::printf("%zu inputs were run again\n", files.size());
    return 0;
  }
  const std::vector<Input> seeds = read_seeds(seed_folder);
  fairground::require(!seeds.empty(), "there are seeds in " + seed_folder.string());
  const std::vector<Input> words = dictionary.empty() ? std::vector<Input>() : read_dictionary(dictionary);
  for (std::uint64_t number = first; number < first + runs; ++number) {
    run_one(input_number(number, seeds, words));
  }
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  std::printf("%llu inputs of %zu seeds, at most %ld MiB\n", static_cast<unsigned long long>(runs), seeds.size(),
              usage.ru_maxrss / 1024);
  if (usage.ru_maxrss > kMostKilobytes) {
    std::fprintf(stderr, "fuzz: that is more than %ld MiB\n", kMostKilobytes / 1024);
    return 1;
  }
  return 0;
}
