// SPDX-License-Identifier: Apache-2.0
#include "http/url.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/percent.h"
#include "base/port.h"
#include "base/secret_name.h"
#include "http/message.h"

namespace holdfast::http {
namespace {

constexpr std::string_view kSubDelims = "!$&'()*+,;=";
constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;
constexpr std::size_t kMostShownBytes = 512;
// Parts of names of query keys whose values are not shown, beside those of base/secret_name.h.
constexpr std::array<std::string_view, 5> kSecretWords = {"key", "sig", "auth", "cred", "code"};

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// `shown` is the text as it may be shown.
Error bad(std::string_view shown, std::string_view why) {
  return Error(Code::invalid, "URL " + std::string(shown) + ": " + std::string(why),
               "write it as http://HOST[:PORT]/PATH or https://…");
}

// Whether each character is one of a path or query, and each '%' has its two digits.
bool is_encoded(std::string_view text, std::string_view also) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size() || hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0)
        return false;
    } else if (!is_unreserved(text[i]) && kSubDelims.find(text[i]) == std::string_view::npos &&
               also.find(text[i]) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

// "." and "..", also written with %2e.
std::size_t dots_of(std::string_view segment) {
  std::size_t dots = 0;
  for (std::size_t i = 0; i < segment.size(); ++dots) {
    if (segment[i] == '.') {
      ++i;
    } else if (ascii_lowered(segment.substr(i, 3)) == "%2e") {
      i += 3;
    } else {
      return 0;
    }
  }
  return dots <= 2 ? dots : 0;
}

// RFC 3986, 5.2.4. `floor` segments at the front are not left; false where ".." would.
bool remove_dots(std::string& path, std::size_t floor) {
  std::vector<std::string_view> kept;
  bool folder = true;
  for (std::size_t from = 1; from <= path.size();) {
    const std::size_t end = std::min(path.find('/', from), path.size());
    const std::string_view segment = std::string_view(path).substr(from, end - from);
    const std::size_t dots = dots_of(segment);
    if (dots == 2 && kept.size() <= floor) return false;
    if (dots == 2) kept.pop_back();
    if (dots == 0) kept.push_back(segment);
    folder = dots != 0;
    from = end + 1;
  }
  std::string out;
  for (const std::string_view segment : kept) {
    out += '/';
    out += segment;
  }
  if (folder || out.empty()) out += '/';
  path = std::move(out);
  return true;
}

Status read_user(std::string_view text, std::string_view shown, Url& url) {
  const std::size_t colon = text.find(':');
  auto user = percent_decoded(text.substr(0, colon));
  auto password = percent_decoded(colon == std::string_view::npos ? std::string_view()
                                                                  : text.substr(colon + 1));
  if (!user || !password || !is_field("x", *user) || !is_field("x", *password))
    return bad(shown, "user or password are not percent-encoded text");
  url.user = std::move(*user);
  url.password = std::move(*password);
  return {};
}

bool is_name_char(char c) {
  return is_alphanumeric(c) || c == '.' || c == '-' || c == '_';
}
bool is_address_char(char c) {
  return hex_digit(c) >= 0 || c == ':' || c == '.';
}

Status read_host(std::string_view text, std::string_view shown, Url& url) {
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return bad(shown, "the address has no ']'");
    url.host = ascii_lowered(text.substr(1, end - 1));
    port = text.substr(end + 1);
    if (url.host.find(':') == std::string::npos ||
        !std::all_of(url.host.begin(), url.host.end(), is_address_char))
      return bad(shown, "what stands in [] is no IPv6 address");
  } else {
    const std::size_t colon = text.find(':');
    url.host = ascii_lowered(text.substr(0, colon));
    port = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
    if (url.host.empty()) return bad(shown, "it has no host");
    if (!std::all_of(url.host.begin(), url.host.end(), is_name_char))
      return bad(shown, "the host has a character that no host name has");
  }
  if (port.empty() || port == ":") return {};
  const auto number = port.starts_with(':') ? parse_port(port.substr(1)) : std::nullopt;
  if (!number) return bad(shown, "the port is no number from 1 to 65535");
  url.port = *number;
  return {};
}

