// SPDX-License-Identifier: Apache-2.0
// Exact numbers: reading, order, arithmetic and text. A coefficient that fits 64 bits is kept as such, which nearly all are.
#include "json_schema/number.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <numeric>
#include <utility>

#include "base/assert.h"
#include "json_schema/natural.h"

namespace holdfast::json_schema {
namespace {

constexpr std::size_t kSmallDigits = 19;  // always fit 64 bits
/// The product of two that are not larger fits 63 bits.
constexpr std::int64_t kMostFactor = std::numeric_limits<std::int32_t>::max();
/// Beyond, Euclid's algorithm is not tried.
constexpr std::size_t kMostDivisorDigits = 100;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::size_t digit_run(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_digit(text[end]))
    ++end;
  return end - at;
}

Error not_a_number(std::string_view text) {
  const std::string shown(text.substr(0, 40));
  return {Code::invalid, "'" + shown + "' is no number of JSON"};
}

/// The exponent as written; one that is beyond all limits is just beyond.
std::int64_t exponent_of(std::string_view digits, bool is_negative) {
  std::int64_t value = 0;
  for (const char digit : digits)
    value = std::min(value * 10 + (digit - '0'), 2 * kMostExponent);
  return is_negative ? -value : value;
}

struct Parts {
  std::string_view whole;
  std::string_view fraction;
  std::int64_t exponent = 0;
  bool is_negative = false;
};

std::optional<Parts> split(std::string_view text) {
  Parts parts;
  std::size_t at = 0;
  if (at < text.size() && text[at] == '-') {
    parts.is_negative = true;
    ++at;
  }
  parts.whole = text.substr(std::min(at, text.size()), digit_run(text, at));
  if (parts.whole.empty() || (parts.whole.size() > 1 && parts.whole[0] == '0')) return std::nullopt;
  at += parts.whole.size();
  if (at < text.size() && text[at] == '.') {
    parts.fraction = text.substr(at + 1, digit_run(text, at + 1));
    if (parts.fraction.empty()) return std::nullopt;
    at += 1 + parts.fraction.size();
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    const bool has_sign = at < text.size() && (text[at] == '+' || text[at] == '-');
    const bool is_below = has_sign && text[at] == '-';
    if (has_sign) ++at;
    const std::size_t run = digit_run(text, at);
    if (run == 0) return std::nullopt;
    parts.exponent = exponent_of(text.substr(at, run), is_below);
    at += run;
  }
  if (at != text.size()) return std::nullopt;
  return parts;
}

/// The integer a number is once its exponent is raised to `exponent`; nothing where it is too long.
std::optional<Natural> scaled(const Number& number, std::int64_t exponent) {
  if (number.is_zero()) return Natural();
  std::string digits = number.digits();
  const std::int64_t zeros = number.exponent() - exponent;
  if (zeros < 0 || zeros + static_cast<std::int64_t>(digits.size()) >
                       static_cast<std::int64_t>(kMostResultDigits))
    return std::nullopt;
  digits.append(static_cast<std::size_t>(zeros), '0');
  return Natural::of_digits(digits);
}

std::int64_t common_exponent(const Number& a, const Number& b) {
  if (a.is_zero()) return b.exponent();
  if (b.is_zero()) return a.exponent();
  return std::min(a.exponent(), b.exponent());
}

/// The integer a number is once its exponent is raised to `exponent`, where it is below 2^62, as nearly all are.
std::optional<std::int64_t> small_scaled(const Number& number, std::int64_t exponent) {
  constexpr std::uint64_t kBeyond = std::uint64_t{1} << 62U;
  if (!number.is_small() || number.coefficient() >= kBeyond) return std::nullopt;
  if (number.is_zero()) return 0;
  if (number.exponent() - exponent > static_cast<std::int64_t>(kSmallDigits)) return std::nullopt;
  std::uint64_t value = number.coefficient();
  for (std::int64_t at = exponent; at < number.exponent(); ++at) {
    if (value > (kBeyond - 1) / 10) return std::nullopt;
    value *= 10;
  }
  const auto magnitude = static_cast<std::int64_t>(value);
  return number.is_negative() ? -magnitude : magnitude;
}

Number of_scaled(std::int64_t value, std::int64_t exponent) {
  return Number::of(static_cast<std::uint64_t>(value < 0 ? -value : value), exponent, value < 0);
}

/// Two numbers as integers of the same exponent.
struct SmallPair {
  std::int64_t a;
  std::int64_t b;
};
std::optional<SmallPair> both_small(const Number& a, const Number& b, std::int64_t exponent) {
  const auto left = small_scaled(a, exponent);
  const auto right = left ? small_scaled(b, exponent) : std::nullopt;
  return right ? std::optional(SmallPair{*left, *right}) : std::nullopt;
}

/// Divides by 2 and by 5 while that works, each up to `most` times.
void drop_factors_of_ten(Natural& value, std::int64_t most) {
  for (const std::uint32_t factor : {2U, 5U}) {
    for (std::int64_t i = 0; i < most && !value.is_zero(); ++i) {
      Natural divided = value;
      if (divided.divide(factor) != 0) break;
      value = std::move(divided);
    }
  }
}

void drop_small_factors_of_ten(std::uint64_t& value, std::int64_t most) {
  for (const std::uint64_t factor : {2U, 5U})
    for (std::int64_t i = 0; i < most && value % factor == 0; ++i)
      value /= factor;
}

Natural greatest_common_divisor(Natural a, Natural b) {
  while (!b.is_zero()) {
    Natural rest = Natural::remainder(a.digits(), b);
    a = std::exchange(b, std::move(rest));
  }
  return a;
}

std::uint64_t mix(std::uint64_t value) {
  value ^= value >> 32U;
  value *= 0xD6E8FEB86659FD93U;
  value ^= value >> 32U;
  return value * 0xD6E8FEB86659FD93U;
}

}  // namespace

