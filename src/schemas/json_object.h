// SPDX-License-Identifier: Apache-2.0
// A JSON object written member by member, values that are JSON already as they are: numbers of a schema keep every digit.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::schemas {

/// "{" … "}"; members in the order they are added. Strings that are no UTF-8 are escaped.
class JsonObject {
 public:
  JsonObject& text(std::string_view key, std::string_view value);
  /// null where it is empty.
  JsonObject& text_or_null(std::string_view key, std::string_view value);
  JsonObject& number(std::string_view key, std::int64_t value);
  JsonObject& flag(std::string_view key, bool value);
  JsonObject& null(std::string_view key);
  /// `json` is a whole JSON value; null where it is empty.
  JsonObject& json(std::string_view key, std::string_view json);
  /// Of JSON values.
  JsonObject& array(std::string_view key, const std::vector<std::string>& values);
  std::string take() &&;

 private:
  void begin(std::string_view key);
  std::string out_ = "{";
};

/// A JSON string.
std::string json_string(std::string_view text);

}  // namespace holdfast::schemas
