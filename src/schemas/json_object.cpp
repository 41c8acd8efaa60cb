// SPDX-License-Identifier: Apache-2.0
#include "schemas/json_object.h"

#include <utility>

#include "base/root_folder.h"
#include "core/canonical_json.h"

namespace holdfast::schemas {

std::string json_string(std::string_view text) {
  std::string out;
  core::append_canonical_string(out,
                                core::is_utf8(text) ? std::string(text) : printable_path(text));
  return out;
}

void JsonObject::begin(std::string_view key) {
  if (out_.size() > 1) out_ += ',';
  out_ += json_string(key) + ':';
}

JsonObject& JsonObject::text(std::string_view key, std::string_view value) {
  begin(key);
  out_ += json_string(value);
  return *this;
}

JsonObject& JsonObject::text_or_null(std::string_view key, std::string_view value) {
  return value.empty() ? null(key) : text(key, value);
}

JsonObject& JsonObject::number(std::string_view key, std::int64_t value) {
  begin(key);
  out_ += std::to_string(value);
  return *this;
}

JsonObject& JsonObject::flag(std::string_view key, bool value) {
  begin(key);
  out_ += value ? "true" : "false";
  return *this;
}

JsonObject& JsonObject::null(std::string_view key) {
  begin(key);
  out_ += "null";
  return *this;
}

JsonObject& JsonObject::json(std::string_view key, std::string_view json) {
  if (json.empty()) return null(key);
  begin(key);
  out_ += json;
  return *this;
}

JsonObject& JsonObject::array(std::string_view key, const std::vector<std::string>& values) {
  begin(key);
  out_ += '[';
  for (const std::string& value : values) {
    if (&value != values.data()) out_ += ',';
    out_ += value;
  }
  out_ += ']';
  return *this;
}

std::string JsonObject::take() && {
  return std::move(out_) + '}';
}

}  // namespace holdfast::schemas
