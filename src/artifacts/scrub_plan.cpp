// SPDX-License-Identifier: Apache-2.0
#include "artifacts/scrub_plan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "base/size_text.h"

namespace holdfast::artifacts {
namespace {

constexpr double kNsPerS = 1e9;
constexpr double kNsPerDay = 86400 * kNsPerS;
constexpr double kPromiseMargin = 0.9;
constexpr double kLongestNs = 9e18;  // 285 years: more than a Timestamp holds

/// The part of a day that a window is open, measured at its next opening.
double share_of_day(const std::optional<TimeWindow>& window, Timestamp now) {
  if (!window) return 1;
  const Timestamp opens = window->next_open(now);
  // From inside, next_open is `now`: go to the opening after the next closing.
  const Timestamp begin = opens == now ? window->next_open(window->next_close(now)) : opens;
  const Timestamp end = window->next_close(begin);
  return std::clamp(static_cast<double>(end.ns - begin.ns) / kNsPerDay, 1e-9, 1.0);
}

std::chrono::nanoseconds to_ns(double ns) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(ns, kLongestNs)));
}

std::string number(double value, const char* format) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

/// How often slices must run; `per_promise` of them within the promise.
std::string how_often(double per_promise, double per_day) {
  if (per_promise <= 1) return "one within the promise is enough";
  if (per_day >= 1) return number(std::ceil(per_day), "%.0f") + " a day are needed";
  return "one every " + number(std::max(std::floor(1 / per_day), 1.0), "%.0f") + " days is needed";
}

/// A little is not nothing.
std::string rate_text(double bytes_per_s) {
  return bytes_per_s > 0 && bytes_per_s < 1 ? "< 1 B/s" : size_text(bytes_per_s) + "/s";
}

std::string text_of(const ScrubTerms& terms, const ScrubForecast& out) {
  const std::string promise = format_age(terms.every_byte_within);
  const std::string needed = rate_text(out.needed_bytes_per_s);
  const std::string when = terms.window ? " between " + terms.window->text() : "";
  if (!out.one_pass) {
    return "no rate is given; every byte within " + promise + " needs " + needed + when;
  }
  const std::string rate = size_text(static_cast<double>(*terms.rate_bytes_per_s)) + "/s";
  const std::string time = format_age(*out.one_pass);
  const std::string pass = "at " + rate + when + " every byte is read once in " + time;
  if (out.can_keep) return pass + ", within the promised " + promise;
  const std::string more = time == promise
                               ? "barely over"
                               : format_age(*out.one_pass - terms.every_byte_within) + " more than";
  return "the promise can't be kept: " + pass + ", " + more + " the promised " + promise +
         "; it needs " + needed;
}

}  // namespace

ScrubForecast forecast(const ScrubTerms& terms, const ScrubLoad& load, Timestamp now) {
  ScrubForecast out;
  out.window_share = share_of_day(terms.window, now);
  const auto bytes = static_cast<double>(load.size_bytes);
  const auto promise_ns = static_cast<double>(terms.every_byte_within.count());
  out.needed_bytes_per_s = bytes / (promise_ns / kNsPerS) / out.window_share;
  if (terms.rate_bytes_per_s) {
    const auto rate = static_cast<double>(*terms.rate_bytes_per_s);
    const double pass_ns = bytes / rate / out.window_share * kNsPerS;
    out.one_pass = to_ns(pass_ns);
    out.can_keep = pass_ns <= promise_ns;
    if (terms.once_for) {
      const double slice_bytes = rate * static_cast<double>(terms.once_for->count()) / kNsPerS;
      out.slices_per_day = bytes / slice_bytes / (promise_ns / kNsPerDay);
    }
  }
  out.text = text_of(terms, out);
  if (out.slices_per_day)
    out.text += "; of slices of " + format_age(*terms.once_for) + ", " +
                how_often(*out.slices_per_day * promise_ns / kNsPerDay, *out.slices_per_day);
  return out;
}

DueWork::DueWork(const ScrubTerms& terms, const ScrubLoad& load, Timestamp now)
    : target_ns_(static_cast<std::int64_t>(static_cast<double>(terms.every_byte_within.count()) *
                                           kPromiseMargin)),
      now_(now) {
  const double total = static_cast<double>(load.size_bytes) +
                       static_cast<double>(load.rows) * static_cast<double>(kFileCostBytes);
  pace_ = total / static_cast<double>(std::max<std::int64_t>(target_ns_, 1));
}

void DueWork::add(Timestamp looked_at, std::uint64_t size_bytes) {
  sum_ += cost(size_bytes);
  const double left_ns =
      static_cast<double>(looked_at.ns - now_.ns) + static_cast<double>(target_ns_);
  // Past its deadline: all up to here, at once.
  const double due = static_cast<double>(sum_) - (left_ns > 0 ? pace_ * left_ns : 0);
  due_ = std::max(due_, due);
}

std::uint64_t DueWork::due_cost() const {
  return due_ <= 0 ? 0 : static_cast<std::uint64_t>(std::ceil(due_));
}

}  // namespace holdfast::artifacts
