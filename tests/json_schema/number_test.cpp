// SPDX-License-Identifier: Apache-2.0
// Exact numbers, by values that arithmetic with doubles gets wrong; what is expected of large ones was calculated with Python's integers.
#include "json_schema/number.h"

#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace holdfast::json_schema {
namespace {

Number number(std::string_view text) {
  const auto parsed = Number::parse(text);
  EXPECT_TRUE(parsed.ok()) << text;
  return parsed.ok() ? *parsed : Number();
}

TEST(Number, IsTheSameHoweverItIsWritten) {
  for (const char* text : {"1", "1.0", "10e-1", "0.1E1", "1000e-3", "1.000"}) {
    EXPECT_EQ(number(text), Number(1)) << text;
    EXPECT_EQ(number(text).hash(), Number(1).hash()) << text;
    EXPECT_TRUE(number(text).is_integer()) << text;
  }
  EXPECT_EQ(number("-0.0"), number("0e999999999999999999999"));
  EXPECT_NE(number("12345678901234567890"), number("12345678901234567891"));
  EXPECT_NE(number("0.1"), number("0.1000000000000000055511151231257827"));
  EXPECT_NE(number("1e400"), number("1e401"));
}

TEST(Number, RefusesWhatIsNoNumberOfJson) {
  for (const char* text : {"", "-", "01", "1.", ".5", "1e", "1e+", "+1", "NaN", "Infinity", "0x1",
                           "1 ", " 1", "1.5.2", "--1"})
    EXPECT_FALSE(Number::parse(text).ok()) << text;
  EXPECT_FALSE(Number::parse("1e9999999999999999").ok());
  EXPECT_FALSE(Number::parse(std::string(kMostNumberDigits + 1, '7')).ok());
  EXPECT_TRUE(Number::parse(std::string(kMostNumberDigits, '7')).ok());
}

TEST(Number, IsOrderedByItsValue) {
  const std::vector<const char*> rising = {"-1e999999999",
                                           "-12345678901234567891",
                                           "-12345678901234567890",
                                           "-2",
                                           "-1.5",
                                           "-1e-400",
                                           "0",
                                           "1e-999999999",
                                           "1e-400",
                                           "0.1",
                                           "0.11",
                                           "1",
                                           "9",
                                           "10",
                                           "99999999999999999999",
                                           "1e20",
                                           "1e400"};
  for (std::size_t i = 0; i < rising.size(); ++i)
    for (std::size_t k = 0; k < rising.size(); ++k)
      EXPECT_EQ(number(rising[i]) <=> number(rising[k]), i <=> k) << rising[i] << " " << rising[k];
}

TEST(Number, IsAMultipleExactly) {
  const auto is_multiple = [](const char* a, const char* b) {
    return number(a).is_multiple_of(number(b));
  };
  EXPECT_TRUE(is_multiple("0.3", "0.1"));
  EXPECT_TRUE(is_multiple("4.35", "0.01"));
  EXPECT_TRUE(is_multiple("1e999999999", "1024"));
  EXPECT_TRUE(is_multiple("1e400", "1e-400"));
  EXPECT_TRUE(is_multiple("0", "7"));
  EXPECT_TRUE(is_multiple("-9", "3"));
  EXPECT_TRUE(is_multiple("12345678901234567890123456789", "9"));  // digits add up to 135
  EXPECT_TRUE(is_multiple("2469135780246913578024691357", "1234567890123456789012345678.5"));
  EXPECT_FALSE(is_multiple("12345678901234567890123456788", "9"));
  EXPECT_FALSE(is_multiple("1e999999999", "3"));
  EXPECT_FALSE(is_multiple("0.35", "0.1"));
  EXPECT_FALSE(is_multiple("1", "2"));
  EXPECT_FALSE(is_multiple("1", "1e400"));
}

TEST(Number, HasOneText) {
  EXPECT_EQ(number("100").text(), "100");
  EXPECT_EQ(number("1E400").text(), "1e+400");
  EXPECT_EQ(number("-0.00000012").text(), "-1.2e-7");
  EXPECT_EQ(number("0.000001").text(), "0.000001");
  EXPECT_EQ(number("12345678901234567890").text(), "12345678901234567890");
  EXPECT_EQ(number("123456789012345678901234").text(), "1.23456789012345678901234e+23");
  EXPECT_EQ(number("12.50").text(), "12.5");
  for (const char* text : {"1e21", "1e20", "-7.25", "5e-324", "1e-7", "123456.789e300"})
    EXPECT_EQ(number(number(text).text()), number(text)) << text;
}

TEST(Number, FitsSixtyFourBitsOrSaysSo) {
  EXPECT_EQ(number("9223372036854775807").as_int64(), 9223372036854775807);
  EXPECT_EQ(number("-9223372036854775808").as_int64(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(number("9223372036854775808").as_int64(), std::nullopt);
  EXPECT_EQ(number("1.5").as_int64(), std::nullopt);
  EXPECT_EQ(number("1e30").as_int64(), std::nullopt);
  EXPECT_EQ(number("12e3").as_int64(), 12000);
  EXPECT_EQ(Number(std::numeric_limits<std::int64_t>::min()).text(), "-9223372036854775808");
}

TEST(Number, CalculatesExactly) {
  EXPECT_EQ(sum(number("0.1"), number("0.2")), number("0.3"));
  EXPECT_EQ(sum(number("99999999999999999999"), Number(1)), number("1e20"));
  EXPECT_EQ(sum(Number(5), Number(-5)), Number());
  EXPECT_EQ(sum(number("-1.5"), Number(1)), number("-0.5"));
  EXPECT_EQ(sum(number("1e2000"), Number(1)), std::nullopt);
  EXPECT_EQ(product(number("-12345678901"), number("0.1")), number("-1234567890.1"));
  EXPECT_EQ(product(number("99999999999999999999"), number("99999999999999999999")),
            number("9999999999999999999800000000000000000001"));
  EXPECT_EQ(least_common_multiple(number("0.6"), number("0.4")), number("1.2"));
  EXPECT_EQ(least_common_multiple(Number(4), Number(6)), Number(12));
  EXPECT_EQ(floor_of_quotient(Number(-7), Number(2)), Number(-4));
  EXPECT_EQ(floor_of_quotient(number("0.7"), number("0.1")), Number(7));
}

// Small numbers are calculated with in another way than large ones: with a large one added and taken away again the result is the same.
TEST(Number, CalculatesWithSmallAndLargeNumbersAlike) {
  const Number large = number("1234567890123456789012345678901234567890.5e-3");
  std::mt19937_64 random(20261130);
  const auto any = [&] {
    const std::uint64_t coefficient = random() >> (random() % 64);
    return Number::of(coefficient, static_cast<std::int64_t>(random() % 25) - 12,
                      random() % 2 == 0);
  };
  for (int i = 0; i < 20'000; ++i) {
    const Number a = any();
    const Number b = any();
    const auto plain = sum(a, b);
    const auto around = sum(*sum(*sum(a, large), b), large.negated());
    ASSERT_TRUE(plain && around);
    ASSERT_EQ(*plain, *around) << a.text() << " + " << b.text();
    const auto difference = sum(*sum(a, large), sum(b, large)->negated());
    ASSERT_EQ(a < b, difference->is_negative()) << a.text() << " < " << b.text();
    const auto times = product(a, b);
    const auto times_around = sum(*product(*sum(a, large), b), product(large, b)->negated());
    ASSERT_TRUE(times && times_around);
    ASSERT_EQ(*times, *times_around) << a.text() << " * " << b.text();
    if (b.is_zero()) continue;
    const auto quotient = floor_of_quotient(a, b);
    ASSERT_TRUE(quotient);
    ASSERT_EQ(*quotient, *floor_of_quotient(*product(a, large), *product(b, large)))
        << a.text() << " / " << b.text();
    const Number up = a.is_negative() ? a.negated() : a;
    const Number down = b.is_negative() ? b.negated() : b;
    if (up.is_zero()) continue;
    const auto multiple = least_common_multiple(up, down);
    ASSERT_TRUE(multiple);
    ASSERT_EQ(*product(*multiple, large),
              *least_common_multiple(*product(up, large), *product(down, large)))
        << up.text() << " and " << down.text();
  }
}

TEST(Number, IsRoundedToIntegers) {
  EXPECT_EQ(number("1.5").floor(), Number(1));
  EXPECT_EQ(number("1.5").ceiling(), Number(2));
  EXPECT_EQ(number("-1.5").floor(), Number(-2));
  EXPECT_EQ(number("-1.5").ceiling(), Number(-1));
  EXPECT_EQ(number("1e-999999999").ceiling(), Number(1));
  EXPECT_EQ(number("-1e-999999999").floor(), Number(-1));
  EXPECT_EQ(number("0.3").floor(), Number(0));
  EXPECT_EQ(number("1e400").floor(), number("1e400"));
}

}  // namespace
}  // namespace holdfast::json_schema
