// SPDX-License-Identifier: Apache-2.0
#include "parquet/table_columns.h"

#include "base/root_folder.h"

namespace holdfast::parquet {
namespace {

constexpr int kWidestInteger = 64;

Error not_ours(const FooterColumn& column, const std::string& file_name) {
  std::string type(physical_type_name(column.type));
  if (column.logical != LogicalType::none)
    type = std::string(logical_type_name(column.logical)) + " (" + type + ")";
  if (column.max_repetition_level > 0) type = "repeated " + type;
  if (column.path_depth > 1) type = "nested " + type;
  return {Code::unsupported,
          file_name + ": column " + printable_path(column.path) + " is of type " + type +
              ": expected string, binary, integer, float, double or boolean",
          "write the column with one of these types, or leave it out"};
}

bool is_text(LogicalType logical) {
  return logical == LogicalType::string || logical == LogicalType::json ||
         logical == LogicalType::enumeration;
}

bool is_integer(const FooterColumn& column) {
  if (column.logical == LogicalType::none) return true;
  return column.logical == LogicalType::integer &&
         (column.integer_signed || column.integer_bits < kWidestInteger);
}

}  // namespace

Result<Column> column_of(const FooterColumn& column, const std::string& file_name) {
  Column out{.name = column.path,
             .nullable = column.max_definition_level > 0 ? Nullable::yes : Nullable::no};
  const bool plain = column.logical == LogicalType::none;
  const bool flat = column.path_depth == 1 && column.max_repetition_level == 0;
  if (flat && column.type == PhysicalType::byte_array && is_text(column.logical)) {
    out.type = ColumnType::string;
  } else if (flat && column.type == PhysicalType::byte_array &&
             (plain || column.logical == LogicalType::bson)) {
    out.type = ColumnType::binary;
  } else if (flat && (column.type == PhysicalType::int64 || column.type == PhysicalType::int32) &&
             is_integer(column)) {
    out.type = ColumnType::int64;
  } else if (flat && plain &&
             (column.type == PhysicalType::float64 || column.type == PhysicalType::float32)) {
    out.type = ColumnType::float64;
  } else if (flat && plain && column.type == PhysicalType::boolean) {
    out.type = ColumnType::boolean;
  } else {
    return not_ours(column, file_name);
  }
  return out;
}

Status check_repeated_columns(const Footer& footer, const std::string& file_name) {
  const auto repeated = footer.value_of(kColumnsKey);
  if (!repeated) return {};
  std::vector<Column> columns;
  for (const FooterColumn& stored : footer.columns) {
    TRY_ASSIGN(Column column, column_of(stored, file_name));
    columns.push_back(std::move(column));
  }
  if (columns_text(columns) == *repeated) return {};
  return Error(Code::corrupt,
               file_name + ": its schema differs from the columns it was written with (" +
                   std::string(kColumnsKey) + ")",
               "restore the file from a copy, or write it anew");
}

Result<std::vector<Column>> table_columns(const Footer& footer, const std::string& file_name) {
  TRY(check_repeated_columns(footer, file_name));
  std::vector<Column> columns;
  for (const FooterColumn& stored : footer.columns) {
    TRY_ASSIGN(Column column, column_of(stored, file_name));
    columns.push_back(std::move(column));
  }
  return columns;
}

std::string_view column_type_name(ColumnType type) {
  switch (type) {
    case ColumnType::string:
      return "string";
    case ColumnType::binary:
      return "binary";
    case ColumnType::int64:
      return "int64";
    case ColumnType::float64:
      return "float64";
    case ColumnType::boolean:
      return "boolean";
  }
  return "unknown";
}

std::string columns_text(const std::vector<Column>& columns) {
  std::string text;
  for (const Column& column : columns) {
    text += printable_path(column.name) + " " + std::string(column_type_name(column.type));
    text += column.nullable == Nullable::yes ? " null\n" : "\n";
  }
  return text;
}

}  // namespace holdfast::parquet
