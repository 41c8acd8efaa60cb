// SPDX-License-Identifier: Apache-2.0
// Absolute http and https URLs (RFC 3986): read, put together, compared by origin, and shown without their secrets.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast::http {

inline constexpr std::size_t kMostUrlBytes = 8192;

struct Url {
  std::string scheme;      // "http" or "https"
  std::string host;        // lower case; an IPv6 address without its brackets
  std::uint16_t port = 0;  // the scheme's own where the text has none
  std::string user;        // decoded; may be empty
  std::string password;    // decoded; may be empty
  std::string path = "/";  // begins with '/', percent-encoded as it is sent, without dot segments
  std::string query;       // without the '?', encoded
};

/// `invalid` names the (redacted) text and what is wrong: another scheme, no host, a port that is none, control characters, blanks, "%" without
/// two digits, longer than kMostUrlBytes. A fragment is dropped.
Result<Url> parse_url(std::string_view text);
/// The same for an address whose path is a secret, as that of a webhook often is: an error names redacted_path().
Result<Url> parse_url_with_secret_path(std::string_view text);
/// "https://registry:8081": scheme, host and port (left out where it is the scheme's own). What credentials and redirects are bound to.
std::string origin(const Url& url);
bool same_origin(const Url& a, const Url& b);
/// Whether the host is this machine by its name: localhost, 127.0.0.0/8, ::1.
bool is_loopback(const Url& url);

/// The URL without user and password: what is sent.
std::string without_credentials(const Url& url);
/// What may be shown: the password is "***", so is a user without one, which may be a token, and so are values of query keys that sound like secrets.
std::string redacted(const Url& url);
/// The same, in quotes, for a text that may be no URL at all: whatever stands before its last '@' is hidden, and what stands in the place of a
/// port and is none, with all that follows.
std::string redacted_url(std::string_view text);

/// "https://h/…", in quotes, for a text that may be no URL at all: its origin, and whether there is more.
std::string redacted_path(std::string_view text);

/// `path` (encoded, with or without a leading '/', may carry "?query") put below the base's path: "http://h/api/" and "/subjects" give
/// "http://h/api/subjects". Credentials stay. `invalid` where the result would lie above the base ("..") or the text is no path.
Result<Url> joined(const Url& base, std::string_view path);
/// A Location or link as seen from `base` (RFC 3986, 5.2); credentials of the base are not carried over, those in the reference are refused.
Result<Url> resolved(const Url& base, std::string_view reference);

/// One segment of a path: everything but unreserved characters is encoded, "/" too ("a/b" is "a%2Fb").
std::string encoded_segment(std::string_view text);
/// A key or value of a query.
std::string encoded_query_value(std::string_view text);

}  // namespace holdfast::http
