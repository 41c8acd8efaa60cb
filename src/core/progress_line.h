// SPDX-License-Identifier: Apache-2.0
// How far a batch is, for people, on stderr: on a terminal one line that is written over at most four times a second; elsewhere, and
// with NO_COLOR, a plain line every ten seconds. Never colour, never an escape sequence.
//
//   backfill  43 %  3,310/7,700 items  812 items/s  50.2 MB/s  5 min left
//   backfill  43 %  3,310/7,700 items  waiting for the window, opens in 3 h (2026-05-19T02:00:00Z)
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

/// The line as above, without an end of line.
std::string render_progress(std::string_view label, const BatchProgress& progress,
                            const ProgressRates& rates, Timestamp now);

struct ProgressLineOptions {
  std::string label;                            // "backfill"
  bool terminal = false;                        // one line written over, else plain lines
  std::size_t width = 80;                       // of the terminal
  Clock* clock = nullptr;                       // none: the system's
  std::function<void(std::string_view)> write;  // none: stderr, at once
};

/// Options for stderr as it is: a terminal unless it is none, NO_COLOR is set to something, or TERM is unset or "dumb".
ProgressLineOptions stderr_progress(std::string label);

/// Give it to BatchOptions::on_progress, and call end() before anything else is written. Not thread-safe.
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
  void write_over(const std::string& line);

  ProgressLineOptions options_;
  std::deque<Sample> samples_;
  std::optional<std::chrono::nanoseconds> next_;  // as elapsed time of the batch
  std::size_t shown_size_ = 0;                    // columns on the terminal that hold the last line
};

}  // namespace holdfast::core
