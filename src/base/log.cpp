// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <string>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "base/root_folder.h"
#include "base/standing_line.h"

namespace holdfast {
namespace {

spdlog::logger& logger() {
  static const auto kLogger = [] {
    auto made = spdlog::stderr_color_mt("holdfast");
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
    made->set_level(spdlog::level::warn);
    return made;
  }();
  return *kLogger;
}

// Nothing in a value speaks to a terminal, and one line stays one line; with a blank or a quote in it, it is quoted.
std::string quoted(std::string_view text) {
  std::string value = printable_path(text);
  if (value.find_first_of(" \"=") == std::string::npos && !value.empty()) return value;
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

void write(spdlog::level::level_enum level, std::string_view message,
           std::initializer_list<LogPair> pairs) {
  if (!logger().should_log(level)) return;
  std::string line = printable_path(message);
  for (const auto& [key, value] : pairs) {
    line += ' ';
    line += key;
    line += '=';
    line += quoted(value);
  }
  const WithoutStandingLine wiped;
  logger().log(level, "{}", line);
}

}  // namespace

void set_log_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return logger().set_level(spdlog::level::debug);
    case LogLevel::info:
      return logger().set_level(spdlog::level::info);
    case LogLevel::warning:
      return logger().set_level(spdlog::level::warn);
    case LogLevel::error:
      return logger().set_level(spdlog::level::err);
  }
}

bool set_log_level(std::string_view name) {
  if (name == "debug") return set_log_level(LogLevel::debug), true;
  if (name == "info") return set_log_level(LogLevel::info), true;
  if (name == "warning") return set_log_level(LogLevel::warning), true;
  if (name == "error") return set_log_level(LogLevel::error), true;
  return false;
}

void log_debug(std::string_view message, std::initializer_list<LogPair> pairs) {
  write(spdlog::level::debug, message, pairs);
}
void log_info(std::string_view message, std::initializer_list<LogPair> pairs) {
  write(spdlog::level::info, message, pairs);
}
void log_warning(std::string_view message, std::initializer_list<LogPair> pairs) {
  write(spdlog::level::warn, message, pairs);
}
void log_error(std::string_view message, std::initializer_list<LogPair> pairs) {
  write(spdlog::level::err, message, pairs);
}

}  // namespace holdfast
