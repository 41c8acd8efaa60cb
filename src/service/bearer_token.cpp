// SPDX-License-Identifier: Apache-2.0
#include "service/bearer_token.h"

#include <algorithm>

namespace holdfast::service {
namespace {

constexpr std::size_t kLeastBytes = 16;
constexpr std::size_t kMostBytes = 4096;
constexpr std::string_view kScheme = "bearer ";

// Looks at every byte, whatever the first ones are.
bool same_digest(const core::Sha256Digest& a, const core::Sha256Digest& b) {
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned>(a[i] ^ b[i]);
  return difference == 0;
}

}  // namespace

Result<BearerToken> BearerToken::make(std::string_view token) {
  const bool is_visible = std::ranges::all_of(token, [](char c) { return c > ' ' && c < 0x7F; });
  if (token.size() < kLeastBytes || token.size() > kMostBytes || !is_visible)
    return Error(Code::invalid,
                 "the token for writing has " + std::to_string(token.size()) +
                     " bytes, or bytes that no header may have",
                 "16 to 4096 visible ASCII characters: openssl rand -hex 32");
  BearerToken out;
  out.digest_ = core::sha256(token);
  out.is_configured_ = true;
  return out;
}

Admission BearerToken::admits(const http::Headers& headers) const {
  if (!is_configured_) return Admission::writing_is_off;
  const std::string* field = http::find_header(headers, "authorization");
  if (field == nullptr) return Admission::no_token;
  const std::string_view value = *field;
  if (value.size() < kScheme.size() ||
      !http::same_token(value.substr(0, kScheme.size() - 1),
                        kScheme.substr(0, kScheme.size() - 1)) ||
      value[kScheme.size() - 1] != ' ')
    return Admission::no_token;
  const auto begin = value.find_first_not_of(' ', kScheme.size() - 1);
  const std::string_view token =
      begin == std::string_view::npos ? std::string_view() : value.substr(begin);
  return same_digest(core::sha256(token), digest_) ? Admission::admitted : Admission::wrong_token;
}

}  // namespace holdfast::service
