// SPDX-License-Identifier: Apache-2.0
// Names of settings whose values are never shown: "sslpassword", "oauth_client_secret", "scram_client_key".
#pragma once
#include <string_view>

namespace holdfast {

/// What is shown in the place of a secret.
inline constexpr std::string_view kHidden = "***";

/// Whether one of the words for secrets that our own keys, libpq and servers of HTTP use is part of the name, in any case.
bool names_secret(std::string_view name);

}  // namespace holdfast
