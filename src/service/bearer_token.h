// SPDX-License-Identifier: Apache-2.0
// The token that writing needs, and whether a request has it. It stands in no answer and in no log.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "core/sha256.h"
#include "http/message.h"

namespace holdfast::service {

enum class Admission : unsigned char {
  admitted,
  writing_is_off,  // no token is configured
  no_token,        // the request has none
  wrong_token,
};

class BearerToken {
 public:
  /// Nobody is admitted.
  BearerToken() = default;
  /// `invalid` for a token shorter than 16 bytes, or with what can't stand in a header field.
  static Result<BearerToken> make(std::string_view token);

  bool is_configured() const { return is_configured_; }
  /// Looks at "Authorization: Bearer …". Hashes are compared, in a time that says nothing of the token.
  Admission admits(const http::Headers& headers) const;

 private:
  core::Sha256Digest digest_{};
  bool is_configured_ = false;
};

}  // namespace holdfast::service
