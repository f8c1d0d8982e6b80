#include "pipeline/core/library_output.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <iostream>
#include <mutex>
#include <streambuf>
#include <system_error>
#include <thread>

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace fairground {
namespace {

std::atomic<int> descriptor_of_messages{STDERR_FILENO};

void write_all(int descriptor, const char* text, std::size_t count) {
  while (count > 0) {
    const ::ssize_t written = ::write(descriptor, text, count);
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      return;  // Nobody is there to be told.
    }
    text += written;
    count -= static_cast<std::size_t>(written);
  }
}

/// Whole lines go out at once, so that threads that write at the same time do not mix theirs.
class MessageBuffer : public std::streambuf {
 protected:
  int_type overflow(int_type c) override {
    if (c != traits_type::eof()) {
      const char character = traits_type::to_char_type(c);
      put({&character, 1});
    }
    return traits_type::not_eof(c);
  }
  std::streamsize xsputn(const char* text, std::streamsize count) override {
    put({text, static_cast<std::size_t>(count)});
    return count;
  }
  int sync() override {
    const std::lock_guard lock(mutex_);
    write_out();
    return 0;
  }

 private:
  void put(std::string_view text) {
    const std::lock_guard lock(mutex_);
    waiting_ += text;
    if (text.find('\n') != std::string_view::npos) {
      write_out();
    }
  }
  void write_out() {
    write_all(descriptor_of_messages, waiting_.data(), waiting_.size());
    waiting_.clear();
  }

  std::mutex mutex_;
  std::string waiting_;
};

/// What is left of the output when the program crashes: its handler may touch nothing but plain memory and system
/// calls.
struct LastWords {
  std::array<char, 4096> text;
  std::atomic<std::size_t> count;  ///< of bytes ever written; the newest overwrite the oldest
  std::atomic<int> pipe;
  std::atomic<int> standard_error;
  std::atomic<bool> is_being_filled;  ///< The reader has taken a block from the pipe, or is about to.
  std::atomic<bool> is_last;          ///< The program crashes: what is in the pipe belongs to the handler.
};
LastWords last_words;

void remember(std::string_view text) {
  std::size_t count = last_words.count;
  for (const char c : text) {
    last_words.text[count++ % last_words.text.size()] = c;
  }
  last_words.count = count;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::array kCrashes = {SIGABRT};  // Sanitizers have handlers of their own for the others.
#else
constexpr std::array kCrashes = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
#endif

constexpr std::string_view kShortOfMemory =
    "fairground: not enough memory; allow more (ulimit -v), or use fewer --jobs\n"
    "Run the same command again once that is mended.\n";

/// Whether the process has come near to the address space that it may have (ulimit -v). Some libraries do not ask
/// whether they were given memory, and crash.
bool was_short_of_memory() {
  constexpr ::rlim_t kNear = ::rlim_t{128} << 20U;  // heaps of threads and their stacks come in such sizes
  constexpr std::string_view kPeak = "VmPeak:";
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
    return false;
  }
  const int file = ::open("/proc/self/status", O_RDONLY | O_CLOEXEC);
  std::array<char, 2048> block;
  const ::ssize_t got = file < 0 ? 0 : ::read(file, block.data(), block.size());
  const std::string_view status(block.data(), static_cast<std::size_t>(got > 0 ? got : 0));
  ::rlim_t peak = 0;
  for (std::size_t at = std::min(status.find(kPeak), status.size()); at < status.size() && status[at] != '\n'; ++at) {
    if (status[at] >= '0' && status[at] <= '9') {
      peak = 10 * peak + static_cast<::rlim_t>(status[at] - '0');  // in KiB
    }
  }
  return peak * 1024 + kNear > limit.rlim_cur;
}

extern "C" {
/// A failed assertion has said which one just before.
static void show_last_words(int signal) {
  const int out = last_words.standard_error;
  last_words.is_last = true;
  // What the reader has taken but not yet put down would be missing. It is waited for in vain only if it crashed itself.
  const timespec millisecond{0, 1000000};
  for (int i = 0; i < 1000 && last_words.is_being_filled; ++i) {
    ::nanosleep(&millisecond, nullptr);
  }
  const std::size_t count = last_words.count;
  const std::size_t size = last_words.text.size();
  if (count > size) {
    const std::size_t oldest = count % size;
    write_all(out, last_words.text.data() + oldest, size - oldest);
  }
  write_all(out, last_words.text.data(), count > size ? count % size : count);
  std::array<char, 512> rest;
  ::fcntl(last_words.pipe, F_SETFL, O_NONBLOCK);
  for (::ssize_t got = 0; (got = ::read(last_words.pipe, rest.data(), rest.size())) > 0;) {
    write_all(out, rest.data(), static_cast<std::size_t>(got));
  }
  if (was_short_of_memory()) {
    write_all(out, kShortOfMemory.data(), kShortOfMemory.size());
    ::_exit(static_cast<int>(ExitStatus::try_again));
  }
  ::dup2(out, STDERR_FILENO);
  std::signal(signal, SIG_DFL);
  ::raise(signal);
}
}

/// Sanitizers end the program themselves, after a report that must be seen.
void set_report_descriptor([[maybe_unused]] int descriptor) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  __sanitizer_set_report_fd(reinterpret_cast<void*>(static_cast<std::intptr_t>(descriptor)));
#endif
}

