// SPDX-License-Identifier: Apache-2.0
// HMAC with SHA-256 (RFC 2104, FIPS 198-1): proof to whoever has the same key that a text is ours.
#pragma once
#include <string_view>

#include "core/sha256.h"

namespace holdfast::core {

/// Keys and texts of any length.
Sha256Digest hmac_sha256(std::string_view key, std::string_view text);

}  // namespace holdfast::core
