// SPDX-License-Identifier: Apache-2.0
#include "sql/argument.h"

#include <cmath>
#include <cstdint>
#include <string>

namespace holdfast::sql {
namespace {

/// How many bytes the sequence at the front has, 0 when it is malformed (RFC 3629, section 4).
std::size_t sequence_length(std::string_view bytes) {
  const auto at = [&](std::size_t i) {
    return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U;
  };
  const auto tail = [&](std::size_t i) { return (at(i) & 0xC0U) == 0x80U; };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;   // no overlong forms
    const unsigned high = lead == 0xED ? 0x9F : 0xBF;  // no surrogates
    return at(1) >= low && at(1) <= high && tail(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;  // not above U+10FFFF
    return at(1) >= low && at(1) <= high && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

Error refused(std::string_view statement, std::string_view parameter, const std::string& why) {
  return {Code::invalid, "value of '" + std::string(parameter) + "' for statement '" +
                             std::string(statement) + "' " + why};
}

}  // namespace

std::size_t find_malformed_utf8(std::string_view bytes) {
  std::size_t i = 0;
  while (i < bytes.size()) {
    if (static_cast<unsigned char>(bytes[i]) < 0x80) {
      ++i;
      continue;
    }
    const std::size_t length = sequence_length(bytes.substr(i, 4));
    if (length == 0) return i;
    i += length;
  }
  return std::string_view::npos;
}

Status check_argument(std::string_view statement, std::string_view parameter, const Value& value) {
  if (const auto* number = std::get_if<double>(&value);
      number != nullptr && !std::isfinite(*number)) {
    return refused(statement, parameter, "is not a finite number, which no database keeps alike");
  }
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return {};
  if (const auto nul = text->find('\0'); nul != std::string::npos) {
    return refused(
        statement, parameter,
        "has a NUL byte at position " + std::to_string(nul) + ", which no text column can keep");
  }
  if (const auto bad = find_malformed_utf8(*text); bad != std::string_view::npos) {
    return refused(statement, parameter, "is not UTF-8 (byte " + std::to_string(bad) + ")");
  }
  return {};
}

}  // namespace holdfast::sql
