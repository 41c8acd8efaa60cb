// SPDX-License-Identifier: Apache-2.0
#include "http/message.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "core/sha256.h"

namespace holdfast::http {
namespace {

struct Named {
  Method method;
  std::string_view name;
};
constexpr std::array kMethods = {
    Named{Method::get, "GET"},         Named{Method::head, "HEAD"},   Named{Method::post, "POST"},
    Named{Method::put, "PUT"},         Named{Method::patch, "PATCH"}, Named{Method::del, "DELETE"},
    Named{Method::options, "OPTIONS"},
};

struct Phrase {
  int status;
  std::string_view text;
};
// RFC 9110, section 15, and 425, 428, 429, 431, 507, 511 from their own RFCs.
constexpr std::array kPhrases = {
    Phrase{100, "Continue"},
    Phrase{101, "Switching Protocols"},
    Phrase{200, "OK"},
    Phrase{201, "Created"},
    Phrase{202, "Accepted"},
    Phrase{203, "Non-Authoritative Information"},
    Phrase{204, "No Content"},
    Phrase{205, "Reset Content"},
    Phrase{206, "Partial Content"},
    Phrase{300, "Multiple Choices"},
    Phrase{301, "Moved Permanently"},
    Phrase{302, "Found"},
    Phrase{303, "See Other"},
    Phrase{304, "Not Modified"},
    Phrase{307, "Temporary Redirect"},
    Phrase{308, "Permanent Redirect"},
    Phrase{400, "Bad Request"},
    Phrase{401, "Unauthorized"},
    Phrase{402, "Payment Required"},
    Phrase{403, "Forbidden"},
    Phrase{404, "Not Found"},
    Phrase{405, "Method Not Allowed"},
    Phrase{406, "Not Acceptable"},
    Phrase{407, "Proxy Authentication Required"},
    Phrase{408, "Request Timeout"},
    Phrase{409, "Conflict"},
    Phrase{410, "Gone"},
    Phrase{411, "Length Required"},
    Phrase{412, "Precondition Failed"},
    Phrase{413, "Content Too Large"},
    Phrase{414, "URI Too Long"},
    Phrase{415, "Unsupported Media Type"},
    Phrase{417, "Expectation Failed"},
    Phrase{421, "Misdirected Request"},
    Phrase{422, "Unprocessable Content"},
    Phrase{425, "Too Early"},
    Phrase{426, "Upgrade Required"},
    Phrase{428, "Precondition Required"},
    Phrase{429, "Too Many Requests"},
    Phrase{431, "Request Header Fields Too Large"},
    Phrase{500, "Internal Server Error"},
    Phrase{501, "Not Implemented"},
    Phrase{502, "Bad Gateway"},
    Phrase{503, "Service Unavailable"},
    Phrase{504, "Gateway Timeout"},
    Phrase{505, "HTTP Version Not Supported"},
    Phrase{507, "Insufficient Storage"},
    Phrase{511, "Network Authentication Required"},
};

constexpr std::size_t kEtagDigits = 32;

bool is_token_char(char c) {
  const bool alphanumeric =
      (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return alphanumeric || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

// A tag's opaque part, for the weak comparison.
std::string_view opaque(std::string_view tag) {
  return tag.starts_with("W/") ? tag.substr(2) : tag;
}

// Where the element of a list that begins at `from` ends: commas inside of quotes are the tag's.
std::size_t element_end(std::string_view list, std::size_t from) {
  bool quoted = false;
  for (std::size_t i = from; i < list.size(); ++i) {
    if (list[i] == '"') quoted = !quoted;
    if (list[i] == ',' && !quoted) return i;
  }
  return list.size();
}

}  // namespace

std::string_view method_name(Method method) {
  for (const Named& named : kMethods)
    if (named.method == method) return named.name;
  return {};
}

std::optional<Method> method_of(std::string_view name) {
  for (const Named& named : kMethods)
    if (named.name == name) return named.method;
  return std::nullopt;
}

bool is_idempotent(Method method) {
  return method != Method::post && method != Method::patch;
}

bool same_token(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

const std::string* find_header(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (same_token(key, name)) return &value;
  return nullptr;
}

bool is_field(std::string_view name, std::string_view value) {
  const auto is_control = [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_token_char) &&
         std::none_of(value.begin(), value.end(), is_control);
}

std::string media_type(const Headers& headers) {
  const std::string* value = find_header(headers, "content-type");
  if (value == nullptr) return {};
  std::string type(trimmed(std::string_view(*value).substr(0, value->find(';'))));
  std::transform(type.begin(), type.end(), type.begin(), ascii_lower);
  return type;
}

std::string_view reason_phrase(int status) {
  for (const Phrase& phrase : kPhrases)
    if (phrase.status == status) return phrase.text;
  return {};
}

std::string strong_etag(std::string_view bytes) {
  return '"' + core::to_hex(core::sha256(bytes)).substr(0, kEtagDigits) + '"';
}

bool etag_matches(std::string_view if_none_match, std::string_view etag) {
  if (etag.empty()) return false;
  if (trimmed(if_none_match) == "*") return true;
  for (std::size_t from = 0; from < if_none_match.size();) {
    const std::size_t end = element_end(if_none_match, from);
    const std::string_view element = trimmed(if_none_match.substr(from, end - from));
    if (!element.empty() && opaque(element) == opaque(etag)) return true;
    from = end + 1;
  }
  return false;
}

}  // namespace holdfast::http
