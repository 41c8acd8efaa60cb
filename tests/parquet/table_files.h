// SPDX-License-Identifier: Apache-2.0
// Tables for the tests of this room: pyarrow's view of a file (tables.py), ours in the same words, and rows to write.
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>
#include <deque>
#include <fstream>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/file.h"
#include "parquet/table_reader.h"
#include "parquet/table_writer.h"
#include "tests/support/second_program.h"
#include "tests/support/temp_folder.h"

namespace holdfast::parquet::testing {

using ::holdfast::testing::run_program;
using ::holdfast::testing::shell_quoted;
using ::holdfast::testing::TempFolder;

/// Runs tables.py with these words; its output, or a failed test where it exits otherwise than expected.
inline std::string pyarrow_says(const std::string& words, int expected_exit = 0) {
  const std::string source = HOLDFAST_SOURCE_DIR;
  const auto ended =
      run_program(shell_quoted(source + "/.venv/bin/python") + " " +
                  shell_quoted(source + "/tests/parquet/tables.py") + " " + words + " 2>&1");
  EXPECT_EQ(ended.exit_code, expected_exit) << words << "\n" << ended.output;
  return ended.output;
}

inline std::string hexadecimal(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char byte : bytes) {
    out += kDigits[static_cast<unsigned char>(byte) >> 4U];
    out += kDigits[static_cast<unsigned char>(byte) & 15U];
  }
  return out;
}

inline std::string number_text(double value) {
  if (std::isnan(value)) return "dnan";
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8)
    bytes += static_cast<char>(std::bit_cast<std::uint64_t>(value) >> static_cast<unsigned>(shift));
  return "d" + hexadecimal(bytes);
}

/// A cell in the words of tables.py.
inline std::string cell_text(const ColumnValues& values, ColumnType type, std::size_t row) {
  if (values.is_null(row)) return "-";
  switch (type) {
    case ColumnType::string:
    case ColumnType::binary:
      return "s" + hexadecimal(values.texts[row]);
    case ColumnType::int64:
      return "i" + std::to_string(values.integers[row]);
    case ColumnType::float64:
      return number_text(values.numbers[row]);
    case ColumnType::boolean:
      return values.flags[row] != 0 ? "t" : "f";
  }
  return "?";
}

inline std::string rows_text(const std::vector<Column>& columns, const RowBatch& batch) {
  std::string out;
  for (std::size_t row = 0; row < batch.row_count; ++row)
    for (std::size_t i = 0; i < columns.size(); ++i)
      out += cell_text(batch.columns[i], columns[i].type, row) +
             (i + 1 == columns.size() ? "\n" : " ");
  return out;
}

/// What is left to read, as `tables.py read` shows it.
inline Result<std::string> rest_text(TableReader& reader) {
  std::string out;
  RowBatch batch;
  for (;;) {
    TRY_ASSIGN(const bool more, reader.next(batch));
    if (!more) return out;
    out += rows_text(reader.columns(), batch);
  }
}

/// All rows of a file, as `tables.py read` shows them.
inline Result<std::string> table_text(const std::string& path) {
  TRY_ASSIGN(auto file, open_readable(path));
  TRY_ASSIGN(TableReader reader, TableReader::open(std::move(file)));
  return rest_text(reader);
}

/// Rows in memory, column by column.
class Rows {
 public:
  explicit Rows(std::vector<Column> columns)
      : columns_(std::move(columns)), values_(columns_.size()) {}
  std::vector<Column> columns() const { return columns_; }

  Rows& null(std::size_t column) {
    add(column, 0);
    values_[column].present.back() = 0;
    return *this;
  }
  Rows& text(std::size_t column, std::string text) {
    add(column, 0);
    kept_.push_back(std::move(text));
    values_[column].texts.back() = kept_.back();
    return *this;
  }
  Rows& integer(std::size_t column, std::int64_t value) {
    add(column, 0);
    values_[column].integers.back() = value;
    return *this;
  }
  Rows& number(std::size_t column, double value) {
    add(column, value);
    return *this;
  }
  Rows& flag(std::size_t column, bool value) {
    add(column, 0);
    values_[column].flags.back() = value ? 1 : 0;
    return *this;
  }

