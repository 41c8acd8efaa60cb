// SPDX-License-Identifier: Apache-2.0
// Flat JSON objects: writing them as RFC 8785, and reading what was so written back as it was.
#include "core/fields.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/canonical_json.h"

namespace holdfast::core {
namespace {

constexpr std::int64_t kExactIntegerLimit = std::int64_t{1}
                                            << 53;  // beyond it a double skips integers

Status append_value(std::string& out, const Field& field) {
  if (const auto* flag = std::get_if<bool>(&field.value)) {
    out += *flag ? "true" : "false";
  } else if (const auto* integer = std::get_if<std::int64_t>(&field.value)) {
    if (*integer > kExactIntegerLimit || *integer < -kExactIntegerLimit) {
      return Error(Code::invalid, "field \"" + field.key + "\": the integer " +
                                      std::to_string(*integer) +
                                      " is beyond 2^53; write it as text");
    }
    out += std::to_string(*integer);
  } else if (const auto* number = std::get_if<double>(&field.value)) {
    if (!std::isfinite(*number)) {
      return Error(Code::invalid, "field \"" + field.key + "\": NaN and infinity are not JSON");
    }
    append_canonical_number(out, *number);
  } else if (const auto* text = std::get_if<std::string>(&field.value)) {
    if (!is_utf8(*text)) return Error(Code::invalid, "field \"" + field.key + "\": not UTF-8");
    append_canonical_string(out, *text);
  } else {
    out += "null";
  }
  return {};
}

// Reads one flat object; canonicalize() has already refused everything that is not JSON.
class FieldsReader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  Fields take() { return std::move(fields_); }

  bool null() override { return value(std::monostate{}); }
  bool boolean(bool flag) override { return value(flag); }
  bool number_integer(number_integer_t number) override { return integer(number); }
  bool number_unsigned(number_unsigned_t number) override {
    if (number <= static_cast<number_unsigned_t>(kExactIntegerLimit)) {
      return integer(static_cast<std::int64_t>(number));
    }
    return value(static_cast<double>(number));
  }
  bool number_float(number_float_t number, const string_t& /*text*/) override {
    return value(number);
  }
  bool string(string_t& text) override { return value(std::move(text)); }
  bool binary(binary_t& /*bytes*/) override { return false; }
  bool start_object(std::size_t /*count*/) override {
    return std::exchange(opened_, true) == false;
  }
  bool key(string_t& text) override {
    key_ = std::move(text);
    return true;
  }
  bool end_object() override { return true; }
  bool start_array(std::size_t /*count*/) override { return false; }
  bool end_array() override { return false; }
  bool parse_error(std::size_t /*position*/, const std::string& /*last_token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    return false;
  }

 private:
  // What lies beyond 2^53 and passed canonicalize() was a double when it was written.
  bool integer(std::int64_t number) {
    if (number > kExactIntegerLimit || number < -kExactIntegerLimit) {
      return value(static_cast<double>(number));
    }
    return value(number);
  }
  bool value(FieldValue given) {
    if (!opened_) return false;
    fields_.push_back({std::move(key_), std::move(given)});
    return true;
  }

  bool opened_ = false;
  std::string key_;
  Fields fields_;
};

}  // namespace

FieldValue time_or_null(const std::optional<Timestamp>& at) {
  if (!at) return {};
  return format_rfc3339(*at);
}

const FieldValue* find_field(const Fields& fields, std::string_view key) {
  const auto it = std::find_if(fields.begin(), fields.end(),
                               [key](const Field& field) { return field.key == key; });
  return it == fields.end() ? nullptr : &it->value;
}

std::string display(const FieldValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  const auto* number = std::get_if<double>(&value);
  if (number == nullptr) return "null";
  if (std::isnan(*number)) return "NaN";
  if (std::isinf(*number)) return *number > 0 ? "Infinity" : "-Infinity";
  std::string out;
  append_canonical_number(out, *number);
  return out;
}

Result<std::string> canonical_json(const Fields& fields) {
  std::vector<const Field*> sorted;
  sorted.reserve(fields.size());
  for (const Field& field : fields) {
    if (!is_utf8(field.key)) return Error(Code::invalid, "a field's key is not UTF-8");
    sorted.push_back(&field);
  }
  std::sort(sorted.begin(), sorted.end(),
            [](const Field* a, const Field* b) { return canonical_key_less(a->key, b->key); });
  std::string out = "{";
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i > 0) {
      if (sorted[i]->key == sorted[i - 1]->key) {
        return Error(Code::invalid, "the field \"" + sorted[i]->key + "\" stands twice");
      }
      out += ',';
    }
    append_canonical_string(out, sorted[i]->key);
    out += ':';
    TRY(append_value(out, *sorted[i]));
  }
  out += '}';
  return out;
}

Result<Fields> parse_fields(std::string_view json) {
  TRY(canonicalize(
      json));  // refuses everything but JSON, duplicate keys and lossy integers, and says where
  FieldsReader reader;
  if (!nlohmann::json::sax_parse(json.begin(), json.end(), &reader)) {
    return Error(Code::invalid, "not a flat JSON object: expected {\"key\": scalar, …}");
  }
  return reader.take();
}

}  // namespace holdfast::core
