// SPDX-License-Identifier: Apache-2.0
// The mass-drift breaker: a wrong root or a line-ending conversion must not become the new truth.
//
// It trips when more rows drifted than the larger of `rows` and `share` of all rows with a recorded
// hash in scope. Until it is sure that it can't trip any more, no drift may be written.
#pragma once
#include <cstdint>

#include "artifacts/source_config.h"

namespace holdfast::artifacts {

class DriftBreaker {
 public:
  /// `recorded_count`: rows with a recorded hash that the run will judge.
  DriftBreaker(const MaxDrift& bound, std::int64_t recorded_count);
  /// One row with a recorded hash was judged.
  void judged(bool drifted);
  std::int64_t limit() const { return limit_; }
  std::int64_t drifted() const { return drifted_; }
  std::int64_t recorded_count() const { return recorded_count_; }
  bool tripped() const { return drifted_ > limit_; }
  /// Whether it can't trip any more, whatever the rows left turn out to be.
  bool cleared() const;

 private:
  std::int64_t recorded_count_;
  std::int64_t limit_;
  std::int64_t judged_ = 0;
  std::int64_t drifted_ = 0;
};

}  // namespace holdfast::artifacts
