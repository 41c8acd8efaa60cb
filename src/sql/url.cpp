// SPDX-License-Identifier: Apache-2.0
// Database URLs: which database they ask for, and the form of them that may be shown.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/canonical_path.h"
#include "base/percent.h"
#include "base/port.h"
#include "sql/connection.h"

namespace holdfast::sql {
namespace {

constexpr std::string_view kSqlite = "sqlite:";
constexpr std::string_view kHidden = "***";
constexpr std::string_view kPassword = "password";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// The first place at or after `from` where `word` stands in any case, or npos.
std::size_t find_any_case(std::string_view text, std::string_view word, std::size_t from) {
  const auto same = [](char a, char b) { return lower(a) == b; };
  const auto at = std::search(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(),
                              word.begin(), word.end(), same);
  return at == text.end() ? std::string_view::npos : static_cast<std::size_t>(at - text.begin());
}

/// Where the value that begins at `begin` ends: at its closing quote, else at '&' or a blank.
std::size_t value_end(std::string_view text, std::size_t begin) {
  if (begin < text.size() && text[begin] == '\'') {
    const auto close = text.find('\'', begin + 1);
    return close == std::string_view::npos ? text.size() : close + 1;
  }
  return std::min(text.find_first_of("& \t\r\n", begin), text.size());
}

// libpq decodes the keys of a query: "pass%77ord" is one. A key that can't be decoded may be any.
void hide_values_of_encoded_keys(std::string& url) {
  for (auto begin = url.find('?'); begin != std::string::npos; begin = url.find('&', begin)) {
    const auto equals = url.find_first_of("=&", ++begin);
    if (equals == std::string::npos) return;
    const std::string_view key = std::string_view(url).substr(begin, equals - begin);
    if (url[equals] == '&' || key.find('%') == std::string_view::npos) continue;
    const auto decoded = percent_decoded(key);
    if (decoded && find_any_case(*decoded, kPassword, 0) == std::string::npos) continue;
    url.replace(equals + 1, value_end(url, equals + 1) - equals - 1, kHidden);
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
  if (!sqlite_path(url)) {
    const auto scheme = out.find("://");
    const auto user = scheme == std::string::npos ? 0 : scheme + 3;
    const auto colon = out.find(':', user);
    const auto at = out.rfind('@');
    if (colon != std::string::npos && at != std::string::npos && colon < at)
      out.replace(colon + 1, at - colon - 1, kHidden);
    out = without_wrong_port(std::move(out), Hosts::some);
    hide_values_of_encoded_keys(out);
  }
  // password=… and sslpassword=…, in a query or in a conninfo text.
  for (std::size_t i = find_any_case(out, kPassword, 0); i != std::string::npos;
       i = find_any_case(out, kPassword, i)) {
    i += kPassword.size();
    const auto equals = out.find_first_not_of(' ', i);
    if (equals == std::string::npos || out[equals] != '=') continue;
    const auto begin = std::min(out.find_first_not_of(' ', equals + 1), out.size());
    out.replace(begin, value_end(out, begin) - begin, kHidden);
    i = begin;
  }
  return out;
}

}  // namespace holdfast::sql
