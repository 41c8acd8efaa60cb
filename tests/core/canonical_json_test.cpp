// SPDX-License-Identifier: Apache-2.0
// RFC 8785 against its own vectors, against what a JavaScript engine wrote (golden/jcs_numbers.txt), and against bad input.
#include "core/canonical_json.h"

#include <bit>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::core {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string canonical(std::string_view json) {
  auto result = canonicalize(json);
  return result.ok() ? *result : "refused: " + result.error().message();
}

std::string refusal(std::string_view json) {
  auto result = canonicalize(json);
  if (result.ok()) return "taken as " + *result;
  EXPECT_EQ(result.error().code(), Code::invalid);
  EXPECT_TRUE(is_utf8(result.error().message()));
  return result.error().message();
}

std::string number_text(double value) {
  std::string out;
  append_canonical_number(out, value);
  return out;
}

TEST(CanonicalJson, WritesTheExampleOfTheRfc) {
  // RFC 8785, section 3.2.2 and 3.2.3.
  EXPECT_EQ(canonical(R"({
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    })"),
            R"({"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],)"
            "\"string\":\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

TEST(CanonicalJson, OrdersKeysByUtf16CodeUnits) {
  // RFC 8785, section 3.2.3: U+1F600 (D83D DE00 in UTF-16) comes before U+FB33, although its UTF-8 bytes come after.
  EXPECT_EQ(
      canonical(
          R"({"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",)"
          R"("1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small"})"),
      "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"\u00f6\":\"Latin "
      "Small\","
      "\"\u20ac\":\"Euro Sign\",\"\U0001F600\":\"Emoji: Grinning Face\",\"\uFB33\":\"Hebrew Letter "
      "Dalet "
      "With Dagesh\"}");
}

std::u16string utf16_of(std::u32string_view text) {
  std::u16string out;
  for (const char32_t c : text) {
    if (c >= 0x10000) {
      out += static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10));
      out += static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF));
    } else {
      out += static_cast<char16_t>(c);
    }
  }
  return out;
}

std::string utf8_of(std::u32string_view text) {
  std::string out;
  for (const char32_t c : text) {
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else if (c < 0x800) {
      out += {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 63))};
    } else if (c < 0x10000) {
      out += {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 63)),
              static_cast<char>(0x80 | (c & 63))};
    } else {
      out += {static_cast<char>(0xF0 | c >> 18), static_cast<char>(0x80 | (c >> 12 & 63)),
              static_cast<char>(0x80 | (c >> 6 & 63)), static_cast<char>(0x80 | (c & 63))};
    }
  }
  return out;
}

TEST(CanonicalJson, DecidesKeyOrderOnUtf8AsUtf16Does) {
  const std::u32string alphabet =
      U"\u0001\u007Faz\u0080\u07FF\u0800\uD7FF\uE000\uFFFD\uFFFF\U00010000\U0001F600\U0010FFFF";
  std::mt19937 random(8785);
  const auto word = [&] {
    std::u32string out;
    for (auto n = random() % 4; n > 0; --n)
      out += alphabet[random() % alphabet.size()];
    return out;
  };
  for (int i = 0; i < 20000; ++i) {
    const auto a = word();
    const auto b = word();
    ASSERT_EQ(canonical_key_less(utf8_of(a), utf8_of(b)), utf16_of(a) < utf16_of(b))
        << utf8_of(a) << " | " << utf8_of(b);
  }
}

TEST(CanonicalJson, WritesNumbersAsAJavaScriptEngineDoes) {
  std::ifstream golden(HOLDFAST_SOURCE_DIR "/tests/core/golden/jcs_numbers.txt");
  ASSERT_TRUE(golden);
  std::string bits;
  std::string text;
  int count = 0;
  while (golden >> bits >> text) {
    std::uint64_t value = 0;
    std::from_chars(bits.data(), bits.data() + bits.size(), value, 16);
    ASSERT_EQ(number_text(std::bit_cast<double>(value)), text) << bits;
    ++count;
  }
  EXPECT_GT(count, 6000);
}

