// SPDX-License-Identifier: Apache-2.0
// A clock for tests that must see who looked at it, and how often.
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/clock.h"

namespace holdfast::testing {

/// A clock on which a second goes by with every look, so that only one look gives one time twice.
class LaterAtEveryLook final : public Clock {
 public:
  explicit LaterAtEveryLook(Timestamp start) : ns_(start.ns) {}
  Timestamp now() const override { return {ns_ += 1'000'000'000}; }
  std::chrono::nanoseconds monotonic() const override { return std::chrono::nanoseconds(ns_); }
  void sleep_for(std::chrono::nanoseconds duration) override { ns_ += duration.count(); }

 private:
  mutable std::atomic<std::int64_t> ns_;
};

}  // namespace holdfast::testing
