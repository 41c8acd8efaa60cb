// SPDX-License-Identifier: Apache-2.0
// Natural numbers of any size, by schoolbook methods; for number.cpp, which bounds how large they get.
#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::json_schema {

class Natural {
 public:
  Natural() = default;
  explicit Natural(std::uint64_t value);
  /// Decimal digits and nothing else; leading zeros are nothing.
  static Natural of_digits(std::string_view digits);
  /// Without leading zeros; "0" for zero.
  std::string digits() const;

  bool is_zero() const { return limbs_.empty(); }
  friend bool operator==(const Natural&, const Natural&) = default;
  friend std::strong_ordering operator<=>(const Natural& a, const Natural& b);

  void add(const Natural& other);
  /// `other` is not larger.
  void subtract(const Natural& other);
  void multiply_and_add(std::uint32_t factor, std::uint32_t summand);
  static Natural product(const Natural& a, const Natural& b);
  /// Divides by a small number and returns what is left over.
  std::uint32_t divide(std::uint32_t divisor);
  /// What is left over of a division of decimal digits; the digits of the quotient go to `quotient` where it is given.
  static Natural remainder(std::string_view dividend, const Natural& divisor,
                           std::string* quotient = nullptr);

 private:
  void trim();
  std::vector<std::uint32_t> limbs_;  // of base 10^9, the lowest first, no leading zeros
};

}  // namespace holdfast::json_schema
