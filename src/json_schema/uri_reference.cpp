// SPDX-License-Identifier: Apache-2.0
// Resolving URI references, in the steps of RFC 3986, 5.2.
#include "json_schema/uri_reference.h"

#include <algorithm>
#include <charconv>

namespace holdfast::json_schema {
namespace {

bool is_scheme_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '-' || c == '.';
}

struct UriParts {
  std::string_view scheme;     // with its colon
  std::string_view authority;  // with its slashes
  std::string_view path;
  std::string_view query;  // with its question mark
};

UriParts parts_of(std::string_view uri) {
  UriParts parts;
  std::size_t colon = 0;
  while (colon < uri.size() && is_scheme_character(uri[colon]))
    ++colon;
  if (colon > 0 && colon < uri.size() && uri[colon] == ':') {
    parts.scheme = uri.substr(0, colon + 1);
    uri.remove_prefix(colon + 1);
  }
  if (uri.starts_with("//")) {
    parts.authority = uri.substr(0, std::min(uri.find_first_of("/?", 2), uri.size()));
    uri.remove_prefix(parts.authority.size());
  }
  parts.path = uri.substr(0, std::min(uri.find('?'), uri.size()));
  parts.query = uri.substr(parts.path.size());
  return parts;
}

// 5.2.4
std::string without_dots(std::string_view in) {
  std::string out;
  while (!in.empty()) {
    if (in.starts_with("../")) {
      in.remove_prefix(3);
    } else if (in.starts_with("./") || in.starts_with("/./")) {
      in.remove_prefix(2);
    } else if (in.starts_with("/../") || in == "/..") {
      in = in == "/.." ? "/" : in.substr(3);
      out.erase(std::min(out.rfind('/'), out.size()));
      if (out.find('/') == std::string::npos && !out.starts_with('/')) out.clear();
    } else if (in == "/.") {
      in = "/";
    } else if (in == "." || in == "..") {
      in = {};
    } else {
      const std::size_t end = std::min(in.find('/', 1), in.size());
      out += in.substr(0, end);
      in.remove_prefix(end);
    }
  }
  return out;
}

// 5.2.3
std::string merged(const UriParts& base, std::string_view path) {
  if (!base.authority.empty() && base.path.empty()) return "/" + std::string(path);
  const std::size_t slash = base.path.rfind('/');
  const std::size_t kept = slash == std::string_view::npos ? 0 : slash + 1;
  return std::string(base.path.substr(0, kept)) + std::string(path);
}

std::string joined(std::string_view scheme, std::string_view authority, std::string_view path,
                   std::string_view query) {
  std::string uri(scheme);
  uri.append(authority).append(path).append(query);
  return uri;
}

}  // namespace

SplitUri split_fragment(std::string_view uri) {
  const std::size_t hash = uri.find('#');
  if (hash == std::string_view::npos) return {uri, {}};
  return {uri.substr(0, hash), uri.substr(hash + 1)};
}

std::string resolve_uri(std::string_view base, std::string_view reference) {
  const UriParts to = parts_of(split_fragment(reference).resource);
  const UriParts from = parts_of(split_fragment(base).resource);
  if (!to.scheme.empty())
    return joined(to.scheme, to.authority,
                  to.path.starts_with('/') ? without_dots(to.path) : std::string(to.path),
                  to.query);
  if (!to.authority.empty())
    return joined(from.scheme, to.authority, without_dots(to.path), to.query);
  if (to.path.empty())
    return joined(from.scheme, from.authority, from.path, to.query.empty() ? from.query : to.query);
  if (to.path.starts_with('/'))
    return joined(from.scheme, from.authority, without_dots(to.path), to.query);
  return joined(from.scheme, from.authority, without_dots(merged(from, to.path)), to.query);
}

std::string percent_decoded_leniently(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    const char* from = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(from, from + 2, byte, 16).ptr == from + 2) {
      decoded += static_cast<char>(byte);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

}  // namespace holdfast::json_schema