Status read_path(std::string_view rest, std::string_view shown, Url& url) {
  rest = rest.substr(0, rest.find('#'));
  const std::size_t question = rest.find('?');
  url.path = rest.substr(0, question);
  url.query = question == std::string_view::npos ? std::string_view() : rest.substr(question + 1);
  if (url.path.empty()) url.path = "/";
  if (!is_encoded(url.path, ":@/") || !is_encoded(url.query, ":@/?[]|{}"))
    return bad(shown, "a character in it must be percent-encoded");
  if (!remove_dots(url.path, 0)) return bad(shown, "its \"..\" leads above the root");
  return {};
}

std::string authority(const Url& url) {
  std::string out = url.host.find(':') == std::string::npos ? url.host : '[' + url.host + ']';
  if (url.port != (url.scheme == "https" ? kHttpsPort : kHttpPort))
    out += ':' + std::to_string(url.port);
  return out;
}

bool sounds_secret(std::string_view key) {
  const std::string name = ascii_lowered(key);
  return names_secret(name) ||
         std::any_of(kSecretWords.begin(), kSecretWords.end(),
                     [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

std::string redacted_query(std::string_view query) {
  std::string out;
  for (std::size_t from = 0; from <= query.size();) {
    const std::size_t end = std::min(query.find('&', from), query.size());
    const std::string_view pair = query.substr(from, end - from);
    const std::size_t equals = pair.find('=');
    const auto key = percent_decoded(pair.substr(0, equals));
    const bool has_key = equals != std::string_view::npos;  // without one it may be a token
    const bool hide = !pair.empty() && (!has_key || !key || sounds_secret(*key));
    out += from == 0 ? "" : "&";
    out += hide ? std::string(has_key ? pair.substr(0, equals + 1) : "") + std::string(kHidden)
                : std::string(pair);
    from = end + 1;
  }
  return out;
}

std::string target_of(const Url& url) {
  return url.query.empty() ? url.path : url.path + '?' + url.query;
}

Result<Url> read_url(std::string_view text, std::string_view shown) {
  if (text.size() > kMostUrlBytes) return bad(shown, "longer than 8192 bytes");
  Url url;
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return bad(shown, "it has no scheme");
  url.scheme = ascii_lowered(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https")
    return bad(shown, "the scheme is neither http nor https");
  url.port = url.scheme == "https" ? kHttpsPort : kHttpPort;
  const std::string_view rest = text.substr(colon + 3);
  const std::size_t path = std::min(rest.find_first_of("/?#"), rest.size());
  std::string_view host = rest.substr(0, path);
  if (const std::size_t at = host.rfind('@'); at != std::string_view::npos) {
    TRY(read_user(host.substr(0, at), shown, url));
    host = host.substr(at + 1);
  }
  TRY(read_host(host, shown, url));
  TRY(read_path(rest.substr(path).starts_with('/') ? std::string(rest.substr(path))
                                                   : '/' + std::string(rest.substr(path)),
                shown, url));
  return url;
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  return read_url(text, redacted_url(text));
}

Result<Url> parse_url_with_secret_path(std::string_view text) {
  return read_url(text, redacted_path(text));
}

std::string origin(const Url& url) {
  return url.scheme + "://" + authority(url);
}

bool same_origin(const Url& a, const Url& b) {
  return a.scheme == b.scheme && a.host == b.host && a.port == b.port;
}

bool is_loopback(const Url& url) {
  if (url.host == "localhost" || url.host == "::1") return true;
  const bool numeric = std::all_of(url.host.begin(), url.host.end(),
                                   [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
  return numeric && url.host.starts_with("127.");
}

std::string without_credentials(const Url& url) {
  return origin(url) + target_of(url);
}

std::string redacted(const Url& url) {
  std::string out = url.scheme + "://";
  // A user without a password may be a token.
  if (!url.password.empty())
    out += percent_encoded(url.user) + ":***@";
  else if (!url.user.empty())
    out += "***@";
  out += authority(url) + url.path;
  if (!url.query.empty()) out += '?' + redacted_query(url.query);
  return out;
}

std::string redacted_url(std::string_view text) {
  const std::size_t colon = text.find("://");
  const std::size_t from = colon == std::string_view::npos ? 0 : colon + 3;
  // A password may hold what would end an authority: the last '@' of the whole text counts.
  std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || at < from) at = from;
  std::string out(text.substr(0, from));
  if (at > from) out += std::string(kHidden) + '@';
  const std::string_view rest = text.substr(at > from ? at + 1 : from);
  const std::size_t question = rest.find('?');
  out += rest.substr(0, question);
  if (question != std::string_view::npos) out += '?' + redacted_query(rest.substr(question + 1));
  out = without_wrong_port(std::move(out), Hosts::one);
  return '"' + out.substr(0, kMostShownBytes) + '"';
}

std::string redacted_path(std::string_view text) {
  if (const auto url = read_url(text, {}))
    return '"' + origin(*url) + (url->path == "/" && url->query.empty() ? "" : "/…") + '"';
  const std::size_t colon = text.find("://");
  const std::size_t from = colon == std::string_view::npos ? 0 : colon + 3;
  const std::size_t end = std::min(text.find_first_of("/?#\\ ", from), text.size());
  const std::string_view host = text.substr(from, end - from);
  const std::size_t at = host.rfind('@');
  std::string out(text.substr(0, from));
  if (text.find('@', end) != std::string_view::npos) {
    out += kHidden;  // all before it may be a password
  } else {
    out += at == std::string_view::npos ? "" : "***@";
    out += host.substr(at == std::string_view::npos ? 0 : at + 1);
  }
  out = without_wrong_port(std::move(out), Hosts::one).substr(0, kMostShownBytes);
  return '"' + out + (end < text.size() ? "/…" : "") + '"';
}

Result<Url> joined(const Url& base, std::string_view path) {
  if (path.find("://") < path.find_first_of("/?"))
    return bad(redacted_url(path), "a path is expected here, below " + origin(base));
  Url url = base;
  std::string whole = base.path;
  if (!path.empty() && !path.starts_with('?')) {
    if (!whole.ends_with('/')) whole += '/';
    whole += path.starts_with('/') ? path.substr(1) : path;
  } else {
    whole += path;
  }
  if (whole.size() > kMostUrlBytes) return bad(redacted_url(path), "longer than 8192 bytes");
  url.query.clear();
  const std::size_t question = whole.find_first_of("?#");
  std::string probe = whole.substr(0, question);
  const std::size_t floor =
      static_cast<std::size_t>(std::count(base.path.begin(), base.path.end(), '/')) -
      (base.path.ends_with('/') ? 1 : 0);
  if (!remove_dots(probe, floor))
    return bad(redacted_url(path), "its \"..\" leads above " + origin(base) + base.path);
  TRY(read_path(whole, redacted_url(path), url));
  return url;
}

Result<Url> resolved(const Url& base, std::string_view reference) {
  if (reference.size() > kMostUrlBytes)
    return bad(redacted_url(reference), "longer than 8192 bytes");
  const std::string_view head = reference.substr(0, reference.find_first_of("/?#"));
  std::string text;
  if (head.find(':') != std::string_view::npos) {
    text = reference;
  } else if (reference.starts_with("//")) {
    text = base.scheme + ':' + std::string(reference);
  } else if (reference.starts_with('/')) {
    text = origin(base) + std::string(reference);
  } else if (reference.empty() || reference.starts_with('#')) {
    text = without_credentials(base);
  } else if (reference.starts_with('?')) {
    text = origin(base) + base.path + std::string(reference);
  } else {
    text = origin(base) + base.path.substr(0, base.path.rfind('/') + 1) + std::string(reference);
  }
  TRY_ASSIGN(Url url, parse_url(text));
  if (!url.user.empty() || !url.password.empty())
    return bad(redacted_url(text), "a reference must not carry credentials");
  return url;
}

std::string encoded_segment(std::string_view text) {
  // A segment of dots alone would be taken away as one of "." and "..", encoded or not: there is no way to write it.
  return percent_encoded(text);
}

std::string encoded_query_value(std::string_view text) {
  return percent_encoded(text);
}

}  // namespace holdfast::http
