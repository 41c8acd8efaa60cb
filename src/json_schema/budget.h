// SPDX-License-Identifier: Apache-2.0
// Steps that a question may still cost: what outside input can make long is counted here, and never timed.
#pragma once
#include <cstdint>

namespace holdfast::json_schema {

/// A count of steps that only falls. Once it is exhausted, whatever was being computed is worthless and must not be believed.
class Budget {
 public:
  explicit Budget(std::uint64_t steps) : left_(steps) {}
  /// Takes `steps`; false, from then on for ever, where fewer were left.
  bool spend(std::uint64_t steps = 1) {
    if (steps > left_) {
      left_ = 0;
      exhausted_ = true;
    } else {
      left_ -= steps;
    }
    return !exhausted_;
  }
  bool exhausted() const { return exhausted_; }
  std::uint64_t left() const { return left_; }

 private:
  std::uint64_t left_;
  bool exhausted_ = false;
};

}  // namespace holdfast::json_schema