void on_crashes(void (*handler)(int)) {
  for (const int signal : kCrashes) {
    std::signal(signal, handler);
  }
}

}  // namespace

std::ostream& message_stream() {
  // Never destroyed, as std::cerr.
  static auto* const stream = new std::ostream(new MessageBuffer);
  return *stream;
}

int message_descriptor() { return descriptor_of_messages; }

void LineCounts::add(std::string_view line) {
  constexpr std::size_t kMostKinds = 100;
  ++lines_;
  std::string form;
  for (const char c : line.substr(0, 200)) {
    const bool is_digit = c >= '0' && c <= '9';
    if (!is_digit || !form.ends_with('#')) {
      form += is_digit ? '#' : c;
    }
  }
  const auto known = std::ranges::find(kinds_, form, &Kind::form);
  if (known != kinds_.end()) {
    ++known->count;
  } else if (kinds_.size() < kMostKinds) {
    kinds_.push_back({form, shortened(on_one_line(line)), 1});
  }
}

std::string LineCounts::summary() const {
  constexpr std::size_t kMostShown = 5;
  if (lines_ == 0) {
    return {};
  }
  std::vector<Kind> kinds = kinds_;
  std::ranges::stable_sort(kinds, std::ranges::greater(), &Kind::count);
  kinds.resize(std::min(kinds.size(), kMostShown));
  std::string text = counted(lines_, "warning") + " from libraries, such as\n";
  for (const Kind& kind : kinds) {
    text += "  " + std::to_string(kind.count) + " x " + kind.example + '\n';
  }
  return text;
}

class LibraryOutput::Capture {
 public:
  /// Throws std::system_error where the system does not allow it.
  Capture() {
    own_ = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    std::array<int, 2> ends{-1, -1};
    if (own_ < 0 || ::pipe2(ends.data(), O_CLOEXEC) != 0) {
      give_up(errno);
    }
    pipe_ = ends[0];
    last_words.count = 0;
    last_words.pipe = pipe_;
    last_words.standard_error = own_;
    last_words.is_being_filled = false;
    last_words.is_last = false;
    message_stream().flush();
    descriptor_of_messages = own_;
    const bool is_taken = ::dup2(ends[1], STDERR_FILENO) >= 0;
    const int error = errno;
    ::close(ends[1]);
    if (!is_taken) {
      give_up(error);
    }
    try {
      reader_ = std::thread([this] { work(); });
    } catch (const std::system_error& fault) {
      ::dup2(own_, STDERR_FILENO);
      give_up(fault.code().value());
    }
    set_report_descriptor(own_);
    on_crashes(show_last_words);
  }
  ~Capture() {
    finish();
    close_all();
  }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  std::string finish() {
    if (reader_.joinable()) {
      on_crashes(SIG_DFL);
      set_report_descriptor(STDERR_FILENO);
      ::dup2(own_, STDERR_FILENO);
      is_ending_ = true;
      reader_.join();
    }
    return counts_.summary();
  }

 private:
  [[noreturn]] void give_up(int error) {
    close_all();
    throw std::system_error(error, std::generic_category());
  }

  void close_all() {
    message_stream().flush();
    descriptor_of_messages = STDERR_FILENO;
    for (int* const descriptor : {&own_, &pipe_}) {
      if (*descriptor >= 0) {
        ::close(*descriptor);
        *descriptor = -1;
      }
    }
  }

  /// Ends at the end of the pipe, or when it is asked to and nothing comes: a library may have kept the other end.
  void work() {
    constexpr int kPatienceMs = 100;
    std::array<char, 4096> block;
    for (;;) {
      pollfd readable{pipe_, POLLIN, 0};
      const int found = ::poll(&readable, 1, kPatienceMs);
      if (found == 0 && is_ending_) {
        break;
      }
      if (found <= 0) {
        continue;
      }
      last_words.is_being_filled = true;
      if (last_words.is_last) {
        last_words.is_being_filled = false;
        continue;
      }
      const ::ssize_t got = ::read(pipe_, block.data(), block.size());
      const int error = errno;
      remember({block.data(), static_cast<std::size_t>(got > 0 ? got : 0)});
      last_words.is_being_filled = false;
      if (got < 0 && error == EINTR) {
        continue;
      }
      if (got <= 0) {
        break;
      }
      take({block.data(), static_cast<std::size_t>(got)});
    }
    if (!line_.empty()) {
      counts_.add(line_);
    }
  }

  void take(std::string_view text) {
    constexpr std::size_t kLongestLine = 1000;
    for (const char c : text) {
      if (c == '\n' || c == '\r') {
        if (line_.find_first_not_of(' ') != std::string::npos) {
          counts_.add(line_);
        }
        line_.clear();
      } else if (line_.size() < kLongestLine) {
        line_ += c;
      }
    }
  }

  int own_ = -1;   ///< standard error as it was
  int pipe_ = -1;  ///< the end from which the libraries' output is read
  std::atomic<bool> is_ending_{false};
  std::string line_;
  LineCounts counts_;
  std::thread reader_;
};

LibraryOutput::LibraryOutput() {
  try {
    capture_ = std::make_unique<Capture>();
  } catch (const std::system_error&) {
    capture_.reset();  // Libraries then print where they always do, which is a blemish and no fault.
  }
}

LibraryOutput::~LibraryOutput() = default;

std::string LibraryOutput::finish() { return capture_ ? capture_->finish() : std::string(); }

}  // namespace fairground
