// SPDX-License-Identifier: Apache-2.0
#include "base/port.h"

#include <algorithm>
#include <charconv>

#include "base/secret_name.h"

namespace holdfast {
namespace {

bool may_be_shown(std::string_view port) {
  return port.empty() || parse_port(port) || (port.starts_with("${") && port.ends_with('}'));
}

/// Where the port of "HOST:PORT" begins, or npos. A '[' that nothing closes is no address of IPv6.
std::size_t port_begin(std::string_view host) {
  const auto bracket = host.starts_with('[') ? host.find(']') : 0;
  const auto colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
  return colon == std::string_view::npos ? colon : colon + 1;
}

/// Behind "SCHEME://", and "SCHEME//" with the colon forgotten; 0 where neither is there.
std::size_t authority_begin(std::string_view address) {
  const auto end = std::min(address.find_first_of(":/"), address.size());
  if (address.substr(end).starts_with("://")) return end + 3;
  return address.substr(end).starts_with("//") ? end + 2 : 0;
}

std::size_t find_wrong_port(std::string_view address, Hosts hosts) {
  const std::size_t authority = authority_begin(address);
  const auto at = address.rfind('@');
  const bool has_scheme = authority > 0;
  const bool has_user = at != std::string_view::npos && at >= authority;
  std::size_t begin = has_user ? at + 1 : authority;
  const std::size_t end = std::min(address.find_first_of("/?", begin), address.size());
  // "https:/u:secret": this colon is the scheme's.
  const bool is_misspelt = !has_user && !has_scheme && end < address.size();
  while (begin < end) {
    const std::size_t next = hosts == Hosts::some ? std::min(address.find(',', begin), end) : end;
    const std::string_view host = address.substr(begin, next - begin);
    const std::size_t port = port_begin(host);
    if (port != std::string_view::npos &&
        (!may_be_shown(host.substr(port)) || (is_misspelt && port == host.size())))
      return begin + port;
    begin = next + 1;
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

std::string without_wrong_port(std::string address, Hosts hosts) {
  const std::size_t wrong = find_wrong_port(address, hosts);
  if (wrong != std::string::npos) address.replace(wrong, std::string::npos, kHidden);
  return address;
}

}  // namespace holdfast
