// SPDX-License-Identifier: Apache-2.0
#include "extract/row.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "base/assert.h"
#include "base/root_folder.h"
#include "core/canonical_json.h"
#include "core/json_scan.h"

namespace holdfast::extract {
namespace {

constexpr std::size_t kShownBytes = 80;

std::string shown(std::string_view text) {
  std::string out = printable_path(text.substr(0, kShownBytes));
  if (text.size() > kShownBytes) out += "…";
  return out;
}

template <class Number>
std::optional<Number> number_of(std::string_view json) {
  Number value{};
  const char* const end = json.data() + json.size();
  const auto read = std::from_chars(json.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end) return {};
  return value;
}

std::optional<double> float_of(std::string_view json) {
  if (json == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (json == "Infinity") return std::numeric_limits<double>::infinity();
  if (json == "-Infinity") return -std::numeric_limits<double>::infinity();
  return number_of<double>(json);
}

/// The value of a member, as its column has it; none where it does not fit.
std::optional<Value> value_of(std::string_view json, ColumnType type) {
  if (json == "null") return Value();
  switch (type) {
    case ColumnType::string:
    case ColumnType::binary:
      if (!json.starts_with('"')) return {};
      return Value(core::json_unescaped(json));
    case ColumnType::int64: {
      const auto value = number_of<std::int64_t>(json);
      return value ? std::optional<Value>(*value) : std::nullopt;
    }
    case ColumnType::float64: {
      const auto value = float_of(json);
      return value ? std::optional<Value>(*value) : std::nullopt;
    }
    case ColumnType::boolean:
      if (json != "true" && json != "false") return {};
      return Value(json == "true");
  }
  return {};
}

void append_float(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value < 0 ? "-Infinity" : "Infinity";
  } else {
    std::array<char, 32> text{};
    const auto written = std::to_chars(text.data(), text.data() + text.size(), value);
    const std::string_view digits(text.data(), static_cast<std::size_t>(written.ptr - text.data()));
    out += digits;
    // A whole number must read back as a float in every dialect.
    if (digits.find_first_of(".en") == std::string_view::npos) out += ".0";
  }
}

void append_value(std::string& out, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    core::append_canonical_string(out, *text);
  } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    out += std::to_string(*whole);
  } else if (const auto* real = std::get_if<double>(&value)) {
    append_float(out, *real);
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    out += *flag ? "true" : "false";
  } else {
    out += "null";
  }
}

class RowReading {
 public:
  RowReading(std::string_view json, std::string_view key_column, const std::vector<Column>& columns)
      : json_(json), key_column_(key_column), columns_(columns) {
    row_.values.resize(columns.size());
    seen_.resize(columns.size(), false);
  }

  Result<Row> run() {
    core::JsonScan scan(json_, core::JsonNumbers::python);
    scan.skip_space();
    const bool is_object = scan.members([this](core::JsonSpan name, core::JsonSpan value) {
      return take(core::json_unescaped(name.of(json_)), value.of(json_));
    });
    if (problem_) return *problem_;
    scan.skip_space();
    if (!is_object || !scan.at_end()) return bad("no JSON object: " + shown(json_));
    if (row_.key.empty()) return bad("no \"" + std::string(key_column_) + '"');
    return std::move(row_);
  }

 private:
  static Error bad(const std::string& what) {
    return {Code::invalid, what, "print one JSON object with the declared columns"};
  }
  bool refuse(const std::string& what) {
    problem_ = bad(what);
    return false;
  }

  bool take(const std::string& name, std::string_view value) {
    if (name == key_column_) {
      if (!value.starts_with('"') || !row_.key.empty())
        return refuse("\"" + shown(name) + "\" must be one string, and is " + shown(value));
      row_.key = core::json_unescaped(value);
      if (core::has_lone_surrogate(value)) return refuse("the key is no text: " + shown(value));
      return core::is_utf8(row_.key) || refuse("the key is no UTF-8: " + shown(row_.key));
    }
    const auto found = std::ranges::find(columns_, name, &Column::name);
    if (found == columns_.end()) return refuse("\"" + shown(name) + "\" is no declared column");
    const auto at = static_cast<std::size_t>(found - columns_.begin());
    if (seen_[at]) return refuse("\"" + shown(name) + "\" stands twice");
    seen_[at] = true;
    auto fitting = value_of(value, found->type);
    if (!fitting)
      return refuse("\"" + shown(name) + "\" is declared as " +
                    std::string(parquet::column_type_name(found->type)) + ", and is " +
                    shown(value));
    const auto* text = std::get_if<std::string>(&*fitting);
    const bool was_no_text = text != nullptr && core::has_lone_surrogate(value);
    if (was_no_text || (text != nullptr && !core::is_utf8(*text)))
      return refuse("\"" + shown(name) + "\" is no UTF-8: " + shown(*text));
    row_.values[at] = *std::move(fitting);
    return true;
  }

  std::string_view json_;
  std::string_view key_column_;
  const std::vector<Column>& columns_;
  Row row_;
  std::vector<bool> seen_;
  std::optional<Error> problem_;
};

}  // namespace

Result<std::vector<Column>> parse_columns(const std::vector<std::string>& texts,
                                          std::string_view key_column) {
  std::vector<Column> columns;
  std::set<std::string> names{std::string(key_column)};
  for (const std::string& text : texts) {
    const std::size_t colon = text.rfind(':');
    const std::string name = text.substr(0, colon);
    const std::string type = colon == std::string::npos ? "" : text.substr(colon + 1);
    std::optional<ColumnType> known;
    for (const ColumnType each :
         {ColumnType::string, ColumnType::int64, ColumnType::float64, ColumnType::boolean}) {
      if (type == parquet::column_type_name(each)) known = each;
    }
    if (name.empty() || !known)
      return Error(
          Code::invalid, "\"" + shown(text) + "\" is no column",
          "write NAME:TYPE, for example \"frames:int64\"; types: string, int64, float64, boolean");
    if (!names.insert(name).second)
      return Error(Code::invalid, "column \"" + shown(name) + "\" stands twice, or is the key's",
                   "give every column a name of its own");
    columns.push_back({name, *known, parquet::Nullable::yes});
  }
  return columns;
}

Result<Row> read_row(std::string_view json, std::string_view key_column,
                     const std::vector<Column>& columns) {
  return RowReading(json, key_column, columns).run();
}

core::Sha256Digest row_digest(const Row& row, const std::vector<Column>& columns) {
  HOLDFAST_ASSERT(row.values.size() == columns.size());
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!std::holds_alternative<std::monostate>(row.values[i])) order.push_back(i);
  }
  std::ranges::sort(order, {},
                    [&](std::size_t i) -> const std::string& { return columns[i].name; });
  std::vector<Column> present;
  Row part{row.key, {}};
  for (const std::size_t i : order) {
    present.push_back(columns[i]);
    part.values.push_back(row.values[i]);
  }
  return core::sha256(row_text(part, "key", present));
}

std::string row_text(const Row& row, std::string_view key_column,
                     const std::vector<Column>& columns) {
  HOLDFAST_ASSERT(row.values.size() == columns.size());
  std::string out = "{";
  core::append_canonical_string(out, key_column);
  out += ':';
  core::append_canonical_string(out, row.key);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    out += ',';
    core::append_canonical_string(out, columns[i].name);
    out += ':';
    append_value(out, row.values[i]);
  }
  return out + '}';
}

}  // namespace holdfast::extract
