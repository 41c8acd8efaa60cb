// SPDX-License-Identifier: Apache-2.0
// How far a batch is, for people, on stderr: on a terminal one line that is written over at most four times a second; elsewhere, and
// with NO_COLOR, a plain line every ten seconds. Never colour, never an escape sequence.
//
//   backfill  43 %  3,310/7,700 rows  812 rows/s  50.2 MB/s  5 min left
//   backfill  43 %  3,310/7,700 rows  waiting for the window, opens in 3 h (2026-05-19T02:00:00Z)
#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "core/batch.h"

namespace holdfast::core {

/// What was measured over the last few seconds; none while there is too little to tell.
struct ProgressRates {
  std::optional<double> items_per_s;
  std::optional<double> bytes_per_s;
};

struct ProgressWords {
  std::string label;           // "backfill"
  std::string noun = "items";  // what is counted
};

/// The line as above, without an end of line.
std::string render_progress(const ProgressWords& words, const BatchProgress& progress,
                            const ProgressRates& rates, Timestamp now);

struct ProgressLineOptions {
  ProgressWords words;
  bool terminal = false;                        // one line written over, else plain lines
  std::size_t width = 80;                       // of the terminal
  Clock* clock = nullptr;                       // none: the system's
  std::function<void(std::string_view)> write;  // whole lines; none: stderr, at once
  std::function<void(std::string_view)> show;   // the line on a terminal; none: the standing line
};

/// Options for stderr as it is: a terminal unless it is none, NO_COLOR is set to something, or TERM is unset or "dumb".
ProgressLineOptions stderr_progress(ProgressWords words);

/// Give it to BatchOptions::on_progress, and call end() after the last. Not thread-safe.
class ProgressLine {
 public:
  explicit ProgressLine(ProgressLineOptions options);
  /// Writes if it is time; cheap otherwise.
  void update(const BatchProgress& progress);
  /// Wipes the line off a terminal.
  void end();

 private:
  struct Sample {
    std::chrono::nanoseconds elapsed;
    std::int64_t items;
    std::uint64_t size_bytes;
  };
  void sample(const BatchProgress& progress);
  ProgressRates rates() const;
  void show(const std::string& line);

  ProgressLineOptions options_;
  std::deque<Sample> samples_;
  std::optional<std::chrono::nanoseconds> next_;  // as elapsed time of the batch
  bool shown_ = false;                            // on the terminal
};

}  // namespace holdfast::core
