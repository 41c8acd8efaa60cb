// SPDX-License-Identifier: Apache-2.0
// The validator held against Python's jsonschema (schema_truth.py): made schemas of all dialects over made values.
#include <iostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "json_schema/validator.h"
#include "tests/support/second_program.h"

namespace holdfast::json_schema {
namespace {

using ::holdfast::testing::run_program;
using ::holdfast::testing::shell_quoted;

constexpr int kSeed = 20261130;
constexpr int kSchemaCount = 4'000;  // four values each

std::vector<std::string> truth_lines() {
  const std::string source = HOLDFAST_SOURCE_DIR;
  const auto ended = run_program(shell_quoted(source + "/.venv/bin/python") + " " +
                                 shell_quoted(source + "/tests/json_schema/schema_truth.py") + " " +
                                 std::to_string(kSeed) + " " + std::to_string(kSchemaCount));
  EXPECT_EQ(ended.exit_code, 0);
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < ended.output.size();) {
    const std::size_t end = ended.output.find('\n', at);
    lines.push_back(ended.output.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

Dialect dialect_named(std::string_view name) {
  for (const Dialect dialect :
       {Dialect::draft4, Dialect::draft6, Dialect::draft7, Dialect::draft2019, Dialect::draft2020})
    if (dialect_name(dialect) == name) return dialect;
  ADD_FAILURE() << name;
  return Dialect::draft2020;
}

TEST(SchemaTruth, MadePairsAreValidWherePythonSaysSo) {
  int valid_count = 0;
  int invalid_count = 0;
  std::cout << "seed " << kSeed << "\n";
  for (const std::string& line : truth_lines()) {
    const auto document = Document::parse(line);
    ASSERT_TRUE(document.ok()) << line;
    const Value root = document->root();
    SchemaOptions options;
    options.default_dialect = dialect_named(root.at(0).string());
    const auto schema = Schema::parse(json_text(root.at(1)), options);
    ASSERT_TRUE(schema.ok()) << line << schema.error().message();
    Budget budget(kUsualValidationSteps);
    const auto valid = is_valid(*schema, root.at(2), budget);
    ASSERT_TRUE(valid.ok()) << line << valid.error().message();
    EXPECT_EQ(*valid, root.at(3).boolean()) << line;
    const auto violations = validate(*schema, root.at(2), budget);
    ASSERT_TRUE(violations.ok());
    EXPECT_EQ(*valid, violations->empty()) << line;
    ++(*valid ? valid_count : invalid_count);
  }
  std::cout << valid_count << " valid, " << invalid_count << " invalid\n";
  EXPECT_GT(valid_count, 4'000);
  EXPECT_GT(invalid_count, 4'000);
}

}  // namespace
}  // namespace holdfast::json_schema
