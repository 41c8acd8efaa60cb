// SPDX-License-Identifier: Apache-2.0
// Rows as text and back, and everything that is none.
#include "extract/row.h"

#include <cmath>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/second_program.h"

namespace holdfast::extract {
namespace {

using ::testing::HasSubstr;

const std::vector<Column>& columns() {
  static const std::vector<Column> kColumns{{"name", ColumnType::string},
                                            {"frames", ColumnType::int64},
                                            {"vmaf", ColumnType::float64},
                                            {"hdr", ColumnType::boolean}};
  return kColumns;
}

Result<Row> read(std::string_view json) {
  return read_row(json, "key", columns());
}

TEST(Row, IsTakenApartByItsColumns) {
  const auto row =
      read(R"( {"frames": 150, "key": "a \u00e9.mp4", "vmaf": 65.898665, "hdr": false} )");
  ASSERT_TRUE(row) << row.error().message();
  EXPECT_EQ(row->key, "a é.mp4");
  EXPECT_EQ(row->values[0], Value());
  EXPECT_EQ(row->values[1], Value(std::int64_t{150}));
  EXPECT_EQ(row->values[2], Value(65.898665));
  EXPECT_EQ(row->values[3], Value(false));
  EXPECT_TRUE(std::isnan(std::get<double>(read(R"({"key":"a","vmaf":NaN})")->values[2])));
  EXPECT_EQ(read(R"({"key":"a","vmaf":-Infinity})")->values[2],
            Value(-std::numeric_limits<double>::infinity()));
  EXPECT_EQ(read(R"({"key":"a","vmaf":7})")->values[2], Value(7.0));
  EXPECT_EQ(read(R"({"key":"a","frames":-9223372036854775808})")->values[1],
            Value(std::numeric_limits<std::int64_t>::min()));
}

TEST(Row, IsRefusedWithTheMemberAndItsValue) {
  for (const auto& [json, says] : {std::pair{"", "no JSON object"},
                                   {"[]", "no JSON object"},
                                   {"{\"key\":\"a\"", "no JSON object"},
                                   {R"({"frames":1})", "no \"key\""},
                                   {R"({"key":1})", "must be one string, and is 1"},
                                   {R"({"key":"a","key":"b"})", "must be one string"},
                                   {R"({"key":"a","other":1})", "\"other\" is no declared column"},
                                   {R"({"key":"a","frames":1.5})", "declared as int64, and is 1.5"},
                                   {R"({"key":"a","frames":9223372036854775808})", "int64"},
                                   {R"({"key":"a","frames":NaN})", "int64"},
                                   {R"({"key":"a","frames":"1"})", "and is \"1\""},
                                   {R"({"key":"a","vmaf":"x"})", "float64"},
                                   {R"({"key":"a","vmaf":1e999})", "float64"},
                                   {R"({"key":"a","hdr":1})", "boolean"},
                                   {R"({"key":"a","name":1})", "string"},
                                   {R"({"key":"a","frames":1,"frames":1})", "stands twice"},
                                   {R"({"key":"a"} x)", "no JSON object"},
                                   {"{\"key\":\"a\xff\"}", "UTF-8"},
                                   {"{\"key\":\"a\",\"name\":\"\xff\"}", "UTF-8"}}) {
    const auto row = read(json);
    ASSERT_FALSE(row) << json;
    EXPECT_EQ(row.error().code(), Code::invalid) << json;
    EXPECT_THAT(row.error().message(), HasSubstr(says)) << json;
  }
}

TEST(Row, HasOneTextThatReadsBackAsItself) {
  const Row row{"a\"b", {Value("x\ny"), Value(std::int64_t{-1}), Value(0.1), Value(true)}};
  EXPECT_EQ(row_text(row, "key", columns()),
            R"({"key":"a\"b","name":"x\ny","frames":-1,"vmaf":0.1,"hdr":true})");
  for (const double real : {0.0, -0.0, 1.0, 1e300, 5e-324, 65.898665, 1.0 / 3, 123456789012345680.0,
                            std::numeric_limits<double>::infinity()}) {
    Row each = row;
    each.values[2] = real;
    const std::string text = row_text(each, "key", columns());
    const auto again = read(text);
    ASSERT_TRUE(again) << text;
    EXPECT_EQ(*again, each) << text;
    EXPECT_EQ(std::signbit(std::get<double>(again->values[2])), std::signbit(real));
  }
}

TEST(Row, HasATextThatPythonReadsWithTheSameTypes) {
  const Row row{"k", {Value(), Value(std::int64_t{7}), Value(2.0), Value()}};
  const auto ended = testing::run_program(
      "python3 -c \"import json,sys; r=json.loads(sys.argv[1]); print(type(r['frames']).__name__, "
      "type(r['vmaf']).__name__, r['name'], end='')\" " +
      testing::shell_quoted(row_text(row, "key", columns())));
  EXPECT_EQ(ended.output, "int float None");
}

TEST(Columns, AreReadFromWords) {
  const auto read = parse_columns({"a:int64", "b:c:float64", "s:string", "f:boolean"}, "key");
  ASSERT_TRUE(read);
  EXPECT_EQ((*read)[1], (Column{"b:c", ColumnType::float64, parquet::Nullable::yes}));
  for (const std::vector<std::string>& bad : {std::vector<std::string>{"a"},
                                              {"a:int"},
                                              {":int64"},
                                              {"a:int64", "a:string"},
                                              {"key:string"},
                                              {""}})
    EXPECT_FALSE(parse_columns(bad, "key"));
}

}  // namespace
}  // namespace holdfast::extract
