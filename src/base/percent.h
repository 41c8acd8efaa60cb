// SPDX-License-Identifier: Apache-2.0
// Percent-encoding of bytes in addresses and file names: RFC 3986, section 2.1.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast {

/// A letter, a digit, "-", ".", "_" or "~" (RFC 3986, section 2.3).
bool is_unreserved(char c);
/// 0 to 15, or -1.
int hex_digit(char c);
/// "%0A".
void append_percent(std::string& out, char byte);
/// Unreserved characters stay, and those of `kept`.
std::string percent_encoded(std::string_view text, std::string_view kept = {});
/// `invalid` for "%" without two hexadecimal digits. A "+" stays one.
Result<std::string> percent_decoded(std::string_view text);

}  // namespace holdfast
