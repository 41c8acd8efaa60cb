// SPDX-License-Identifier: Apache-2.0
// The JSON object of a request: its members by name, each of the type it must have, and no other. Values stay the bytes they are.
#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast::service {

enum class FieldType : unsigned char {
  text,
  flag,
  object,
  schema,  // an object, a boolean, or a text that holds one of them as JSON
  any,
};
/// "text".
std::string_view type_name(FieldType type);

enum class Need : unsigned char { optional, required };

struct Field {
  std::string_view name;
  FieldType type = FieldType::text;
  Need need = Need::optional;
  std::string_view meaning;  // for the documentation
};

enum class Unknown : unsigned char { refused, ignored };

class RequestBody {
 public:
  /// `invalid` names the member: no JSON (a byte-order mark, no UTF-8, nested too deep), no object, a member twice, one of another type, one
  /// that is not in `fields` (with the nearest that is), a required one that is missing. null counts as missing.
  static Result<RequestBody> parse(const std::string& body, std::span<const Field> fields,
                                   Unknown unknown = Unknown::refused);

  bool has(std::string_view name) const { return values_.contains(name); }
  /// Of a text; "" where it is missing.
  std::string text(std::string_view name) const;
  std::optional<bool> flag(std::string_view name) const;
  /// The bytes of the value; empty where it is missing.
  std::string json(std::string_view name) const;
  /// Of a schema: its bytes, those in the text where it is one.
  std::string schema(std::string_view name) const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace holdfast::service
