// SPDX-License-Identifier: Apache-2.0
// The vacuity guard: in every run it is proved that the check can fail. A check that compared nothing, or whose comparer says "the same"
// of everything, would pass for ever (source 001 did).
#pragma once
#include <functional>

#include "base/result.h"
#include "schemas/comparison.h"
#include "schemas/pins.h"

namespace holdfast::schemas {

using Judge = std::function<Looked<Comparison>(const Pin& old, const Pin& now)>;

/// Two fixed schemas: the second requires one name more.
Pin guard_pin();
Pin guard_change();

/// Holds two fixed schemas, and a pin and a copy of it with one change, before the judge: both must be told apart. `internal` otherwise.
/// Where no pin can be judged, only the fixed ones.
Status prove_that_drift_is_seen(const PinFolder& pins, const Judge& judge);

}  // namespace holdfast::schemas
