// A Slurm cluster of one node, for as long as a test needs it.
#pragma once

#include <netinet/in.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace fairground {

/// Asks again and again until the answer is yes, and tells whether it ever was.
inline bool wait_until(std::chrono::seconds at_most, const std::function<bool()>& is_so,
                       std::chrono::milliseconds pause = std::chrono::milliseconds(20)) {
  const auto end = std::chrono::steady_clock::now() + at_most;
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > end) {
      return false;
    }
    std::this_thread::sleep_for(pause);
  }
  return true;
}

/// The ids of all processes that `wanted` says yes to.
inline std::vector<pid_t> processes(const std::function<bool(const std::filesystem::path& proc)>& wanted) {
  std::vector<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") == std::string::npos && wanted(entry.path())) {
      found.push_back(std::stoi(name));
    }
  }
  return found;
}

/// munged, slurmctld and slurmd in a folder, with ports, a key and a socket of their own, so that a Slurm that the
/// machine may have is not touched. They run as whoever runs the test, root or not. A guardian process starts them, and
/// ends them and all jobs, and removes the folder, when this object goes or when the test is killed.
class Slurm {
 public:
  /// What has to be installed before there can be one, or nothing.
  static std::string missing() {
    for (const char* name : {"munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "scancel", "sinfo"}) {
      if (program(name).empty()) {
        return std::string(name) + " is not installed; `samples/install slurm-wlm munge` does so";
      }
    }
    return {};
  }

  /// Throws std::runtime_error, with what the daemons said, if they do not start.
  Slurm() {
    forget_other_cluster();
    write_config();
    ::setenv("SLURM_CONF", (folder_ / "slurm.conf").c_str(), /*overwrite=*/1);
    start_guardian();
    if (!wait_until(std::chrono::seconds(60), [&] { return call({"sinfo", "-h", "-o", "%t"}).out == "idle\n"; })) {
      const std::string problem = "Slurm did not start\n" + logs();
      stop();
      throw std::runtime_error(problem);
    }
  }
  ~Slurm() { stop(); }
  Slurm(const Slurm&) = delete;
  Slurm& operator=(const Slurm&) = delete;

  /// Runs one of Slurm's commands, or a program that calls them.
  ProcessResult call(std::vector<std::string> command) const {
    if (!command.at(0).starts_with('/')) {
      command[0] = program(command[0]);
    }
    return run_process(command, folder_.path());
  }

  /// Lines of squeue's `format` for the tasks of the jobs `ids` (separated by commas) that are not over.
  std::vector<std::string> queue(const std::string& ids, const std::string& format) const {
    ProcessResult result;
    // An answer that fails to come is not an empty queue.
    wait_until(std::chrono::seconds(10), [&] {
      result = call({"squeue", "-h", "-r", "-j", ids, "-o", format});
      return result.status == 0;
    });
    EXPECT_EQ(result.status, 0) << result.err;
    return lines_of(result.out);
  }

  /// A field of `scontrol show job`, for one job or one task (`7_2`).
  std::string field(const std::string& id, const std::string& name) const {
    std::istringstream words(call({"scontrol", "show", "job", "-o", id}).out);
    for (std::string word; words >> word;) {
      if (word.starts_with(name + "=")) {
        return word.substr(name.size() + 1);
      }
    }
    return {};
  }

  /// What the daemons said, for the message of a test that failed.
  std::string logs() const {
    std::string text;
    for (const char* name : {"munged", "slurmctld", "slurmd"}) {
      text += std::string(name) + ":\n";
      std::ifstream file(log(name));
      for (std::string line; std::getline(file, line);) {
        text += "  " + line + '\n';
      }
    }
    return text;
  }

  /// Where jobs are submitted, and where their logs lie.
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  static std::string program(const std::string& name) {
    const char* path = std::getenv("PATH");
    // Daemons lie where only root's path leads.
    std::istringstream folders(std::string(path != nullptr ? path : "") + ":/usr/sbin:/usr/bin");
    for (std::string folder; std::getline(folders, folder, ':');) {
      const std::string file = folder + "/" + name;
      if (::access(file.c_str(), X_OK) == 0) {
        return file;
      }
    }
    return {};
  }

  static std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
      lines.push_back(line);
    }
    return lines;
  }

  /// The test may itself be a job, whose settings would reach ours.
  static void forget_other_cluster() {
    std::vector<std::string> names;
    for (char** variable = environ; *variable != nullptr; ++variable) {
      const std::string_view text(*variable);
      for (const std::string_view prefix : {"SLURM_", "SBATCH_", "SQUEUE_", "SCANCEL_", "SINFO_", "FAIRGROUND"}) {
        if (text.starts_with(prefix)) {
          names.emplace_back(text.substr(0, text.find('=')));
        }
      }
    }
    for (const std::string& name : names) {
      ::unsetenv(name.c_str());
    }
  }

  /// Two ports that nobody has, which are asked for together so that they differ.
  static std::array<int, 2> free_ports() {
    std::array<int, 2> sockets{};
    std::array<int, 2> ports{};
    for (std::size_t i = 0; i < sockets.size(); ++i) {
      sockets.at(i) = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      socklen_t size = sizeof address;
      auto* place = reinterpret_cast<sockaddr*>(&address);
      if (::bind(sockets.at(i), place, size) != 0 || ::getsockname(sockets.at(i), place, &size) != 0) {
        throw std::runtime_error("there is no free port");
      }
      ports.at(i) = ntohs(address.sin_port);
    }
    std::ranges::for_each(sockets, ::close);
    return ports;
  }

  static std::string host_name() {
    std::array<char, 256> name{};
    ::gethostname(name.data(), name.size() - 1);
    return std::string(name.data()).substr(0, std::string_view(name.data()).find('.'));
  }

  static std::string user_name() {
    const passwd* user = ::getpwuid(::geteuid());
    if (user == nullptr) {
      throw std::runtime_error("whoever runs this test has no name, and Slurm knows users by name");
    }
    return user->pw_name;
  }

  std::filesystem::path log(const std::string& daemon) const { return folder_ / (daemon + ".log"); }

  void write_config() const {
    const std::string host = host_name();
    const std::string user = user_name();
    const auto [controller_port, node_port] = free_ports();
    const auto in = [&](const char* name) { return (folder_ / name).string(); };
    std::array<std::byte, 128> key{};
    if (::getrandom(key.data(), key.size(), 0) != static_cast<ssize_t>(key.size())) {
      throw std::runtime_error("there is no random key for munge");
    }
    write_bytes(in("munge.key"), key);
    std::filesystem::permissions(in("munge.key"), std::filesystem::perms::owner_read);
    std::filesystem::create_directories(in("state"));
    std::filesystem::create_directories(in("spool"));
    // All goes through the loopback, as the host's name may lead anywhere or nowhere. For the same reason the daemons
    // listen on every address; without the key they do nothing for anybody. The node claims to have what the shipped
    // scripts ask for, whatever the machine has. RequeueExit is not set, as few clusters have it.
    write_lines(in("slurm.conf"),
                {"ClusterName=test",
                 "SlurmctldHost=" + host + "(127.0.0.1)",
                 "SlurmctldPort=" + std::to_string(controller_port),
                 "SlurmdPort=" + std::to_string(node_port),
                 "SlurmUser=" + user,
                 "SlurmdUser=" + user,
                 "AuthType=auth/munge",
                 "AuthInfo=socket=" + in("munge.socket"),
                 "CredType=cred/munge",
                 "MpiDefault=none",
                 "ProctrackType=proctrack/linuxproc",
                 "TaskPlugin=task/none",
                 "JobAcctGatherType=jobacct_gather/none",
                 "AccountingStorageType=accounting_storage/none",
                 "JobCompType=jobcomp/none",
                 "SelectType=select/cons_tres",
                 "SelectTypeParameters=CR_Core",
                 "SchedulerType=sched/backfill",
                 "SchedulerParameters=sched_min_interval=1000,sched_interval=1,bf_interval=1,batch_sched_delay=0",
                 "SlurmdParameters=config_overrides",
                 "StateSaveLocation=" + in("state"),
                 "SlurmdSpoolDir=" + in("spool"),
                 "SlurmctldPidFile=" + in("slurmctld.pid"),
                 "SlurmdPidFile=" + in("slurmd.pid"),
                 "MailProg=/bin/true",
                 "ReturnToService=2",
                 "KillWait=5",
                 "EpilogMsgTime=0",
                 "CompleteWait=0",
                 "NodeName=worker NodeHostname=" + host + " NodeAddr=127.0.0.1 CPUs=8 RealMemory=16384 State=UNKNOWN",
                 "PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP"});
  }

  void start_guardian() {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
      throw std::system_error(errno, std::generic_category(), "pipe2");
    }
    guardian_ = ::fork();
    if (guardian_ == 0) {
      ::close(pipe[1]);
      guard(pipe[0]);
      ::_exit(0);
    }
    ::close(pipe[0]);
    alive_ = pipe[1];
  }

  /// Lives until nobody holds the other end of the pipe. In a session of its own it does not hear Ctrl-C, and all whose
  /// parents end become its children.
  void guard(int pipe) const {
    ::setsid();
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    redirect("/dev/null");
    const auto in = [&](const char* name) { return (folder_ / name).string(); };
    // Forced, because our folder is closed to other users, which munged finds unusual.
    launch("munged", {"--foreground", "--force", "--origin=127.0.0.1", "--socket=" + in("munge.socket"),
                      "--key-file=" + in("munge.key"), "--pid-file=" + in("munge.pid"),
                      "--log-file=" + in("munged.file"), "--seed-file=" + in("munge.seed")});
    wait_until(std::chrono::seconds(30), [&] { return std::filesystem::exists(in("munge.socket")); });
    launch("slurmctld", {"-D"});
    launch("slurmd", {"-D", "-N", "worker"});
    char nothing = 0;
    while (::read(pipe, &nothing, 1) < 0 && errno == EINTR) {
    }
    for (std::vector<pid_t> left = children(); !left.empty(); left = children()) {
      for (const pid_t child : left) {
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
      }
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder_.path(), ignored);
  }

  static void redirect(const std::string& log_file) {
    ::dup2(::open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
    ::dup2(::open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600), STDOUT_FILENO);
    ::dup2(STDOUT_FILENO, STDERR_FILENO);
  }

  void launch(const std::string& daemon, std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), program(daemon));
    std::vector<char*> argv;
    for (std::string& argument : arguments) {
      argv.push_back(argument.data());
    }
    argv.push_back(nullptr);
    if (::fork() == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      redirect(log(daemon));
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
  }

  void stop() {
    ::close(alive_);
    ::waitpid(guardian_, nullptr, 0);
    ::unsetenv("SLURM_CONF");
  }

  static std::vector<pid_t> children() {
    return processes([](const std::filesystem::path& proc) {
      std::ifstream file(proc / "status");
      for (std::string line; std::getline(file, line);) {
        if (line.starts_with("PPid:")) {
          return std::stoi(line.substr(5)) == ::getpid();
        }
      }
      return false;
    });
  }

  TemporaryFolder folder_;
  pid_t guardian_ = -1;
  int alive_ = -1;
};

}  // namespace fairground
