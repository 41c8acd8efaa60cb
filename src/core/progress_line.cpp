// SPDX-License-Identifier: Apache-2.0
#include "core/progress_line.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/size_text.h"
#include "base/standing_line.h"

namespace holdfast::core {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr nanoseconds kTerminalEvery = 250ms;
constexpr nanoseconds kPlainEvery = 10s;
constexpr nanoseconds kRateOver = 10s;
constexpr nanoseconds kLeastRateOver = 1s;
constexpr double kMaxForecastS = 100.0 * 86400;

double seconds(nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

std::string with_commas(std::int64_t count) {
  std::string digits = std::to_string(count);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return digits;
}

std::string rounded(double value, int decimals) {
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return {text.data(), static_cast<std::size_t>(std::clamp(size, 0, 63))};
}

std::string items_rate(double items_per_s) {
  if (items_per_s >= 9.95) return with_commas(std::llround(items_per_s));
  return rounded(items_per_s, items_per_s >= 0.1 ? 1 : 2);
}

// All that was done is committed: only then may it say 100.
std::int64_t percent(const BatchProgress& progress) {
  const std::int64_t total = *progress.items_total;
  if (total <= 0 || progress.items_committed >= total) return 100;
  return std::min<std::int64_t>(99, progress.items_finished * 100 / total);
}

std::string time_left(const BatchProgress& progress, double items_per_s) {
  const double left_s =
      static_cast<double>(*progress.items_total - progress.items_finished) / items_per_s;
  if (left_s > kMaxForecastS) return {};
  const auto left = std::chrono::seconds(std::llround(std::max(left_s, 0.0)));
  return "  " + format_age(left) + " left";
}

std::string waiting(const BatchProgress& progress, Timestamp now) {
  std::string text = "  waiting for the window";
  if (!progress.window_opens_at) return text;
  const nanoseconds wait{progress.window_opens_at->ns - now.ns};
  return text + ", opens in " + format_age(wait) + " (" +
         format_rfc3339(*progress.window_opens_at).substr(0, 19) + "Z)";
}

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::string render_progress(const ProgressWords& words, const BatchProgress& progress,
                            const ProgressRates& rates, Timestamp now) {
  std::string line = words.label;
  if (progress.items_total) {
    const std::int64_t share = percent(progress);
    line += (share < 10 ? "   " : share < 100 ? "  " : " ") + std::to_string(share) + " %";
  }
  line += "  " + with_commas(progress.items_finished);
  if (progress.items_total) line += '/' + with_commas(*progress.items_total);
  line += ' ' + words.noun;
  if (progress.waiting_for_window) return line + waiting(progress, now);
  if (rates.items_per_s) line += "  " + items_rate(*rates.items_per_s) + ' ' + words.noun + "/s";
  if (rates.bytes_per_s && progress.size_bytes > 0) {
    line += "  " + size_text(*rates.bytes_per_s) + "/s";
  }
  if (progress.items_total && rates.items_per_s && *rates.items_per_s > 0 &&
      progress.items_finished < *progress.items_total) {
    line += time_left(progress, *rates.items_per_s);
  }
  return line;
}

ProgressLineOptions stderr_progress(ProgressWords words) {
  ProgressLineOptions options;
  options.words = std::move(words);
  const std::string_view term = variable("TERM");
  options.terminal =
      isatty(STDERR_FILENO) == 1 && variable("NO_COLOR").empty() && !term.empty() && term != "dumb";
  winsize size{};
  if (options.terminal && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    options.width = size.ws_col;
  }
  return options;
}

ProgressLine::ProgressLine(ProgressLineOptions options) : options_(std::move(options)) {
  if (options_.clock == nullptr) options_.clock = &system_clock();
  if (!options_.show) options_.show = set_standing_line;
  if (!options_.write) {
    options_.write = [](std::string_view text) {
      // A progress line that can't be written is not worth a word.
      static_cast<void>(std::fwrite(text.data(), 1, text.size(), stderr));
      static_cast<void>(std::fflush(stderr));
    };
  }
}

void ProgressLine::update(const BatchProgress& progress) {
  sample(progress);
  const nanoseconds every = options_.terminal ? kTerminalEvery : kPlainEvery;
  if (!next_) next_ = options_.terminal ? progress.elapsed : progress.elapsed + every;
  if (progress.elapsed < *next_) return;
  next_ = progress.elapsed + every;
  const std::string line =
      render_progress(options_.words, progress, rates(), options_.clock->now());
  if (options_.terminal) {
    show(line);
  } else {
    options_.write(line + '\n');
  }
}

void ProgressLine::end() {
  if (std::exchange(shown_, false)) options_.show({});
}

// The rate forgets what lies behind a wait: the window was closed, nothing was slow.
void ProgressLine::sample(const BatchProgress& progress) {
  if (progress.waiting_for_window) return samples_.clear();
  if (!samples_.empty() && progress.elapsed - samples_.back().elapsed < kTerminalEvery / 2) return;
  samples_.push_back({progress.elapsed, progress.items_finished, progress.size_bytes});
  while (samples_.size() > 2 && samples_.back().elapsed - samples_[1].elapsed >= kRateOver) {
    samples_.pop_front();
  }
}

ProgressRates ProgressLine::rates() const {
  if (samples_.size() < 2) return {};
  const Sample& first = samples_.front();
  const Sample& last = samples_.back();
  if (last.elapsed - first.elapsed < kLeastRateOver) return {};
  const double took_s = seconds(last.elapsed - first.elapsed);
  return {static_cast<double>(last.items - first.items) / took_s,
          static_cast<double>(last.size_bytes - first.size_bytes) / took_s};
}

// The label is ours and plain ASCII, so a byte is a column. The last column stays free: writing there would wrap.
void ProgressLine::show(const std::string& line) {
  options_.show(std::string_view(line).substr(0, std::max<std::size_t>(options_.width, 2) - 1));
  shown_ = true;
}

}  // namespace holdfast::core
