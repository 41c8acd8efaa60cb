// SPDX-License-Identifier: Apache-2.0
#include "cli/pace_options.h"

#include <charconv>
#include <limits>

#include <CLI/CLI.hpp>

#include "base/rate_limit.h"

namespace holdfast::cli {

void check_whole_number(CLI::Option& option, std::int64_t least) {
  option.check(CLI::Validator(
      [least](const std::string& text) {
        std::int64_t value = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
        const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
        return whole && value >= least
                   ? std::string()
                   : '"' + text + "\" is no whole number from " + std::to_string(least) + " to " +
                         std::to_string(std::numeric_limits<std::int64_t>::max());
      },
      ""));
}

void add_pace(CLI::App& command, PaceWords& words) {
  command
      .add_option("--rate", words.rate,
                  "Read at most so many bytes a second: 50MB/s, 800KB/s, 1GiB/s")
      ->type_name("RATE");
  command
      .add_option("--window", words.window,
                  "Begin files only in these hours of local time, and wait for them")
      ->type_name("HH:MM-HH:MM");
  command.add_option("--jobs", words.jobs, "Threads that read (default: one for each processor)")
      ->type_name("N")
      ->check(CLI::Range(1, core::kMaxJobs));
  check_whole_number(
      *command.add_option("--limit", words.limit, "At most so many rows")->type_name("N"), 1);
}

void add_shard(CLI::App& command, PaceWords& words) {
  command
      .add_option("--shard", words.shard, "The k-th of n parts of the rows, by a hash of their id")
      ->type_name("K/N");
}

Result<Pace> read_pace(const PaceWords& words) {
  Pace pace;
  TRY_ASSIGN(pace.rate_bytes_per_s, read_bytes(words.rate, "--rate"));
  if (!words.window.empty()) {
    auto window = TimeWindow::parse(words.window);
    if (!window) return std::move(window).error().with("--window");
    pace.window = *window;
  }
  if (!words.shard.empty()) {
    auto shard = core::Shard::parse(words.shard);
    if (!shard) return std::move(shard).error().with("--shard");
    pace.shard = *shard;
  }
  return pace;
}

Result<std::optional<std::uint64_t>> read_bytes(const std::string& text, const char* option) {
  if (text.empty()) return std::optional<std::uint64_t>();
  auto value = parse_rate_bytes_per_s(text);
  if (!value) return std::move(value).error().with(option);
  return std::optional<std::uint64_t>(*value);
}

Result<std::optional<std::chrono::nanoseconds>> read_duration(const std::string& text,
                                                              const char* option) {
  if (text.empty()) return std::optional<std::chrono::nanoseconds>();
  auto duration = parse_duration(text);
  if (!duration) return std::move(duration).error().with(option);
  return std::optional<std::chrono::nanoseconds>(*duration);
}

}  // namespace holdfast::cli
