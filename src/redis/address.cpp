// SPDX-License-Identifier: Apache-2.0
#include "redis/address.h"

#include <charconv>
#include <optional>
#include <utility>

#include "base/percent.h"
#include "base/port.h"

namespace holdfast::redis {
namespace {

constexpr std::string_view kTcp = "redis://";
constexpr std::string_view kTls = "rediss://";
constexpr std::string_view kUnix = "unix://";
constexpr std::string_view kDatabaseKey = "db=";
constexpr int kMostDatabase = 1'000'000;

// None: a "%" without two digits, or a NUL byte, since libhiredis takes C strings.
std::optional<std::string> decoded(std::string_view text) {
  auto out = percent_decoded(text);
  if (!out || out->find('\0') != std::string::npos) return std::nullopt;
  return *std::move(out);
}

// What stands before the last '@' may be a password, whatever else is wrong with the text; so may a query, and what is in the
// place of a port and is none.
std::string harmless(std::string_view text) {
  const auto scheme = text.find("://");
  const auto from = scheme == std::string_view::npos ? 0 : scheme + 3;
  const auto at = text.rfind('@');
  std::string out(text.substr(0, from));
  const bool is_hidden = at != std::string_view::npos && at >= from;
  if (is_hidden) out += "***@";
  const std::string_view rest = text.substr(is_hidden ? at + 1 : from);
  // What is no number of a database may be a password, too; only a socket has a path.
  const auto slash = text.starts_with(kUnix) ? std::string_view::npos : rest.find('/');
  const bool is_number = slash == std::string_view::npos ||
                         rest.find_first_not_of("0123456789", slash + 1) == std::string_view::npos;
  out += is_number ? rest.substr(0, rest.find('?')) : rest.substr(0, slash);
  if (!is_number) out += "/***";
  return without_wrong_port(std::move(out), Hosts::one);
}

Error bad(std::string_view text, std::string_view why) {
  return Error(Code::invalid, "Redis address " + harmless(text) + ": " + std::string(why),
               "write redis://[:${PASSWORD}@]HOST[:PORT][/DATABASE] or unix:///PATH[?db=DATABASE]");
}

/// Takes "user:password@" off the front of `rest`.
Status take_credentials(std::string_view text, std::string_view& rest, Address& address) {
  const auto at = rest.rfind('@');
  if (at == std::string_view::npos) return {};
  const std::string_view both = rest.substr(0, at);
  const auto colon = both.find(':');
  if (colon == std::string_view::npos) return bad(text, "a user without a password before the '@'");
  const auto user = decoded(both.substr(0, colon));
  const auto password = decoded(both.substr(colon + 1));
  if (!user || !password) return bad(text, "'%' without two hexadecimal digits");
  if (password->empty()) return bad(text, "the password before the '@' is empty");
  address.user = *user;
  address.password = *password;
  rest.remove_prefix(at + 1);
  return {};
}

Status take_database(std::string_view text, std::string_view digits, Address& address) {
  if (digits.empty()) return {};
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, address.database);
  if (error != std::errc() || stop != end || address.database < 0 ||
      address.database > kMostDatabase)
    return bad(text, "the database is no whole number");
  return {};
}

Result<Address> parse_tcp(std::string_view text, std::string_view rest) {
  Address address;
  TRY(take_credentials(text, rest, address));
  const auto slash = rest.find('/');
  if (slash != std::string_view::npos) TRY(take_database(text, rest.substr(slash + 1), address));
  std::string_view authority = rest.substr(0, slash);
  std::string_view port;
  const auto bracket = authority.starts_with('[') ? authority.find(']') : std::string_view::npos;
  const auto colon = authority.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    port = authority.substr(colon + 1);
    authority = authority.substr(0, colon);
    const auto value = parse_port(port);
    if (!value) return bad(text, "the port is none");
    address.port = *value;
  }
  if (bracket != std::string_view::npos) {
    if (bracket + 1 != authority.size()) return bad(text, "text behind the ']' of its host");
    authority = authority.substr(1, bracket - 1);
  }
  const bool is_name =
      authority.find_first_of(" \t\r\n/?#@[]") == std::string_view::npos && !authority.empty();
  const auto host = decoded(authority);
  if (!is_name || !host) return bad(text, "it has no host");
  address.host = *host;
  return address;
}

Result<Address> parse_unix(std::string_view text, std::string_view rest) {
  Address address;
  const auto question = rest.find('?');
  if (question != std::string_view::npos) {
    const std::string_view query = rest.substr(question + 1);
    if (!query.starts_with(kDatabaseKey)) return bad(text, "all that may stand behind '?' is db=");
    TRY(take_database(text, query.substr(kDatabaseKey.size()), address));
    rest = rest.substr(0, question);
  }
  TRY(take_credentials(text, rest, address));
  const auto path = decoded(rest);
  if (!path || !path->starts_with('/')) return bad(text, "the path of its socket must be absolute");
  address.socket_path = *path;
  return address;
}

}  // namespace

Result<Address> parse_address(std::string_view url) {
  if (url.size() > kMostAddressBytes) return bad("", "longer than 4096 bytes");
  for (const char c : url)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      return bad("", "it has control characters");
  if (url.starts_with(kTls))
    return Error(Code::unsupported, "Redis address " + harmless(url) + ": no TLS to Redis",
                 "use redis:// on a private network, or a Unix socket or a tunnel (stunnel) to it");
  if (url.starts_with(kTcp)) return parse_tcp(url, url.substr(kTcp.size()));
  if (url.starts_with(kUnix)) return parse_unix(url, url.substr(kUnix.size()));
  return bad(url, "it begins with neither redis:// nor unix://");
}

std::string shown(const Address& address) {
  const std::string database = std::to_string(address.database);
  if (address.host.empty())
    return "unix://" + address.socket_path + (address.database == 0 ? "" : "?db=" + database);
  const bool is_ipv6 = address.host.find(':') != std::string::npos;
  return "redis://" + (is_ipv6 ? '[' + address.host + ']' : address.host) + ':' +
         std::to_string(address.port) + '/' + database;
}

}  // namespace holdfast::redis
