// SPDX-License-Identifier: Apache-2.0
#include "base/rate_limit.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace holdfast {
namespace {

using std::chrono::nanoseconds;
__extension__ using Wide = unsigned __int128;

constexpr nanoseconds kBurst = std::chrono::milliseconds(100);
constexpr nanoseconds kCancelLook = std::chrono::milliseconds(100);
constexpr std::int64_t kMaxSlotNs = std::int64_t{366} * 86400 * 1'000'000'000;
constexpr std::size_t kMaxDigits = 18;

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 11> kUnits{{
    {"B", 1},
    {"kB", 1'000},
    {"KB", 1'000},
    {"MB", 1'000'000},
    {"GB", 1'000'000'000},
    {"TB", 1'000'000'000'000},
    {"KiB", std::uint64_t{1} << 10U},
    {"kiB", std::uint64_t{1} << 10U},
    {"MiB", std::uint64_t{1} << 20U},
    {"GiB", std::uint64_t{1} << 30U},
    {"TiB", std::uint64_t{1} << 40U},
}};

struct Decimal {
  std::uint64_t digits = 0;  // value = digits / scale
  std::uint64_t scale = 1;
};

// Takes "50" or "1.5" off the front of `rest`; false where there is no such number.
bool take_decimal(std::string_view& rest, Decimal& value) {
  bool point = false;
  std::size_t digits = 0;
  std::size_t before_point = 0;
  std::size_t used = 0;
  for (; used < rest.size(); ++used) {
    const char c = rest[used];
    if (c == '.' && !point) {
      point = true;
      before_point = digits;
      continue;
    }
    if (c < '0' || c > '9') break;
    if (++digits > kMaxDigits) return false;
    value.digits = value.digits * 10 + static_cast<std::uint64_t>(c - '0');
    if (point) value.scale *= 10;
  }
  if (digits == 0 || (point && (before_point == 0 || before_point == digits))) return false;
  rest.remove_prefix(used);
  return true;
}

}  // namespace

Result<std::uint64_t> parse_rate_bytes_per_s(std::string_view text) {
  const Error bad(Code::invalid,
                  "\"" + std::string(text.substr(0, 64)) +
                      "\" is not a rate (\"50MB/s\", \"800KB/s\", \"1.5GiB/s\", more "
                      "than 0 and at most 1000TB/s)");
  std::string_view rest = text;
  Decimal value;
  if (!take_decimal(rest, value)) return bad;
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  if (rest.ends_with("/s")) rest.remove_suffix(2);
  const auto* unit = std::find_if(kUnits.begin(), kUnits.end(),
                                  [&](const auto& known) { return known.first == rest; });
  if (unit == kUnits.end()) return bad;
  const Wide rate = Wide{value.digits} * unit->second / value.scale;
  if (rate == 0 || rate > kMaxRateBytesPerS) return bad;
  return static_cast<std::uint64_t>(rate);
}

RateLimiter::RateLimiter(std::uint64_t rate_bytes_per_s, Clock& clock)
    : rate_bytes_per_s_(rate_bytes_per_s), clock_(clock), due_(clock.monotonic() - kBurst) {
  HOLDFAST_ASSERT(rate_bytes_per_s > 0);
}

nanoseconds RateLimiter::reserve(std::uint64_t size_bytes) {
  const std::scoped_lock lock(mutex_);
  const nanoseconds earliest = clock_.monotonic() - kBurst;
  if (due_ < earliest) {
    due_ = earliest;
    carry_ = 0;
  }
  const Wide wanted = Wide{size_bytes} * 1'000'000'000U + carry_;
  carry_ = static_cast<std::uint64_t>(wanted % rate_bytes_per_s_);
  due_ += nanoseconds{static_cast<std::int64_t>(
      std::min<Wide>(wanted / rate_bytes_per_s_, static_cast<Wide>(kMaxSlotNs)))};
  return due_;
}

void RateLimiter::take(std::uint64_t size_bytes) {
  clock_.sleep_until(reserve(size_bytes));
}

bool RateLimiter::take(std::uint64_t size_bytes, const Cancel* cancel) {
  const nanoseconds due = reserve(size_bytes);
  for (nanoseconds now = clock_.monotonic(); now < due; now = clock_.monotonic()) {
    if (cancel != nullptr && cancel->requested()) return false;
    clock_.sleep_until(std::min(due, now + kCancelLook));
  }
  return true;
}

}  // namespace holdfast