Number::Number(std::int64_t value)
    : Number(
          of(value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value),
             0, value < 0)) {}

Number Number::of(std::uint64_t coefficient, std::int64_t exponent, bool is_negative) {
  Number made;
  if (coefficient == 0) return made;
  while (coefficient % 10 == 0) {
    coefficient /= 10;
    ++exponent;
  }
  made.coefficient_ = coefficient;
  made.exponent_ = exponent;
  made.is_negative_ = is_negative;
  return made;
}

Number Number::of_digits(std::string_view digits, std::int64_t exponent, bool is_negative) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.empty()) return {};
  const std::size_t length = digits.find_last_not_of('0') + 1;
  exponent += static_cast<std::int64_t>(digits.size() - length);
  digits = digits.substr(0, length);
  std::uint64_t coefficient = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), coefficient);
  if (read.ec == std::errc()) return of(coefficient, exponent, is_negative);
  Number made;
  made.digits_ = std::make_shared<const std::string>(digits);
  made.exponent_ = exponent;
  made.is_negative_ = is_negative;
  return made;
}

Result<Number> Number::parse(std::string_view text) {
  const auto parts = split(text);
  if (!parts) return not_a_number(text);
  std::string digits(parts->whole);
  digits += parts->fraction;
  const auto fraction_size = static_cast<std::int64_t>(parts->fraction.size());
  Number made = of_digits(digits, parts->exponent - fraction_size, parts->is_negative);
  if (made.digits_ != nullptr && made.digits_->size() > kMostNumberDigits)
    return Error(Code::invalid, "a number of " + std::to_string(made.digits_->size()) +
                                    " digits is longer than " + std::to_string(kMostNumberDigits));
  if (made.exponent_ > kMostExponent || made.exponent_ < -kMostExponent)
    return Error(Code::invalid, "the exponent of " + std::string(text.substr(0, 40)) +
                                    " is beyond " + std::to_string(kMostExponent));
  return made;
}

std::string Number::digits() const {
  return digits_ != nullptr ? *digits_ : std::to_string(coefficient_);
}

bool operator==(const Number& a, const Number& b) {
  if (a.coefficient_ != b.coefficient_ || a.exponent_ != b.exponent_ ||
      a.is_negative_ != b.is_negative_)
    return false;
  if (a.digits_ == b.digits_) return true;
  return a.digits_ != nullptr && b.digits_ != nullptr && *a.digits_ == *b.digits_;
}