TEST(CanonicalJson, WritesNumbersThatReadBackTheSame) {
  std::mt19937_64 random(2026);
  for (int i = 0; i < 100000; ++i) {
    const auto value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    const std::string text = number_text(value);
    double back = 0;
    std::from_chars(text.data(), text.data() + text.size(), back);
    ASSERT_EQ(back, value) << text;
  }
}

TEST(CanonicalJson, TakesEveryKindOfRoot) {
  EXPECT_EQ(canonical(" null "), "null");
  EXPECT_EQ(canonical("\t-0.0\n"), "0");
  EXPECT_EQ(canonical("-0"), "0");
  EXPECT_EQ(canonical("1e-400"), "0");
  EXPECT_EQ(canonical("\"\\u0000\\/\""), "\"\\u0000/\"");
  EXPECT_EQ(canonical("[ ]"), "[]");
  EXPECT_EQ(canonical("{ }"), "{}");
  EXPECT_EQ(canonical("[[],{},[1,[2,{}],3]]"), "[[],{},[1,[2,{}],3]]");
}

TEST(CanonicalJson, OrdersNestedObjectsWhateverTheirOrder) {
  EXPECT_EQ(canonical(R"([{"b":[{"d":1,"c":{"z":0,"y":{}}}],"a":{"f":[],"e":null}},{"x":1},7])"),
            R"([{"a":{"e":null,"f":[]},"b":[{"c":{"y":{},"z":0},"d":1}]},{"x":1},7])");
  EXPECT_EQ(canonical(R"({"":1,"a":2,"aa":3})"), R"({"":1,"a":2,"aa":3})");
  EXPECT_EQ(canonical(R"({"aa":3,"a":2,"":1})"), R"({"":1,"a":2,"aa":3})");
}

TEST(CanonicalJson, IsItsOwnCanonicalText) {
  for (const char* json : {R"({"b":1e20,"a":[9007199254740994,1e16,-1e20,1e21,5e-324]})",
                           R"({"z":"\ud83d\ude00","\u007f":0})"}) {
    const std::string once = canonical(json);
    EXPECT_THAT(once, testing::Not(HasSubstr("refused"))) << json;
    EXPECT_EQ(canonical(once), once);
  }
}

TEST(CanonicalJson, RefusesIntegersThatADoubleWouldRound) {
  EXPECT_EQ(canonical("9007199254740992"), "9007199254740992");
  EXPECT_EQ(canonical("-9007199254740992"), "-9007199254740992");
  EXPECT_THAT(refusal("9007199254740993"),
              AllOf(HasSubstr("9007199254740993"), HasSubstr("9007199254740992")));
  EXPECT_THAT(refusal("-9007199254740993"), HasSubstr("2^53"));
  EXPECT_THAT(refusal("18446744073709551615"), HasSubstr("2^53"));
  EXPECT_THAT(refusal("18446744073709551616"), HasSubstr("2^53"));
  EXPECT_THAT(refusal("100000000000000000000000"), HasSubstr("2^53"));
  EXPECT_THAT(refusal(R"({"a":{"b/c~d":[0,9223372036854775807]}})"), HasSubstr("/a/b~1c~0d/1"));
}

TEST(CanonicalJson, RefusesNumbersThatOverflow) {
  EXPECT_THAT(refusal("1e400"), HasSubstr("1e400"));
  EXPECT_THAT(refusal("[-1e309]"), HasSubstr("1e309"));
  EXPECT_THAT(refusal("1" + std::string(400, '0')), HasSubstr("number overflow"));
}

TEST(CanonicalJson, RefusesAKeyThatStandsTwice) {
  EXPECT_THAT(refusal(R"({"a":1,"a":1})"), HasSubstr("\"a\" stands twice"));
  EXPECT_THAT(refusal(R"({"b":0,"x":{"a":1,"c":2,"\u0061":3}})"),
              AllOf(HasSubstr("\"a\" stands twice"), HasSubstr("/x")));
  EXPECT_THAT(refusal(R"([{"b":1,"a":1,"b":2}])"), HasSubstr("\"b\" stands twice"));
}

