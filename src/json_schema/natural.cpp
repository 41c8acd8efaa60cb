// SPDX-License-Identifier: Apache-2.0
// Natural numbers in limbs of nine decimal digits.
#include "json_schema/natural.h"

#include <algorithm>
#include <charconv>

#include "base/assert.h"

namespace holdfast::json_schema {
namespace {

constexpr std::uint32_t kBase = 1'000'000'000;
constexpr std::size_t kLimbDigits = 9;

}  // namespace

Natural::Natural(std::uint64_t value) {
  for (; value != 0; value /= kBase)
    limbs_.push_back(static_cast<std::uint32_t>(value % kBase));
}

Natural Natural::of_digits(std::string_view digits) {
  Natural made;
  while (!digits.empty()) {
    const std::size_t count = std::min(kLimbDigits, digits.size());
    std::uint32_t limb = 0;
    const std::string_view piece = digits.substr(digits.size() - count);
    std::from_chars(piece.data(), piece.data() + piece.size(), limb);
    made.limbs_.push_back(limb);
    digits.remove_suffix(count);
  }
  made.trim();
  return made;
}

std::string Natural::digits() const {
  if (limbs_.empty()) return "0";
  std::string text = std::to_string(limbs_.back());
  for (std::size_t i = limbs_.size() - 1; i-- > 0;) {
    const std::string limb = std::to_string(limbs_[i]);
    text.append(kLimbDigits - limb.size(), '0').append(limb);
  }
  return text;
}

std::strong_ordering operator<=>(const Natural& a, const Natural& b) {
  if (a.limbs_.size() != b.limbs_.size()) return a.limbs_.size() <=> b.limbs_.size();
  return std::lexicographical_compare_three_way(a.limbs_.rbegin(), a.limbs_.rend(),
                                                b.limbs_.rbegin(), b.limbs_.rend());
}

void Natural::add(const Natural& other) {
  limbs_.resize(std::max(limbs_.size(), other.limbs_.size()) + 1, 0);
  std::uint32_t carry = 0;
  for (std::size_t i = 0; i < limbs_.size(); ++i) {
    const std::uint32_t total = limbs_[i] + (i < other.limbs_.size() ? other.limbs_[i] : 0) + carry;
    limbs_[i] = total % kBase;
    carry = total / kBase;
  }
  trim();
}

void Natural::subtract(const Natural& other) {
  HOLDFAST_ASSERT(other <= *this);
  std::uint32_t borrow = 0;
  for (std::size_t i = 0; i < limbs_.size(); ++i) {
    const std::uint32_t taken = (i < other.limbs_.size() ? other.limbs_[i] : 0) + borrow;
    borrow = limbs_[i] < taken ? 1 : 0;
    limbs_[i] = limbs_[i] + borrow * kBase - taken;
  }
  trim();
}

void Natural::multiply_and_add(std::uint32_t factor, std::uint32_t summand) {
  std::uint64_t carry = summand;
  for (std::uint32_t& limb : limbs_) {
    carry += std::uint64_t{limb} * factor;
    limb = static_cast<std::uint32_t>(carry % kBase);
    carry /= kBase;
  }
  for (; carry != 0; carry /= kBase)
    limbs_.push_back(static_cast<std::uint32_t>(carry % kBase));
  trim();
}

Natural Natural::product(const Natural& a, const Natural& b) {
  Natural made;
  for (std::size_t i = b.limbs_.size(); i-- > 0;) {
    if (!made.limbs_.empty()) made.limbs_.insert(made.limbs_.begin(), 0);
    Natural part = a;
    part.multiply_and_add(b.limbs_[i], 0);
    made.add(part);
  }
  return made;
}

std::uint32_t Natural::divide(std::uint32_t divisor) {
  std::uint64_t rest = 0;
  for (std::size_t i = limbs_.size(); i-- > 0;) {
    rest = rest * kBase + limbs_[i];
    limbs_[i] = static_cast<std::uint32_t>(rest / divisor);
    rest %= divisor;
  }
  trim();
  return static_cast<std::uint32_t>(rest);
}

Natural Natural::remainder(std::string_view dividend, const Natural& divisor,
                           std::string* quotient) {
  HOLDFAST_ASSERT(!divisor.is_zero());
  Natural rest;
  for (const char digit : dividend) {
    rest.multiply_and_add(10, static_cast<std::uint32_t>(digit - '0'));
    char times = '0';
    for (; rest >= divisor; ++times)
      rest.subtract(divisor);
    if (quotient != nullptr) quotient->push_back(times);
  }
  return rest;
}

void Natural::trim() {
  while (!limbs_.empty() && limbs_.back() == 0)
    limbs_.pop_back();
}

}  // namespace holdfast::json_schema
