// SPDX-License-Identifier: Apache-2.0
// JSON as bytes: what counts as JSON is held against Python's json.
#include "core/json_scan.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/second_program.h"

namespace holdfast::core {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

bool is_json(std::string_view text, JsonNumbers numbers = JsonNumbers::rfc8259) {
  JsonScan scan(text, numbers);
  if (!scan.value()) return false;
  scan.skip_space();
  return scan.at_end();
}

const std::vector<std::string>& texts() {
  static const std::vector<std::string> kTexts{"{}",
                                               "[]",
                                               "0",
                                               "-0",
                                               "-",
                                               "1.",
                                               "1.5e3",
                                               "1e",
                                               ".5",
                                               "01",
                                               "-1E+2",
                                               "1e-",
                                               "true",
                                               "tru",
                                               "null",
                                               R"("a")",
                                               R"("\u00e9")",
                                               R"("\u00g0")",
                                               R"("\x")",
                                               R"("a)",
                                               R"({"a":1})",
                                               R"({"a":1,})",
                                               R"({"a" : [1, 2, {"b": null}]} )",
                                               R"({"a"1})",
                                               R"({a:1})",
                                               "[1,,2]",
                                               "[1 2]",
                                               "{}{}",
                                               " 1 ",
                                               "",
                                               "NaN",
                                               "Infinity",
                                               "-Infinity",
                                               "-NaN",
                                               "[NaN, 1]",
                                               R"({"x": -Infinity})",
                                               "nan",
                                               "Inf",
                                               "+1",
                                               "\"\t\"",
                                               R"({"a":1,"a":2})"};
  return kTexts;
}

// Python reads NaN and the infinities, and refuses all else that is no JSON.
std::vector<bool> by_python() {
  const std::string program =
      "import json,sys\nfor line in sys.stdin.read().split(chr(0))[:-1]:\n  try:\n    "
      "json.loads(line)\n"
      "    print(1)\n  except ValueError:\n    print(0)\n";
  std::string input;
  for (const std::string& text : texts())
    input += testing::shell_quoted(text) + " ";
  const auto ended = testing::run_program("printf '%s\\0' " + input + "| python3 -c " +
                                          testing::shell_quoted(program));
  EXPECT_EQ(ended.exit_code, 0);
  std::vector<bool> out;
  for (const char c : ended.output) {
    if (c != '\n') out.push_back(c == '1');
  }
  return out;
}

TEST(JsonScan, TakesWhatPythonTakesInItsDialectAndNoMoreThanJsonElse) {
  const auto truth = by_python();
  ASSERT_EQ(truth.size(), texts().size());
  for (std::size_t i = 0; i < texts().size(); ++i) {
    const std::string& text = texts()[i];
    EXPECT_EQ(is_json(text, JsonNumbers::python), truth[i]) << text;
    const bool has_word =
        text.find("NaN") != std::string::npos || text.find("Infinity") != std::string::npos;
    EXPECT_EQ(is_json(text), truth[i] && !has_word) << text;
  }
}

TEST(JsonScan, GivesTheMembersOfTheOutermostObjectAsTheyStandThere) {
  const std::string text = R"( {"a" : 1.50,"b":{"a":2}, "a":"x\ny"} )";
  JsonScan scan(text);
  scan.skip_space();
  std::vector<std::pair<std::string, std::string>> members;
  ASSERT_TRUE(scan.members([&](JsonSpan key, JsonSpan value) {
    members.emplace_back(key.of(text), value.of(text));
    return true;
  }));
  EXPECT_THAT(members, ElementsAre(Pair("\"a\"", "1.50"), Pair("\"b\"", R"({"a":2})"),
                                   Pair("\"a\"", R"("x\ny")")));
  JsonScan again(text);
  again.skip_space();
  EXPECT_FALSE(again.members([](JsonSpan, JsonSpan) { return false; })) << "stopped";
}

TEST(JsonScan, IsBoundedInDepth) {
  EXPECT_TRUE(is_json(std::string(512, '[') + std::string(512, ']')));
  EXPECT_FALSE(is_json(std::string(513, '[') + std::string(513, ']')));
  EXPECT_FALSE(is_json(std::string(1'000'000, '[')));
}

TEST(JsonScan, UnescapesAsTheTextMeans) {
  EXPECT_EQ(json_unescaped(R"("a\"b\\c\/d\b\f\n\r\te")"), "a\"b\\c/d\b\f\n\r\te");
  EXPECT_EQ(json_unescaped(R"("\u00e9\u20ac")"), "é€");
  EXPECT_EQ(json_unescaped(R"("\ud83d\ude00!")"), "😀!") << "a pair of surrogates";
  EXPECT_EQ(json_unescaped(R"("\ud83dx\ude00")"), "\uFFFDx\uFFFD") << "alone";
  EXPECT_EQ(json_unescaped(R"("\ud83d\u0041")"), "\uFFFDA");
  EXPECT_EQ(json_unescaped(R"("")"), "");
}

}  // namespace
}  // namespace holdfast::core
