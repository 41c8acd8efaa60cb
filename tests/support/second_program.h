// SPDX-License-Identifier: Apache-2.0
// Second programs: what sqlite3, psql, sha256sum or Python say, and programs that run beside a test and hold something.
#pragma once
#include <cstdio>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace holdfast::testing {

struct Ended {
  int exit_code = -1;
  std::string output;  // stdout; append 2>&1 to the command for both
};

/// Runs a shell command to its end.
inline Ended run_program(const std::string& command) {
  Ended out;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return out;
  char buffer[4096];
  for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
    out.output.append(buffer, got);
  const int status = ::pclose(pipe);
  out.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return out;
}

/// 'quoted' for the shell.
inline std::string shell_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text)
    out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

/// A shell command that runs beside the test until its standard input closes, which the destructor does.
class RunningProgram {
 public:
  explicit RunningProgram(const std::string& command) {
    int to[2], from[2];
    if (::pipe2(to, O_CLOEXEC) != 0 || ::pipe2(from, O_CLOEXEC) != 0) {
      ADD_FAILURE() << "no pipe";
      return;
    }
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(to[0], 0);
      ::dup2(from[1], 1);
      ::execl("/bin/sh", "sh", "-c", ("exec " + command).c_str(), static_cast<char*>(nullptr));
      ::_exit(127);
    }
    ::close(to[0]);
    ::close(from[1]);
    input_ = to[1];
    output_ = ::fdopen(from[0], "r");
  }
  ~RunningProgram() { end(); }
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;

  pid_t pid() const { return pid_; }
  /// The next line it prints, without its end; waits for it.
  std::string line() {
    char buffer[4096];
    if (std::fgets(buffer, sizeof buffer, output_) == nullptr) return {};
    std::string out(buffer);
    if (!out.empty() && out.back() == '\n') out.pop_back();
    return out;
  }
  void kill() const { ::kill(pid_, SIGKILL); }
  /// Closes its input and waits for its end; the wait status.
  int end() {
    if (pid_ <= 0) return -1;
    ::close(input_);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    std::fclose(output_);
    pid_ = 0;
    return status;
  }

 private:
  pid_t pid_ = 0;
  int input_ = -1;
  FILE* output_ = nullptr;
};

}  // namespace holdfast::testing
