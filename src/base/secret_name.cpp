// SPDX-License-Identifier: Apache-2.0
#include "base/secret_name.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"

namespace holdfast {
namespace {

// "passw" is in "passwd" too. With its keys of SCRAM a client can log in without the password (libpq 18).
constexpr std::array<std::string_view, 5> kWords = {"passw", "passphrase", "secret", "token",
                                                    "scram_"};

}  // namespace

bool names_secret(std::string_view name) {
  const std::string lowered = ascii_lowered(name);
  return std::ranges::any_of(
      kWords, [&](std::string_view word) { return lowered.find(word) != std::string::npos; });
}

}  // namespace holdfast
