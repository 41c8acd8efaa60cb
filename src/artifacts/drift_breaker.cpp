// SPDX-License-Identifier: Apache-2.0
// Counting drift against its bound.
#include "artifacts/drift_breaker.h"

#include <algorithm>
#include <cmath>

namespace holdfast::artifacts {

DriftBreaker::DriftBreaker(const MaxDrift& bound, std::int64_t recorded_count)
    : recorded_count_(recorded_count),
      limit_(std::max(bound.rows, static_cast<std::int64_t>(std::floor(
                                      bound.share * static_cast<double>(recorded_count))))) {}

void DriftBreaker::judged(bool drifted) {
  ++judged_;
  if (drifted) ++drifted_;
}

bool DriftBreaker::cleared() const {
  const std::int64_t left = std::max<std::int64_t>(recorded_count_ - judged_, 0);
  return drifted_ + left <= limit_;
}

}  // namespace holdfast::artifacts
