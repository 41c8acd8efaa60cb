// SPDX-License-Identifier: Apache-2.0
// Numbers of JSON as they are written: exact decimals of any size, never a double. A number is coefficient * 10^exponent with the
// coefficient as short as it can be, so that 1, 1.0 and 10e-1 are one value and 1e999999999 is as small as 1.
// Why: docs/decisions/0108-documents.md.
#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast::json_schema {

/// How many digits a coefficient may have; parse() refuses longer ones.
constexpr std::size_t kMostNumberDigits = 4'096;
/// How large an exponent of ten may be, either way; parse() refuses larger ones.
constexpr std::int64_t kMostExponent = 1'000'000'000'000'000;
/// How many digits the result of a calculation may have that grows with its operands.
constexpr std::size_t kMostResultDigits = 1'000;

/// Immutable, cheap to copy, safe to read from any thread.
class Number {
 public:
  Number() = default;
  Number(std::int64_t value);  // NOLINT(google-explicit-constructor): an integer is a number
  /// What RFC 8259, 6, calls a number, and nothing around it. `invalid` names what is wrong, or which limit is exceeded.
  static Result<Number> parse(std::string_view text);
  /// A coefficient that fits, with its sign, times a power of ten.
  static Number of(std::uint64_t coefficient, std::int64_t exponent, bool is_negative);

  friend bool operator==(const Number& a, const Number& b);
  friend std::strong_ordering operator<=>(const Number& a, const Number& b);
  bool is_zero() const { return coefficient_ == 0 && digits_ == nullptr; }
  bool is_negative() const { return is_negative_; }
  /// No digits behind the point: 1.0 is an integer.
  bool is_integer() const { return exponent_ >= 0; }
  /// Whether it is an integer times `divisor`, which is above zero.
  bool is_multiple_of(const Number& divisor) const;
  /// Nothing where it is no integer or does not fit.
  std::optional<std::int64_t> as_int64() const;

  Number negated() const;
  /// The largest integer that is not above it, the smallest that is not below it. Nothing beyond kMostResultDigits.
  std::optional<Number> floor() const;
  std::optional<Number> ceiling() const;
  /// Nothing where the result or a step on the way needs more than kMostResultDigits.
  friend std::optional<Number> sum(const Number& a, const Number& b);
  friend std::optional<Number> product(const Number& a, const Number& b);
  /// The smallest number above zero that is a multiple of both, which are above zero.
  friend std::optional<Number> least_common_multiple(const Number& a, const Number& b);
  /// floor(a / b), exact; b is not zero.
  friend std::optional<Number> floor_of_quotient(const Number& a, const Number& b);

  /// One text for one value, in the form of RFC 8785 (3.2.2.3) with every digit: 0.1, 12345678901234567890, 1e+400.
  std::string text() const;
  /// The same for equal numbers.
  std::uint64_t hash() const;

  /// The pieces. A coefficient that does not fit 64 bits is 0 there and has its decimal digits in digits().
  std::uint64_t coefficient() const { return coefficient_; }
  std::int64_t exponent() const { return exponent_; }
  bool is_small() const { return digits_ == nullptr; }
  std::string digits() const;

 private:
  static Number of_digits(std::string_view digits, std::int64_t exponent, bool is_negative);

  std::uint64_t coefficient_ = 0;
  std::int64_t exponent_ = 0;
  std::shared_ptr<const std::string> digits_;
  bool is_negative_ = false;
};

std::optional<Number> sum(const Number& a, const Number& b);
std::optional<Number> product(const Number& a, const Number& b);
std::optional<Number> least_common_multiple(const Number& a, const Number& b);
std::optional<Number> floor_of_quotient(const Number& a, const Number& b);

}  // namespace holdfast::json_schema
