// SPDX-License-Identifier: Apache-2.0
#include "schemas/registry_config.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.h"
#include "base/clock.h"
#include "base/port.h"
#include "base/root_folder.h"
#include "base/secret_name.h"
#include "http/message.h"
#include "http/url.h"

namespace holdfast::schemas {
namespace {

constexpr std::int64_t kMostAttempts = 20;
constexpr std::string_view kGit = "git:";

bool is_url(std::string_view address) {
  return address.starts_with("http://") || address.starts_with("https://");
}

Result<RegistryKind> kind_of(const std::string& name, TomlTable& table) {
  for (const RegistryKind kind : {RegistryKind::directory, RegistryKind::plain,
                                  RegistryKind::confluent, RegistryKind::apicurio})
    if (name == registry_kind_name(kind)) return kind;
  return table.invalid(
      "kind", "\"" + name + "\" is no kind of registry: plain, confluent, apicurio, directory");
}

Status read_time(TomlTable& table, const char* key, std::chrono::milliseconds& into) {
  TRY_ASSIGN(const auto text, table.string(key));
  if (!text) return {};
  const auto time = parse_duration(*text);
  if (!time) return table.invalid(key, time.error().message());
  if (*time < std::chrono::milliseconds(1)) return table.invalid(key, "longer than nothing");
  into = std::chrono::duration_cast<std::chrono::milliseconds>(*time);
  return {};
}

// No secret is shown.
Status check_credentials(TomlTable& table, const RegistryConfig& config) {
  const std::array<std::pair<const char*, const std::string*>, 3> all = {
      {{"user", &config.user}, {"password", &config.password}, {"token", &config.token}}};
  for (const auto& [key, text] : all)
    if (!http::is_field("x", *text))
      return table.invalid(key, "a control character in it; is there a line end behind it?");
  // RFC 7617, section 2: what is behind it would be taken for the password.
  if (config.user.find(':') != std::string::npos)
    return table.invalid("user", "a user of HTTP Basic has no colon in its name");
  if (!config.token.empty() && !config.user.empty())
    return table.invalid("token", "credentials are a user or a token: name one of the two");
  if (config.user.empty() && !config.password.empty())
    return table.invalid("password", "it goes with a user");
  const bool is_local = config.kind == RegistryKind::directory;
  if (is_local && (!config.token.empty() || !config.user.empty()))
    return table.invalid(config.token.empty() ? "user" : "token", "a directory takes none");
  return {};
}

}  // namespace

std::string_view registry_kind_name(RegistryKind kind) {
  switch (kind) {
    case RegistryKind::directory:
      return "directory";
    case RegistryKind::plain:
      return "plain";
    case RegistryKind::confluent:
      return "confluent";
    case RegistryKind::apicurio:
      return "apicurio";
  }
  return "plain";
}

RegistryKind guessed_kind(std::string_view address) {
  return is_url(address) ? RegistryKind::plain : RegistryKind::directory;
}

bool has_same_origin(const std::string& a, const std::string& b) {
  if (!is_url(a) || !is_url(b)) return a == b;
  const auto one = http::parse_url(a);
  const auto other = http::parse_url(b);
  return one && other && http::same_origin(*one, *other);
}

bool is_misspelt_url(std::string_view address) {
  const std::string text = ascii_lowered(address.substr(0, address.find_first_of(":/")));
  const std::string_view rest = address.substr(text.size());
  return (text == "http" || text == "https") && !rest.starts_with("://") &&
         (rest.starts_with(':') || rest.starts_with("//"));
}

std::string shown_place(const std::string& address) {
  const bool is_misspelt = is_misspelt_url(address);
  std::size_t begin = 0;
  if (is_misspelt) begin = address.find_first_not_of(":/", address.find_first_of(":/"));
  if (address.starts_with(kGit))
    begin = address.find(':', kGit.size()) + 1;  // 0: it has no revision
  const std::size_t at = address.rfind('@');
  if (at != std::string::npos && begin < at && (is_misspelt || address.find(':', begin) < at))
    return address.substr(0, begin) + std::string(kHidden) + address.substr(at);
  return is_misspelt ? without_wrong_port(address, Hosts::one) : address;
}

std::string RegistryConfig::shown() const {
  const std::size_t scheme = address.find("://");
  if (scheme == std::string::npos || address.starts_with(kGit))
    return printable_path(shown_place(address));
  if (!http::parse_url(address)) return printable_path(http::redacted_url(address));
  const std::size_t authority = scheme + 3;
  const std::size_t end = std::min(address.find('/', authority), address.size());
  const std::size_t at = address.rfind('@', end);
  const std::size_t from = at == std::string::npos || at < authority ? authority : at + 1;
  // No registry is reached by an address with a query: that may be a token.
  const std::size_t query = std::min(address.find('?', from), address.size());
  return printable_path(address.substr(0, authority) + address.substr(from, query - from) +
                        (query < address.size() ? "?***" : ""));
}

Result<RegistryConfig> read_registry_config(TomlTable& table) {
  RegistryConfig config;
  TRY_ASSIGN(config.address, table.string_or("registry", ""));
  TRY_ASSIGN(const auto kind, table.string("kind"));
  config.kind = guessed_kind(config.address);
  if (kind) {
    TRY_ASSIGN(config.kind, kind_of(*kind, table));
  }
  TRY_ASSIGN(config.user, table.string_or("user", ""));
  TRY_ASSIGN(config.password, table.string_or("password", ""));
  TRY_ASSIGN(config.token, table.string_or("token", ""));
  TRY_ASSIGN(config.group, table.string_or("group", config.group));
  TRY_ASSIGN(config.subjects, table.string_or("subjects", config.subjects));
  TRY_ASSIGN(const std::int64_t attempts, table.integer_or("attempts", config.attempts));
  TRY(read_time(table, "request_timeout", config.request_timeout));
  TRY(read_time(table, "timeout", config.run_timeout));
  if (attempts < 1 || attempts > kMostAttempts) return table.invalid("attempts", "from 1 to 20");
  config.attempts = static_cast<int>(attempts);
  if (config.group.empty()) return table.invalid("group", "an empty name is no group");
  TRY(table.require_utf8("group", config.group));
  TRY(table.require_utf8("subjects", config.subjects));
  if (config.subjects.find("{name}") == std::string::npos)
    return table.invalid("subjects", "\"" + config.subjects + "\" has no {name} in it");
  if (config.kind != RegistryKind::directory && !config.address.empty() && !is_url(config.address))
    return table.invalid("registry", "a registry of this kind is an http:// or https:// URL");
  if (config.kind == RegistryKind::directory && is_url(config.address))
    return table.invalid("registry", "a directory is a folder or git:REVISION:PATH, no URL");
  TRY(check_credentials(table, config));
  return config;
}

}  // namespace holdfast::schemas
