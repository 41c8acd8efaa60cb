// SPDX-License-Identifier: Apache-2.0
// Flat JSON objects with stable keys: the fields of an event, the witness of a finding, the counts of a summary.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace holdfast::core {

/// null, true/false, integer, double, string.
using FieldValue = std::variant<std::monostate, bool, std::int64_t, double, std::string>;
struct Field {
  std::string key;
  FieldValue value;
  bool operator==(const Field&) const = default;
};
/// RFC 3339, or null.
FieldValue time_or_null(const std::optional<Timestamp>& at);
/// In the order they are shown to people; canonical_json() sorts them.
using Fields = std::vector<Field>;

/// The value at `key`, or nullptr.
const FieldValue* find_field(const Fields& fields, std::string_view key);
/// The value as people read it, without quotes ("null" for null).
std::string display(const FieldValue& value);
/// RFC 8785 text. `invalid` on NaN, infinity, duplicate keys, invalid UTF-8, or an integer beyond +-2^53.
Result<std::string> canonical_json(const Fields& fields);
/// Reads a flat JSON object; `invalid` on anything else.
Result<Fields> parse_fields(std::string_view json);

}  // namespace holdfast::core
