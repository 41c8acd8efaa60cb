// SPDX-License-Identifier: Apache-2.0
// RFC 8785 (JSON Canonicalization Scheme): one text for one JSON value, the input of every fingerprint.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast::core {

/// Arrays and objects inside each other, at most; deeper documents are refused.
inline constexpr std::size_t kJsonDepthLimit = 512;

/// The canonical text of any JSON document. `invalid`, with the place, on: text that is not JSON, duplicate keys, lone
/// surrogates, invalid UTF-8, numbers that overflow a double, nesting beyond kJsonDepthLimit, and integers beyond +-2^53 that RFC
/// 8785 would round in silence (those that keep their digits pass, so canonical text is its own canonical text).
Result<std::string> canonicalize(std::string_view json);

/// Whether arrays and objects are inside each other beyond kJsonDepthLimit, by the brackets outside of strings; the text
/// need not be JSON. Ask before anything that recurses over outside bytes: nlohmann reads any depth and writes by recursion.
bool is_json_too_deep(std::string_view json);

/// Pieces for writers that know their structure. The number must be finite, the string UTF-8.
void append_canonical_number(std::string& out, double value);
void append_canonical_string(std::string& out, std::string_view utf8);
/// Order of UTF-16 code units, decided on UTF-8 bytes (RFC 8785, 3.2.3).
bool canonical_key_less(std::string_view a, std::string_view b);
/// Whether the bytes are well-formed UTF-8 (RFC 3629).
bool is_utf8(std::string_view bytes);

}  // namespace holdfast::core
