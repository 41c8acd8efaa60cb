// SPDX-License-Identifier: Apache-2.0
// The texts that hashes are made of, held against Python's json and hashlib; and every kind of bytes that is refused.
#include "schemas/schema_text.h"

#include <bit>
#include <cstdint>
#include <random>
#include <sstream>
#include <vector>

#include <gtest/gtest.h>

#include "schemas/json_object.h"
#include "tests/support/second_program.h"
#include "tests/support/temp_folder.h"

namespace holdfast::schemas {
namespace {

const std::string kHere = HOLDFAST_SOURCE_DIR "/tests/schemas/";

std::vector<std::string> python_view(const std::vector<std::string>& texts) {
  const testing::TempFolder folder;
  std::string lines;
  for (const std::string& text : texts)
    lines += json_string(text) + '\n';
  folder.write("texts", lines);
  const auto ended =
      testing::run_program("python3 " + kHere + "python_view.py < " + folder.at("texts"));
  EXPECT_EQ(ended.exit_code, 0);
  std::vector<std::string> out;
  std::istringstream in(ended.output);
  for (std::string line; std::getline(in, line);)
    out.push_back(line);
  return out;
}

void hold_against_python(const std::vector<std::string>& texts) {
  const auto expected = python_view(texts);
  ASSERT_EQ(expected.size(), texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto read = read_schema_text(texts[i]);
    ASSERT_TRUE(read) << texts[i] << ": " << read.problem().detail;
    EXPECT_EQ(hashes_of(texts[i], *read).seed_sha256 + '\t' + read->seed, expected[i]) << texts[i];
  }
}

std::string problem_of(const std::string& bytes) {
  const auto read = read_schema_text(bytes);
  return read ? "none" : std::string(problem_name(read.problem().kind));
}

std::string canonical(const std::string& text) {
  const auto read = read_schema_text(text);
  return read ? read->canonical : "refused";
}

std::string nested(int levels) {
  return R"({"a":)" + std::string(static_cast<std::size_t>(levels), '[') +
         std::string(static_cast<std::size_t>(levels), ']') + '}';
}

TEST(SchemaText, HasTheHashThatTheSourcesScriptComputes) {
  hold_against_python({
      "{}",
      "true",
      "false",
      R"({"b":1,"a":[],"c":{}})",
      R"({ "a" : [ 1 , 2 ] , "b" : { "c" : null } })",
      R"({"type":"object","properties":{"x":{"minimum":0.1,"maximum":1e400}}})",
      R"({"a":-0,"b":-0.0,"c":0.0,"d":1E5,"e":1e-7,"f":1.0,"g":100000000000000000000000000000001,"h":-12})",
      R"({"a":1e16,"b":1e15,"c":123456789012345680.0,"d":0.0001,"e":0.00001,"f":5e-324,"g":1.7976931348623157e308})",
      R"({"ключ":"значение","\u00e9":"\ud83d\ude00","\u007f":"\u0000\b\f\n\r\t\"\\\/","z":"a/b"})",
      // By code points an emoji comes behind U+FFFD; by UTF-16 units it comes before.
      R"({"😀":1,"�":2,"":3})",
      R"({"a":{"$core_version":"1"},"$core_version":"1.1.2","$schema_id":"i","$track":"v1"})",
      "\n\t {\"a\" : true}\r\n",
  });
}

TEST(SchemaText, WritesEveryDoubleAsPythonDoes) {
  std::mt19937_64 random(20260518);
  std::vector<std::string> texts;
  for (int i = 0; i < 4000; ++i) {
    const double value = std::bit_cast<double>(random());
    if (value != value || value - value != 0) continue;
    char shown[64];
    std::snprintf(shown, sizeof shown, "%.17g", value);
    std::string number = shown;
    if (number.find_first_of(".e") == std::string::npos) number += ".0";
    texts.push_back(R"({"x":)" + number + '}');
  }
  for (int power = -30; power <= 30; ++power)
    for (const char* digits : {"1", "1.5", "9.999999999999999", "1.2345678901234567"})
      texts.push_back(R"({"x":)" + std::string(digits) + "e" + std::to_string(power) + '}');
  hold_against_python(texts);
}