  RowBatch batch() const {
    RowBatch out{.row_count = values_.front().present.size(), .columns = {}};
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const Values& from = values_[i];
      ColumnValues to{.texts = {}, .integers = {}, .numbers = {}, .flags = {}, .present = {}};
      if (columns_[i].type == ColumnType::int64) to.integers = from.integers;
      if (columns_[i].type == ColumnType::float64) to.numbers = from.numbers;
      if (columns_[i].type == ColumnType::boolean) to.flags = from.flags;
      if (columns_[i].type == ColumnType::string || columns_[i].type == ColumnType::binary)
        to.texts = from.texts;
      to.present = from.present;
      out.columns.push_back(to);
    }
    return out;
  }

 private:
  struct Values {
    std::vector<std::string_view> texts;
    std::vector<std::int64_t> integers;
    std::vector<double> numbers;
    std::vector<std::uint8_t> flags;
    std::vector<std::uint8_t> present;
  };
  void add(std::size_t column, double number) {
    Values& to = values_[column];
    to.texts.emplace_back();
    to.integers.push_back(0);
    to.numbers.push_back(number);
    to.flags.push_back(0);
    to.present.push_back(1);
  }

  std::vector<Column> columns_;
  std::vector<Values> values_;
  std::deque<std::string> kept_;
};

/// Clips with every type of column, nulls, NaN, infinities, and numbers at their ends.
inline Rows clips(std::size_t row_count) {
  Rows rows({{.name = "clip_name", .type = ColumnType::string, .nullable = Nullable::no},
             {.name = "mos", .type = ColumnType::float64},
             {.name = "frames", .type = ColumnType::int64},
             {.name = "is_hdr", .type = ColumnType::boolean},
             {.name = "note", .type = ColumnType::string},
             {.name = "digest", .type = ColumnType::binary},
             {.name = "vmaf_mean", .type = ColumnType::float64, .nullable = Nullable::no}});
  using Limits = std::numeric_limits<std::int64_t>;
  for (std::size_t i = 0; i < row_count; ++i) {
    const auto n = static_cast<std::int64_t>(i);
    rows.text(0, "orig_" + std::to_string(n * 48271 % 1000003) + "_5s.mp4");
    i % 5 == 1 ? rows.null(1) : rows.number(1, i % 5 == 2 ? std::nan("") : 0.1 * double(n));
    i % 7 == 3 ? rows.null(2)
               : rows.integer(2, i % 7 == 4   ? Limits::min()
                                 : i % 7 == 5 ? Limits::max()
                                              : n);
    i % 3 == 1 ? rows.null(3) : rows.flag(3, i % 3 == 0);
    i % 2 == 1 ? rows.null(4) : rows.text(4, i % 4 == 0 ? "" : "größer, 日本");
    i % 6 == 5 ? rows.null(5) : rows.text(5, std::string("\0\xff\n", 3) + std::to_string(n));
    rows.number(6, i % 9 == 8 ? -std::numeric_limits<double>::infinity() : 1.0 / (1.0 + double(n)));
  }
  return rows;
}

/// Writes and publishes them.
inline Status write_table(FileSystem& files, const std::string& path, const Rows& rows,
                          TableOptions options = {}) {
  options.columns = rows.columns();
  TRY_ASSIGN(WholeFile file, WholeFile::create(files, path));
  TRY_ASSIGN(TableWriter table, TableWriter::create(sink_into(file), std::move(options)));
  TRY(table.write(rows.batch()));
  TRY(table.finish());
  return file.commit();
}

/// EXPECT_EQ(error_of(…), "") shows the error.
template <class T>
std::string error_of(const Result<T>& result) {
  return result.ok()
             ? ""
             : std::string(code_name(result.error().code())) + ": " + result.error().message();
}

inline void overwrite(const std::string& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << bytes;
}

}  // namespace holdfast::parquet::testing
