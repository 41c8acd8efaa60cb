// SPDX-License-Identifier: Apache-2.0
// Log lines for whoever debugs: stderr, level, key=value. Nothing a program must parse, no secrets.
#pragma once
#include <initializer_list>
#include <string_view>
#include <utility>

namespace holdfast {

using LogPair = std::pair<std::string_view, std::string_view>;
enum class LogLevel : unsigned char { debug, info, warning, error };

/// The least level that is written (default: warning). Thread-safe.
void set_log_level(LogLevel level);
/// Reads "debug", "info", "warning", "error"; anything else is false and changes nothing.
bool set_log_level(std::string_view name);

void log_debug(std::string_view message, std::initializer_list<LogPair> pairs = {});
void log_info(std::string_view message, std::initializer_list<LogPair> pairs = {});
void log_warning(std::string_view message, std::initializer_list<LogPair> pairs = {});
void log_error(std::string_view message, std::initializer_list<LogPair> pairs = {});

}  // namespace holdfast
