// SPDX-License-Identifier: Apache-2.0
// Rows and JsonRows in memory; what databases make of JsonRows is in connection_test.cpp.
#include <gtest/gtest.h>

#include "sql/connection.h"

namespace holdfast::sql {
namespace {

TEST(JsonRows, WritesFlatObjects) {
  JsonRows rows;
  EXPECT_EQ(rows.take(), "[]");
  rows.begin_row();
  rows.add("id", std::int64_t{9223372036854775807});
  rows.add("text", std::string("a\"b\\c\n\x01\xC3\xA4"));
  rows.add("none", {});
  rows.begin_row();
  rows.add("x", 0.1);
  rows.add_json("metadata", R"({"k":[1]})");
  EXPECT_EQ(rows.size(), 2U);
  EXPECT_EQ(
      rows.take(),
      "[{\"id\":9223372036854775807,\"text\":\"a\\\"b\\\\c\\u000a\\u0001\xC3\xA4\",\"none\":null},"
      "{\"x\":0.1,\"metadata\":{\"k\":[1]}}]");
  EXPECT_EQ(rows.size(), 0U);
  EXPECT_EQ(rows.take(), "[]");
}

TEST(Rows, GivesNothingForAnotherType) {
  Rows rows;
  rows.names = {"a", "b"};
  rows.rows = {{Value(std::int64_t{7}), Value(std::string("t"))}, {Value(), Value(1.5)}};
  EXPECT_EQ(rows.integer(0, 0), 7);
  EXPECT_EQ(rows.integer(0, 1), 0);
  EXPECT_EQ(rows.text(0, 1), "t");
  EXPECT_EQ(rows.text(0, 0), "");
  EXPECT_TRUE(rows.is_null(1, 0));
  EXPECT_FALSE(rows.is_null(1, 1));
  EXPECT_EQ(rows.column("b"), 1);
  EXPECT_EQ(rows.column("c"), -1);
}

}  // namespace
}  // namespace holdfast::sql