std::strong_ordering operator<=>(const Number& a, const Number& b) {
  const auto sign = [](const Number& n) { return n.is_zero() ? 0 : n.is_negative_ ? -1 : 1; };
  if (sign(a) != sign(b)) return sign(a) <=> sign(b);
  if (a == b) return std::strong_ordering::equal;
  const Number& low = a.is_negative_ ? b : a;  // by magnitude
  const Number& high = a.is_negative_ ? a : b;
  if (low.is_small() && high.is_small() && low.exponent_ == high.exponent_)
    return low.coefficient_ <=> high.coefficient_;
  if (const auto small = both_small(a, b, common_exponent(a, b))) return small->a <=> small->b;
  const std::string low_digits = low.digits();
  const std::string high_digits = high.digits();
  const std::int64_t low_size = low.exponent_ + static_cast<std::int64_t>(low_digits.size());
  const std::int64_t high_size = high.exponent_ + static_cast<std::int64_t>(high_digits.size());
  if (low_size != high_size) return low_size <=> high_size;
  return low_digits <=> high_digits;  // neither ends with a zero
}

bool Number::is_multiple_of(const Number& divisor) const {
  if (is_zero()) return true;
  const std::int64_t zeros = exponent_ - divisor.exponent_;
  if (zeros < 0 || divisor.is_zero()) return false;  // a coefficient does not end with a zero
  if (divisor.is_small()) {
    std::uint64_t rest = divisor.coefficient_;
    drop_small_factors_of_ten(rest, zeros);
    if (is_small()) return coefficient_ % rest == 0;
    return Natural::remainder(*digits_, Natural(rest)).is_zero();
  }
  Natural rest = Natural::of_digits(*divisor.digits_);
  drop_factors_of_ten(rest, zeros);
  return Natural::remainder(digits(), rest).is_zero();
}

std::optional<std::int64_t> Number::as_int64() const {
  if (!is_small() || exponent_ < 0 || exponent_ > static_cast<std::int64_t>(kSmallDigits))
    return is_zero() ? std::optional<std::int64_t>(0) : std::nullopt;
  std::uint64_t value = coefficient_;
  constexpr std::uint64_t kMost = std::uint64_t{1} << 63U;
  for (std::int64_t i = 0; i < exponent_; ++i) {
    if (value > kMost / 10) return std::nullopt;
    value *= 10;
  }
  if (value > kMost || (value == kMost && !is_negative_)) return std::nullopt;
  return static_cast<std::int64_t>(is_negative_ ? 0 - value : value);
}

Number Number::negated() const {
  Number made = *this;
  made.is_negative_ = !is_zero() && !is_negative_;
  return made;
}

std::optional<Number> Number::floor() const {
  if (is_integer()) return *this;
  const std::string all = digits();
  const std::int64_t size = static_cast<std::int64_t>(all.size()) + exponent_;
  const Number whole =
      size > 0 ? of_digits(std::string_view(all).substr(0, static_cast<std::size_t>(size)), 0,
                           is_negative_)
               : Number();
  return is_negative_ ? sum(whole, Number(-1)) : whole;
}

std::optional<Number> Number::ceiling() const {
  const auto below = negated().floor();
  if (!below) return std::nullopt;
  return below->negated();
}

std::optional<Number> sum(const Number& a, const Number& b) {
  const std::int64_t exponent = common_exponent(a, b);
  if (const auto small = both_small(a, b, exponent))
    return of_scaled(small->a + small->b, exponent);
  auto left = scaled(a, exponent);
  auto right = scaled(b, exponent);
  if (!left || !right) return std::nullopt;
  if (a.is_negative() == b.is_negative()) {
    left->add(*right);
    return Number::of_digits(left->digits(), exponent, a.is_negative());
  }
  const bool is_left_larger = *left >= *right;
  if (!is_left_larger) std::swap(left, right);
  left->subtract(*right);
  return Number::of_digits(left->digits(), exponent,
                           is_left_larger ? a.is_negative() : b.is_negative());
}

