// SPDX-License-Identifier: Apache-2.0
// Another program, run beside us under limits: extractors, and whatever else a user names. Nothing that it does may take us down: it may
// hang, crash, print without end, leave children behind, or close its pipes.
//
// It gets a process group of its own and is killed with us (PR_SET_PDEATHSIG) and with its children by kill(). Standard input and output
// are pipes; standard error is read and its tail kept.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"

namespace holdfast {

struct ChildOptions {
  std::string folder = {};                                            // "" stays in ours
  std::vector<std::pair<std::string, std::string>> environment = {};  // added to ours
  std::optional<std::uint64_t> memory_bytes = {};                     // RLIMIT_AS
  std::size_t max_line_bytes = 1U << 20U;                             // of its output
  std::size_t error_tail_bytes = 4096;                                // kept of standard error
};

/// How a child ended.
struct ChildEnd {
  int exit_code = 0;
  int signal = 0;  // 0: it exited
  /// "exit 3", "signal 11 (Segmentation fault)".
  std::string text() const;
  bool ok() const { return signal == 0 && exit_code == 0; }
};

/// Where a program is, as start() looks for it: in PATH, or, where its name has a '/', relative to the folder. `not_found`, `invalid`.
Result<std::string> find_program(const std::string& asked, const std::string& folder);

/// Not thread-safe; each child is one thread's. The destructor kills what still runs.
class ChildProcess {
 public:
  /// `not_found` where there is no such program, `invalid` where it may not be run, `io`. argv[0] is looked for in PATH. One that the system
  /// can't run though it may ends with 127, and error_tail() says why.
  static Result<ChildProcess> start(const std::vector<std::string>& argv,
                                    const ChildOptions& options);
  ~ChildProcess();
  ChildProcess(ChildProcess&&) noexcept;
  ChildProcess& operator=(ChildProcess&&) noexcept;

  /// Sends a line. `io` where it reads no more, or nothing for so long; `cancelled`.
  Status write_line(std::string_view line, std::chrono::nanoseconds timeout, const Cancel* cancel);
  /// The next line of its output, none at the end. `io` when nothing came for so long, `invalid` when a line is too long, `cancelled`.
  Result<std::optional<std::string>> read_line(std::chrono::nanoseconds timeout,
                                               const Cancel* cancel);
  /// Closes its input, so that a program that reads to the end ends.
  void close_input();
  /// Waits for its end, and kills it after so long.
  ChildEnd wait(std::chrono::nanoseconds timeout);
  /// Kills it and its process group.
  ChildEnd kill();
  /// The last bytes that it wrote to standard error, for people.
  std::string error_tail() const;
  /// Whether that is all that it wrote there.
  bool error_whole() const;

 private:
  struct State;
  explicit ChildProcess(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace holdfast
