// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_codes.h"

#include <array>

namespace holdfast::cli {

std::span<const ExitMeaning> exit_meanings() {
  static constexpr std::array kMeanings = {
      ExitMeaning{static_cast<int>(Exit::ok), "ok",
                  "all that was planned was evaluated and is in step (or waived)",
                  "Nothing to do. Waived findings are still counted in the report."},
      ExitMeaning{static_cast<int>(Exit::findings), "findings",
                  "findings at or above --fail-on (default: warning)",
                  "Something differs from what is written down. Read the hint of each finding; "
                  "holdfast explain RULE says what it means. A "
                  "finding beats incompleteness: where both hold, the code is 1."},
      ExitMeaning{static_cast<int>(Exit::usage), "usage",
                  "bad usage, bad configuration, or an internal error",
                  "The message names the option, or the file, line and key. Nothing was checked."},
      ExitMeaning{
          static_cast<int>(Exit::incomplete), "incomplete",
          "incomplete: something planned could not be looked at, nothing was evaluated, or "
          "a proof is older than --max-age",
          "No difference was found, but not everything was vouched for: that is no pass. "
          "The report names each gap. --fail-open makes this code 0 where it was tried to "
          "look, and the report still says complete: false; where there was nothing to look "
          "at it stays 3."},
      ExitMeaning{static_cast<int>(Exit::refused), "refused",
                  "refused: locked, the state moved since it was seen, or a breaker tripped; "
                  "no hash was changed",
                  "Look again, then repeat the command. The message names who holds the lock, or "
                  "which state moved."},
      ExitMeaning{static_cast<int>(Exit::failed), "failed",
                  "a write, sync or database failure in the middle; nothing was dropped",
                  "Mend the cause (disk full, database gone), then run the same command again: it "
                  "goes on where it was."},
      ExitMeaning{130, "interrupted", "stopped by SIGINT (Ctrl-C)",
                  "What was done is kept, and the report speaks of that part. Run the same command "
                  "again: it goes on where it was."},
      ExitMeaning{143, "terminated", "stopped by SIGTERM",
                  "What was done is kept, and the report speaks of that part. Run the same command "
                  "again: it goes on where it was."},
  };
  return kMeanings;
}

}  // namespace holdfast::cli