TEST(SchemaText, SaysTheSameOfTextsThatDifferInFormOnly) {
  const std::string one = canonical(R"({"type":"object","minimum":1,"title":"é"})");
  EXPECT_EQ(canonical(R"({ "title":"\u00e9", "minimum":1.0, "type":"object" })"), one);
  EXPECT_EQ(canonical(R"({"minimum":10e-1,"type":"object","title":"é","$core_version":"9"})"), one);
  EXPECT_EQ(one, R"({"minimum":1,"title":"é","type":"object"})");
}

TEST(SchemaText, NeverMakesTwoNumbersOne) {
  EXPECT_EQ(canonical(R"({"maximum":9007199254740993})"), R"({"maximum":9007199254740993})");
  EXPECT_NE(canonical(R"({"maximum":9007199254740993})"),
            canonical(R"({"maximum":9007199254740992})"));
  EXPECT_NE(canonical(R"({"maximum":0.1})"), canonical(R"({"maximum":0.10000000000000000001})"));
  EXPECT_NE(canonical(R"({"maximum":1e400})"), canonical(R"({"maximum":1e401})"));
  EXPECT_EQ(canonical(R"({"maximum":1e400})"), canonical(R"({"maximum":10e399})"));
  EXPECT_EQ(canonical(R"({"maximum":-0.0})"), R"({"maximum":0})");
}

TEST(SchemaText, LeavesStampsOutOfTheCanonicalTextAtTheTopOnly) {
  const auto read = read_schema_text(
      R"({"$core_version":"1.1.2","$schema_id":"x","$track":"v1","properties":{"$track":true},"$schema":"s"})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->canonical, R"({"$schema":"s","properties":{"$track":true}})");
  EXPECT_EQ(read->stamps.core_version, "1.1.2");
  EXPECT_EQ(read->stamps.schema_id, "x");
  EXPECT_EQ(read->stamps.track, "v1");
  EXPECT_EQ(read->dialect, "s");
}

TEST(SchemaText, RefusesEachKindOfBadBytesByItsName) {
  EXPECT_EQ(problem_of(""), "empty");
  EXPECT_EQ(problem_of(" \n"), "empty");
  EXPECT_EQ(problem_of("\xEF\xBB\xBF{}"), "byte_order_mark");
  EXPECT_EQ(problem_of("{\"a\":\"\xff\"}"), "not_utf8");
  EXPECT_EQ(problem_of("<html></html>"), "not_json");
  EXPECT_EQ(problem_of("{\"a\":1"), "not_json");
  EXPECT_EQ(problem_of("{\"a\":1,}"), "not_json");
  EXPECT_EQ(problem_of("{} {}"), "not_json");
  EXPECT_EQ(problem_of("{\"a\":01}"), "not_json");
  EXPECT_EQ(problem_of(R"({"a":1,"b":{"x":1,"y":2,"x":3}})"), "duplicate_key");
  EXPECT_EQ(problem_of("{\"a\":NaN}"), "not_finite");
  EXPECT_EQ(problem_of("{\"a\":-Infinity}"), "not_finite");
  EXPECT_EQ(problem_of(R"({"a":"\ud800"})"), "lone_surrogate");
  EXPECT_EQ(problem_of("[]"), "not_schema");
  EXPECT_EQ(problem_of("\"x\""), "not_schema");
  EXPECT_EQ(problem_of("null"), "not_schema");
  EXPECT_EQ(problem_of(nested(1000)), "too_deep");
  EXPECT_EQ(problem_of(nested(100000)), "too_deep");
  EXPECT_EQ(problem_of(nested(kMostDepth - 1)), "none");
}

TEST(SchemaText, NamesThePlaceAndTheKey) {
  const auto read = read_schema_text("{\n  \"a\": 1,\n  \"a\": 2\n}");
  ASSERT_FALSE(read);
  EXPECT_NE(read.problem().detail.find("\"a\" twice"), std::string::npos) << read.problem().detail;
  EXPECT_NE(read.problem().detail.find("line 4"), std::string::npos) << read.problem().detail;
}

TEST(SchemaText, IndentsWithoutTouchingAValue) {
  const std::string text =
      R"({"a":[],"b":{},"c":[1.0,"x, {y}\""],"d":{"e":10000000000000000000001}})";
  EXPECT_EQ(
      indented(text),
      "{\n  \"a\": [],\n  \"b\": {},\n  \"c\": [\n    1.0,\n    \"x, {y}\\\"\"\n  ],\n  \"d\": {\n"
      "    \"e\": 10000000000000000000001\n  }\n}\n");
  EXPECT_EQ(indented(indented(text)), indented(text));
}

}  // namespace
}  // namespace holdfast::schemas
