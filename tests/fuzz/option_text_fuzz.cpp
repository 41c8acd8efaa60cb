// SPDX-License-Identifier: Apache-2.0
// Durations, rates, windows, shards and times: what is read is in range, and what writes itself reads itself back.
#include <cstdint>
#include <string_view>

#include "base/clock.h"
#include "base/rate_limit.h"
#include "base/time_window.h"
#include "core/batch.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  const std::string_view text(reinterpret_cast<const char*>(data), size_bytes);
  if (const auto duration = holdfast::parse_duration(text)) {
    HOLDFAST_ASSERT(duration->count() >= 0);
  }
  if (const auto rate = holdfast::parse_rate_bytes_per_s(text)) {
    HOLDFAST_ASSERT(*rate > 0 && *rate <= holdfast::kMaxRateBytesPerS);
  }
  if (const auto window = holdfast::TimeWindow::parse(text)) {
    HOLDFAST_ASSERT(window->text() == text);
    HOLDFAST_ASSERT(window->contains(window->next_open({0})));
  }
  if (const auto shard = holdfast::core::Shard::parse(text)) {
    HOLDFAST_ASSERT(shard->text() == text);
    HOLDFAST_ASSERT(shard->index >= 1 && shard->index <= shard->count);
  }
  if (const auto at = holdfast::parse_rfc3339(text)) {
    const auto again = holdfast::parse_rfc3339(holdfast::format_rfc3339(*at));
    HOLDFAST_ASSERT(again.ok() && at->ns - again->ns < 1000 && at->ns >= again->ns);
  }
  return 0;
}
