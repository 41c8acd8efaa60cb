// SPDX-License-Identifier: Apache-2.0
// Options of every command that passes over many items: how fast, when, with how many threads, how many and which part of them.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time_window.h"
#include "cli/command.h"
#include "core/batch.h"
#include "core/progress_line.h"

namespace CLI {
class Option;
}

namespace holdfast::cli {

/// As they were written; empty where they were not.
struct PaceWords {
  std::string rate;
  std::string window;
  std::string shard;
  int jobs = 0;  // 0: one for each processor
  std::optional<std::int64_t> limit;
};

/// Takes whole numbers from `least` on that fit; CLI11's own checks read them as doubles, and its numbers stop at the
/// largest in silence.
void check_whole_number(CLI::Option& option, std::int64_t least);

/// --rate, --window, --jobs, --limit.
void add_pace(CLI::App& command, PaceWords& words);
/// --shard K/N.
void add_shard(CLI::App& command, PaceWords& words);

struct Pace {
  std::optional<std::uint64_t> rate_bytes_per_s;
  std::optional<TimeWindow> window;
  std::optional<core::Shard> shard;
};
/// `invalid` names the option and the value.
Result<Pace> read_pace(const PaceWords& words);

/// Empty text: none. `invalid` names the option and the value.
Result<std::optional<std::uint64_t>> read_bytes(const std::string& text, const char* option);
Result<std::optional<std::chrono::nanoseconds>> read_duration(const std::string& text,
                                                              const char* option);

/// The progress line of a pass; silent with --quiet.
class PassProgress {
 public:
  PassProgress(const Command& command, const std::string& label, const char* things = "rows")
      : quiet_(command.quiet), line_(core::stderr_progress({label, things})) {}
  void update(const core::BatchProgress& progress) {
    if (!quiet_) line_.update(progress);
  }
  /// Before anything else is written.
  void end() {
    if (!quiet_) line_.end();
  }

 private:
  bool quiet_;
  core::ProgressLine line_;
};

}  // namespace holdfast::cli
