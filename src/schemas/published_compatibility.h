// SPDX-License-Identifier: Apache-2.0
// Whether a new text of a published schema keeps what a compatibility level promises to those who use the versions before it.
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "schemas/comparison.h"
#include "schemas/published_levels.h"

namespace holdfast::schemas {

struct Compatibility {
  Answer answer = Answer::unknown;              // yes: it keeps it; unknown is no yes
  std::vector<std::string> reasons;             // why not, one sentence each; at most kMostReasons
  std::vector<std::string> harmless;            // what changed and breaks nobody
  ChangeClass change = ChangeClass::identical;  // the gravest against any of them
};
inline constexpr std::size_t kMostReasons = 100;

/// The versions before, the latest last: the transitive levels ask for all of them, one after the other, the others for the latest.
struct VersionsBefore {
  std::size_t count = 0;                                          // none: yes
  std::function<Result<std::string>(std::size_t at)> content_of;  // its Error ends it
};

/// A text that is no schema is `invalid`.
Result<Compatibility> judge_compatibility(CompatibilityLevel level, Profile profile,
                                          const VersionsBefore& before, const std::string& now);

}  // namespace holdfast::schemas
