// SPDX-License-Identifier: Apache-2.0
// A byte budget per second, shared by threads.
#pragma once
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string_view>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"

namespace holdfast {

inline constexpr std::uint64_t kMaxRateBytesPerS = 1'000'000'000'000'000;

/// Reads "50MB/s", "50 MiB/s", "800KB", "1.5GB/s" (SI and IEC; "/s" may be left out, the unit may
/// not; "Mb" would be bits and is refused). `invalid` names the text: no rate, nothing, or above
/// kMaxRateBytesPerS.
Result<std::uint64_t> parse_rate_bytes_per_s(std::string_view text);

/// Keeps many threads together at or under a rate. Each taker gets the next free slot of one
/// schedule and sleeps until its slot has *ended*, so that in any t seconds at most (t + 1/10 s) x
/// rate bytes are let go, whatever the size of the pieces and however long it was idle.
/// Thread-safe.
class RateLimiter {
 public:
  RateLimiter(std::uint64_t rate_bytes_per_s, Clock& clock);
  /// Takes `size_bytes` from the budget and sleeps on the clock until they are due. Call it before
  /// the read, in pieces of at most 1 MiB.
  void take(std::uint64_t size_bytes);
  /// The same, but looks at `cancel` at least five times a second: false when asked to stop before
  /// they were due (they stay taken).
  bool take(std::uint64_t size_bytes, const Cancel* cancel);
  std::uint64_t rate_bytes_per_s() const { return rate_bytes_per_s_; }

 private:
  std::chrono::nanoseconds reserve(std::uint64_t size_bytes);

  const std::uint64_t rate_bytes_per_s_;
  Clock& clock_;
  std::mutex mutex_;
  std::chrono::nanoseconds due_;  // monotonic end of the last slot
  std::uint64_t carry_ =
      0;  // what due_ leaves out: carry_ / rate ns, so that small pieces do not add up to an error
};

}  // namespace holdfast
