// SPDX-License-Identifier: Apache-2.0
// Database URLs: which database they ask for, and the form of them that may be shown.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/ascii.h"
#include "base/canonical_path.h"
#include "base/percent.h"
#include "base/port.h"
#include "base/secret_name.h"
#include "sql/connection.h"

namespace holdfast::sql {
namespace {

constexpr std::string_view kSqlite = "sqlite:";
constexpr std::string_view kBlanks = " \t\r\n";

/// What stands before the '=' at `equals`, as far as it can be a key of a query or a conninfo text.
std::string_view key_before(std::string_view text, std::size_t equals) {
  const std::string_view before = text.substr(0, equals);
  const std::string_view key = before.substr(0, before.find_last_not_of(kBlanks) + 1);
  return key.substr(key.find_last_of("?&/:;'\" \t\r\n") + 1);
}

/// Where the value that begins at `begin` ends: in a query at '&' alone. A conninfo text has quotes, and backslashes before what ends nothing;
/// it may be written as TOML, where these are twice there.
std::size_t value_end(std::string_view text, std::size_t begin) {
  if (text.find('?') < begin) return std::min(text.find('&', begin), text.size());
  const bool is_quoted = text.substr(begin).starts_with('\'');
  const std::string_view ends = is_quoted ? "'" : kBlanks;
  std::size_t end = text.find_first_of(ends, begin + (is_quoted ? 1 : 0));
  while (end != std::string_view::npos && text[end - 1] == '\\')
    end = text.find_first_of(ends, end + 1);
  return end == std::string_view::npos ? text.size() : end + (is_quoted ? 1 : 0);
}

// password=…, oauth_client_secret=…: in a query or in a conninfo text. libpq decodes the keys of a query, so "pass%77ord" is one; a key that
// can't be decoded may be any.
void hide_secret_values(std::string& url, bool is_file) {
  std::size_t from = 0;
  for (auto equals = url.find('='); equals != std::string::npos; equals = url.find('=', from)) {
    from = equals + 1;
    const auto key = percent_decoded(key_before(url, equals));
    if (key ? !names_secret(*key) : is_file) continue;
    from = std::min(url.find_first_not_of(kBlanks, from), url.size());
    url.replace(from, value_end(url, from) - from, kHidden);
  }
}

}  // namespace

Result<Dialect> dialect_of(std::string_view url) {
  if (sqlite_path(url)) return Dialect::sqlite;
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) return Dialect::postgres;
  return Error(Code::invalid, "'" + redacted(url) + "' is no database URL",
               "write sqlite:PATH or postgresql://USER@HOST:PORT/DATABASE");
}

std::optional<std::string> sqlite_path(std::string_view url) {
  if (!url.starts_with(kSqlite) || url.size() == kSqlite.size()) return {};
  return std::string(url.substr(kSqlite.size()));
}

std::string absolute_url(const std::string& url, const std::string& folder) {
  const auto path = sqlite_path(url);
  return path ? std::string(kSqlite) + absolute_path(*path, folder) : url;
}

bool is_same_database(const std::string& a, const std::string& b) {
  const auto path_a = sqlite_path(a);
  const auto path_b = sqlite_path(b);
  if (path_a && path_b) return canonical_path(*path_a) == canonical_path(*path_b);
  return a == b;
}

std::string redacted(std::string_view url) {
  std::string out(url);
  // user:password@host. A password may hold '@', '/', ':' and '?' in spite of the rules, so
  // everything up to the last '@' goes; also where the scheme is misspelt or missing.
  const bool is_file = sqlite_path(url).has_value();
  if (!is_file) {
    const auto scheme = out.find("://");
    const auto user = scheme == std::string::npos ? 0 : scheme + 3;
    const auto colon = out.find(':', user);
    const auto at = out.rfind('@');
    if (colon != std::string::npos && at != std::string::npos && colon < at)
      out.replace(colon + 1, at - colon - 1, kHidden);
    out = without_wrong_port(std::move(out), Hosts::some);
  }
  hide_secret_values(out, is_file);
  return out;
}

}  // namespace holdfast::sql
