// SPDX-License-Identifier: Apache-2.0
#include "base/child_process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/root_folder.h"
#include "base/system_error.h"

namespace holdfast {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t kPieceBytes = 64U << 10U;
constexpr std::size_t kErrorPieceBytes = 4096;
constexpr int kErrorPiecesAtOnce =
    16;  // a program that writes faster than we read must not hold us
constexpr std::chrono::milliseconds kLook{50};  // for a request to stop
constexpr int kNoProgram = 127;

struct Pipe {
  Fd read;
  Fd write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("pipe", "", errno);
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

/// For its input: a program that reads no more must not end us by SIGPIPE, which only a socket can be asked for.
Result<Pipe> make_input() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return system_error("socketpair", "", errno);
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

Status set_nonblocking(int fd) {
  if (::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK) != 0)
    return system_error("fcntl", "", errno);
  return {};
}

bool can_run(const std::string& path) {
  struct stat info = {};
  if (::stat(path.c_str(), &info) != 0) return false;
  if (!S_ISREG(info.st_mode)) errno = EACCES;
  return S_ISREG(info.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

/// Where SIGCHLD is ignored, as whoever started us may have left it, the system throws the statuses of children away.
void keep_statuses() {
  struct sigaction now = {};
  ::sigaction(SIGCHLD, nullptr, &now);
  if (now.sa_handler != SIG_IGN) return;
  now.sa_handler = SIG_DFL;
  ::sigaction(SIGCHLD, &now, nullptr);
}

/// Everything the child needs, made before the fork: behind it only calls that are safe after a fork of many threads.
struct Launch {
  std::string program;
  std::vector<char*> argv;
  std::vector<std::string> environment_texts;
  std::vector<char*> environment;
  std::string folder;
  std::optional<std::uint64_t> memory_bytes;
};

/// With the reason on its standard error, where whoever started it looks. Nothing but calls that are safe after a fork.
[[noreturn]] void give_up(const char* what, int error) {
  const char* why = ::strerrordesc_np(error);
  for (const char* each : {what, ": ", why == nullptr ? "an unknown error" : why, "\n"})
    if (::write(STDERR_FILENO, each, std::strlen(each)) < 0) break;
  ::_exit(kNoProgram);
}

[[noreturn]] void become(const Launch& launch, int in, int out, int err, pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(kNoProgram);  // it died before that
  ::dup2(in, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  struct sigaction usual = {};
  usual.sa_handler = SIG_DFL;
  for (const int each : {SIGINT, SIGTERM, SIGPIPE, SIGHUP, SIGCHLD})
    ::sigaction(each, &usual, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (launch.memory_bytes) {
    const rlimit limit{*launch.memory_bytes, *launch.memory_bytes};
    ::setrlimit(RLIMIT_AS, &limit);
  }
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  if (!launch.folder.empty() && ::chdir(launch.folder.c_str()) != 0)
    give_up("its folder can't be entered", errno);
  ::execve(launch.program.c_str(), launch.argv.data(), launch.environment.data());
  give_up(errno == ENOEXEC ? "it is no program (a script begins with #! and its interpreter)"
                           : "it can't be run",
          errno);
}

Error timed_out(std::chrono::nanoseconds timeout) {
  const double seconds = std::chrono::duration<double>(timeout).count();
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3g", seconds);
  return {Code::io, std::string("nothing came for ") + text.data() + " s", ""};
}

}  // namespace

Result<std::string> find_program(const std::string& asked, const std::string& folder) {
  const bool is_relative = asked.find('/') != std::string::npos && !asked.starts_with('/');
  const std::string name = is_relative && !folder.empty() ? folder + '/' + asked : asked;
  if (name.find('/') != std::string::npos) {
    if (can_run(name)) return name;
    return Error(errno == ENOENT ? Code::not_found : Code::invalid,
                 printable_path(name) + ": " + errno_text(errno), "name a program that can be run");
  }
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "/usr/bin:/bin" : path;
  while (!rest.empty() && !name.empty()) {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    const std::string candidate = std::string(rest.substr(0, colon)) + '/' + name;
    if (can_run(candidate)) return candidate;
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  return Error(Code::not_found, "there is no program \"" + printable_path(name) + "\" in PATH",
               "install it, or name its path");
}

std::string ChildEnd::text() const {
  if (signal == 0 && exit_code < 0) return "an end that nobody knows";
  if (signal == 0) return "exit " + std::to_string(exit_code);
  return "signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ')';
}

struct ChildProcess::State {
  pid_t pid = -1;
  Fd input;
  Fd output;
  Fd errors;
  std::size_t max_line_bytes = 0;
  std::string buffer;  // of the output, not handed out yet
  std::size_t error_tail_bytes = 0;
  std::string error_tail;
  bool error_whole = true;
  bool output_ended = false;
  std::optional<ChildEnd> end;

  ~State() { kill(); }

  void read_errors() {
    std::array<char, kErrorPieceBytes> piece{};
    for (int piece_count = 0; errors.valid() && piece_count < kErrorPiecesAtOnce; ++piece_count) {
      const ssize_t got = ::read(errors.get(), piece.data(), piece.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) return;
      if (got <= 0) {
        errors = Fd();
        return;
      }
      error_tail.append(piece.data(), static_cast<std::size_t>(got));
      error_whole = error_whole && error_tail.size() <= error_tail_bytes;
      if (error_tail.size() > 2 * error_tail_bytes)
        error_tail.erase(0, error_tail.size() - error_tail_bytes);
    }
  }

  /// Waits until one of the pipes can be used; false: the deadline passed.
  Result<bool> wait_for(int fd, short events, Steady::time_point deadline, const Cancel* cancel) {
    for (;;) {
      if (cancel != nullptr && cancel->requested()) return Error(Code::cancelled, "asked to stop");
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Steady::now());
      if (left.count() <= 0) return false;
      std::array<pollfd, 2> wanted{
          {{fd, events, 0}, {errors.valid() ? errors.get() : -1, POLLIN, 0}}};
      const int ready =
          ::poll(wanted.data(), wanted.size(), static_cast<int>(std::min(left, kLook).count()) + 1);
      if (ready < 0 && errno != EINTR) return system_error("poll", "", errno);
      if (ready > 0 && wanted[1].revents != 0) read_errors();
      if (ready > 0 && wanted[0].revents != 0) return true;
    }
  }

  ChildEnd take_end(int status) {
    ChildEnd out;
    if (WIFSIGNALED(status)) {
      out.signal = WTERMSIG(status);
    } else {
      out.exit_code = WEXITSTATUS(status);
    }
    end = out;
    // What it left behind in its group has nobody any more.
    ::kill(-pid, SIGKILL);
    read_errors();
    return out;
  }

  /// Somebody else took its status: it may have ended in any way.
  ChildEnd lost_end() {
    end = ChildEnd{.exit_code = -1, .signal = 0};
    ::kill(-pid, SIGKILL);
    return *end;
  }

  ChildEnd wait(std::chrono::nanoseconds timeout) {
    if (end) return *end;
    const auto deadline = Steady::now() + timeout;
    for (;;) {
      int status = 0;
      const pid_t got = ::waitpid(pid, &status, WNOHANG);
      if (got == pid) return take_end(status);
      if (got < 0 && errno != EINTR) return lost_end();
      if (Steady::now() >= deadline) return kill();
      pollfd none{errors.valid() ? errors.get() : -1, POLLIN, 0};
      ::poll(&none, 1, 5);
      if (none.revents != 0) read_errors();
    }
  }

  ChildEnd kill() {
    if (end || pid <= 0) return end.value_or(ChildEnd{});
    ::kill(-pid, SIGKILL);
    ::kill(pid, SIGKILL);  // it may not have made its group yet
    int status = 0;
    pid_t got = 0;
    do {
      got = ::waitpid(pid, &status, 0);
    } while (got < 0 && errno == EINTR);
    return got == pid ? take_end(status) : lost_end();
  }
};

ChildProcess::ChildProcess(std::unique_ptr<State> state) : state_(std::move(state)) {}
ChildProcess::~ChildProcess() = default;
ChildProcess::ChildProcess(ChildProcess&&) noexcept = default;
ChildProcess& ChildProcess::operator=(ChildProcess&&) noexcept = default;

Result<ChildProcess> ChildProcess::start(const std::vector<std::string>& argv,
                                         const ChildOptions& options) {
  if (argv.empty()) return Error(Code::invalid, "no program is named");
  Launch launch;
  TRY_ASSIGN(launch.program, find_program(argv.front(), options.folder));
  for (const std::string& each : argv)
    launch.argv.push_back(const_cast<char*>(each.c_str()));
  launch.argv.push_back(nullptr);
  for (const auto& [name, value] : options.environment)
    launch.environment_texts.push_back(name + '=' + value);
  for (std::string& each : launch.environment_texts)
    launch.environment.push_back(each.data());
  for (char** each = environ; *each != nullptr; ++each)
    launch.environment.push_back(*each);
  launch.environment.push_back(nullptr);
  launch.folder = options.folder;
  launch.memory_bytes = options.memory_bytes;
  TRY_ASSIGN(auto in, make_input());
  TRY_ASSIGN(auto out, make_pipe());
  TRY_ASSIGN(auto err, make_pipe());
  keep_statuses();
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return system_error("fork", "", errno);
  if (pid == 0) become(launch, in.read.get(), out.write.get(), err.write.get(), parent);
  ::setpgid(pid, pid);
  auto state = std::make_unique<State>();
  state->pid = pid;
  state->input = std::move(in.write);
  state->output = std::move(out.read);
  state->errors = std::move(err.read);
  state->max_line_bytes = options.max_line_bytes;
  state->error_tail_bytes = options.error_tail_bytes;
  for (const int fd : {state->input.get(), state->output.get(), state->errors.get()})
    TRY(set_nonblocking(fd));
  return ChildProcess(std::move(state));
}

Status ChildProcess::write_line(std::string_view line, std::chrono::nanoseconds timeout,
                                const Cancel* cancel) {
  const std::string whole = std::string(line) + '\n';
  std::string_view rest = whole;
  const auto deadline = Steady::now() + timeout;
  while (!rest.empty()) {
    if (!state_->input.valid()) return Error(Code::io, "it reads no more");
    const ssize_t put = ::send(state_->input.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (put > 0) {
      rest.remove_prefix(static_cast<std::size_t>(put));
    } else if (put < 0 && errno == EAGAIN) {
      TRY_ASSIGN(const bool ready,
                 state_->wait_for(state_->input.get(), POLLOUT, deadline, cancel));
      if (!ready) return timed_out(timeout);
    } else if (put < 0 && errno != EINTR) {
      return Error(Code::io, "it reads no more: " + errno_text(errno));
    }
  }
  return {};
}

Result<std::optional<std::string>> ChildProcess::read_line(std::chrono::nanoseconds timeout,
                                                           const Cancel* cancel) {
  const auto deadline = Steady::now() + timeout;
  std::array<char, kPieceBytes> piece{};
  for (std::size_t searched = 0;;) {
    const std::size_t feed = state_->buffer.find('\n', searched);
    if (feed != std::string::npos || (state_->output_ended && !state_->buffer.empty())) {
      std::string line = state_->buffer.substr(0, feed);
      state_->buffer.erase(0, feed == std::string::npos ? feed : feed + 1);
      return std::optional(std::move(line));
    }
    if (state_->output_ended) return std::optional<std::string>();
    searched = state_->buffer.size();
    if (searched > state_->max_line_bytes)
      return Error(Code::invalid, "it printed a line of more than " +
                                      std::to_string(state_->max_line_bytes) + " bytes");
    const ssize_t got = ::read(state_->output.get(), piece.data(), piece.size());
    if (got > 0) {
      state_->buffer.append(piece.data(), static_cast<std::size_t>(got));
    } else if (got == 0) {
      state_->output_ended = true;
    } else if (errno == EAGAIN) {
      TRY_ASSIGN(const bool ready,
                 state_->wait_for(state_->output.get(), POLLIN, deadline, cancel));
      if (!ready) return timed_out(timeout);
    } else if (errno != EINTR) {
      return system_error("read", "", errno);
    }
  }
}

void ChildProcess::close_input() {
  state_->input = Fd();
}

ChildEnd ChildProcess::wait(std::chrono::nanoseconds timeout) {
  return state_->wait(timeout);
}

ChildEnd ChildProcess::kill() {
  return state_->kill();
}

std::string ChildProcess::error_tail() const {
  const std::string& tail = state_->error_tail;
  return printable_text(tail.substr(tail.size() - std::min(tail.size(), state_->error_tail_bytes)));
}

bool ChildProcess::error_whole() const {
  return state_->error_whole;
}

}  // namespace holdfast