TEST(CanonicalJson, RefusesLoneSurrogatesAndBadUtf8) {
  for (const char* json : {R"("\ud800")", R"("\udc00")", R"("\ud800\ud800")", R"("\ud800\u0041")",
                           R"("\udc00\ud800")", R"({"\ud83d":1})"}) {
    EXPECT_THAT(refusal(json), HasSubstr("not JSON")) << json;
  }
  for (const char* bytes : {"\"\x80\"", "\"\xC0\xAF\"", "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"",
                            "\"\xE2\x82\"", "\"\xFF\""}) {
    EXPECT_THAT(refusal(bytes), HasSubstr("not JSON")) << bytes;
  }
}

TEST(CanonicalJson, NamesLineAndColumnOfWhatIsNotJson) {
  EXPECT_THAT(refusal("{\n  \"a\": 1,\n  \"b\" 2}"), HasSubstr("line 3, column 7"));
  EXPECT_THAT(refusal(""), HasSubstr("line 1, column 1"));
  EXPECT_THAT(refusal(std::string_view("[1]\0", 4)),
              AllOf(HasSubstr("line 1, column 4"), HasSubstr("NUL")));
  EXPECT_THAT(refusal("\xEF\xBB\xBF{}"), HasSubstr("byte order mark"));
}

TEST(CanonicalJson, RefusesWhatIsNearlyJson) {
  for (const char* json :
       {"{",      "[1,]",      "{\"a\":1,}",  "{a:1}", "'a'",      "01",  "+1",      "1.",
        ".5",     "1e",        "--1",         "NaN",   "Infinity", "nul", "[1] [2]", "// c\n1",
        "\"\t\"", "\"\\x41\"", "\"\\u12g4\"", "\"",    "]",        ",",   "{\"a\"}", "tru e"}) {
    EXPECT_THAT(refusal(json), HasSubstr("not JSON")) << json;
  }
}

TEST(CanonicalJson, TakesNestingUpToItsLimitAndNeverCrashesBeyond) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(canonical(nested(kJsonDepthLimit)), nested(kJsonDepthLimit));
  EXPECT_THAT(refusal(nested(kJsonDepthLimit + 1)), HasSubstr("nested deeper than 512"));
  EXPECT_THAT(refusal(std::string(3000000, '[')), HasSubstr("nested deeper"));
  std::string objects;
  for (int i = 0; i < 100000; ++i)
    objects += "{\"a\":";
  EXPECT_THAT(refusal(objects), HasSubstr("nested deeper"));
}

TEST(CanonicalJson, TellsTextsThatAreTooDeepBeforeTheyAreRead) {
  const std::string deepest(kJsonDepthLimit, '[');
  EXPECT_FALSE(is_json_too_deep(deepest));
  EXPECT_TRUE(is_json_too_deep(deepest + '{'));
  EXPECT_FALSE(is_json_too_deep('"' + deepest + "\\\"" + deepest + '"')) << "in a string";
  std::string wide;
  for (int i = 0; i < 2000; ++i)
    wide += "[{}],";
  EXPECT_FALSE(is_json_too_deep(wide));
  EXPECT_FALSE(is_json_too_deep("]]]]\"\\"));
}

TEST(CanonicalJson, KnowsUtf8) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("a\u00e9\u20ac\U0010FFFF"));
  EXPECT_FALSE(is_utf8("\xC1\xBF"));
  EXPECT_FALSE(is_utf8("\xED\xBF\xBF"));
  EXPECT_FALSE(is_utf8("\xF5\x80\x80\x80"));
  EXPECT_FALSE(is_utf8("a\xC3"));
}

}  // namespace
}  // namespace holdfast::core
