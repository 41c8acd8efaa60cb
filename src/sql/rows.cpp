// SPDX-License-Identifier: Apache-2.0
// Reading results (Rows) and writing bulk arguments (JsonRows).
#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "sql/connection.h"

namespace holdfast::sql {
namespace {

void append_string(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 && byte != 0) {
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    } else {
      out += c;  // a NUL or a byte that is no UTF-8 goes in as it is, so that Connection::run
                 // refuses the whole argument
    }
  }
  out += '"';
}

template <class Number>
void append_number(std::string& out, Number value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  out.append(buffer.data(), end);
}

}  // namespace

bool Rows::is_null(std::size_t row, std::size_t column) const {
  return std::holds_alternative<std::monostate>(rows.at(row).at(column));
}

std::int64_t Rows::integer(std::size_t row, std::size_t column) const {
  const auto* value = std::get_if<std::int64_t>(&rows.at(row).at(column));
  return value == nullptr ? 0 : *value;
}

const std::string& Rows::text(std::size_t row, std::size_t column) const {
  static const std::string kEmpty;
  const auto* value = std::get_if<std::string>(&rows.at(row).at(column));
  return value == nullptr ? kEmpty : *value;
}

int Rows::column(std::string_view name) const {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<int>(i);
  }
  return -1;
}

void JsonRows::begin_row() {
  if (row_open_) text_ += '}';
  if (row_count_ > 0) text_ += ',';
  text_ += '{';
  ++row_count_;
  row_open_ = true;
  first_field_ = true;
}

void JsonRows::add(std::string_view key, const Value& value) {
  std::string json;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    append_number(json, *integer);
  } else if (const auto* number = std::get_if<double>(&value)) {
    append_number(json, *number);  // nan and inf are no JSON: the database refuses them
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    append_string(json, *text);
  } else {
    json = "null";
  }
  add_json(key, json);
}

void JsonRows::add_json(std::string_view key, std::string_view json) {
  HOLDFAST_ASSERT(row_open_);
  if (!first_field_) text_ += ',';
  first_field_ = false;
  append_string(text_, key);
  text_ += ':';
  text_ += json;
}

std::string JsonRows::take() {
  if (row_open_) text_ += '}';
  text_ += ']';
  std::string out = std::move(text_);
  *this = JsonRows();
  return out;
}

}  // namespace holdfast::sql
