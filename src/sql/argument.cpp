// SPDX-License-Identifier: Apache-2.0
#include "sql/argument.h"

#include <cmath>
#include <string>

#include "base/utf8.h"

namespace holdfast::sql {
namespace {

Error refused(std::string_view statement, std::string_view parameter, const std::string& why) {
  return {Code::invalid, "value of '" + std::string(parameter) + "' for statement '" +
                             std::string(statement) + "' " + why};
}

}  // namespace

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