std::optional<Number> product(const Number& a, const Number& b) {
  if (a.is_zero() || b.is_zero()) return Number();
  const std::int64_t exponent = a.exponent() + b.exponent();
  if (a.is_small() && b.is_small() && a.coefficient() <= std::uint64_t{kMostFactor} &&
      b.coefficient() <= std::uint64_t{kMostFactor} && exponent <= kMostExponent &&
      exponent >= -kMostExponent)
    return Number::of(a.coefficient() * b.coefficient(), exponent,
                      a.is_negative() != b.is_negative());
  const std::string left = a.digits();
  const std::string right = b.digits();
  if (left.size() + right.size() > kMostResultDigits || exponent > kMostExponent ||
      exponent < -kMostExponent)
    return std::nullopt;
  const Natural made = Natural::product(Natural::of_digits(left), Natural::of_digits(right));
  return Number::of_digits(made.digits(), exponent, a.is_negative() != b.is_negative());
}

std::optional<Number> least_common_multiple(const Number& a, const Number& b) {
  const std::int64_t exponent = common_exponent(a, b);
  if (const auto small = both_small(a, b, exponent); small && small->a > 0 && small->b > 0) {
    const std::int64_t factor = small->a / std::gcd(small->a, small->b);
    if (factor <= kMostFactor && small->b <= kMostFactor)
      return of_scaled(factor * small->b, exponent);
  }
  const auto left = scaled(a, exponent);
  const auto right = scaled(b, exponent);
  if (!left || !right || left->is_zero() || right->is_zero()) return std::nullopt;
  const std::string digits = left->digits();
  if (std::max(digits.size(), right->digits().size()) > kMostDivisorDigits) return std::nullopt;
  std::string quotient;
  const Natural rest =
      Natural::remainder(digits, greatest_common_divisor(*left, *right), &quotient);
  HOLDFAST_ASSERT(rest.is_zero());
  const Natural made = Natural::product(Natural::of_digits(quotient), *right);
  return Number::of_digits(made.digits(), exponent, false);
}

std::optional<Number> floor_of_quotient(const Number& a, const Number& b) {
  const std::int64_t exponent = common_exponent(a, b);
  if (const auto small = both_small(a, b, exponent); small && small->b != 0) {
    const bool is_exact = small->a % small->b == 0;
    const bool is_below_zero = (small->a < 0) != (small->b < 0);
    return of_scaled(small->a / small->b - (is_below_zero && !is_exact ? 1 : 0), 0);
  }
  const auto left = scaled(a, exponent);
  const auto right = scaled(b, exponent);
  if (!left || !right || right->is_zero()) return std::nullopt;
  std::string quotient;
  const bool is_exact = Natural::remainder(left->digits(), *right, &quotient).is_zero();
  const bool is_negative = a.is_negative() != b.is_negative();
  const Number whole = Number::of_digits(quotient, 0, is_negative);
  return is_negative && !is_exact ? sum(whole, Number(-1)) : whole;
}

// RFC 8785, 3.2.2.3, is ECMA-262's Number::toString: plain from 1e-6 up to 21 digits, else with an exponent.
std::string Number::text() const {
  if (is_zero()) return "0";
  std::string all = digits();
  const auto size = static_cast<std::int64_t>(all.size());
  const std::int64_t point = size + exponent_;  // digits before the point
  if (exponent_ >= 0 && point <= 21) {
    all.append(static_cast<std::size_t>(exponent_), '0');
  } else if (point > 0 && point <= 21) {
    all.insert(static_cast<std::size_t>(point), 1, '.');
  } else if (point > -6 && point <= 0) {
    all.insert(0, "0." + std::string(static_cast<std::size_t>(-point), '0'));
  } else {
    if (size > 1) all.insert(1, 1, '.');
    all += (point > 0 ? "e+" : "e") + std::to_string(point - 1);
  }
  return is_negative_ ? "-" + all : all;
}

std::uint64_t Number::hash() const {
  std::uint64_t value = coefficient_;
  if (digits_ != nullptr)
    for (const char digit : *digits_)
      value = mix(value + static_cast<unsigned char>(digit));
  return mix(mix(value + 1) + static_cast<std::uint64_t>(exponent_) * 2 + (is_negative_ ? 1 : 0));
}

}  // namespace holdfast::json_schema
