// SPDX-License-Identifier: Apache-2.0
// The one line that may stand on the terminal's standard error without an end: progress. Whoever writes anything else there, or to
// standard output, wipes it first, or the two are glued together. Never an escape sequence. Thread-safe.
#pragma once
#include <mutex>
#include <string_view>

namespace holdfast {

/// Writes `line` over the one that stands there; empty wipes it. One that can't be written is not worth a word.
void set_standing_line(std::string_view line);

/// Wipes the line, and keeps others from setting one while it lives. Never two on one thread.
class WithoutStandingLine {
 public:
  WithoutStandingLine();

 private:
  std::unique_lock<std::mutex> lock_;
};

}  // namespace holdfast
