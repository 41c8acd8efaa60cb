// SPDX-License-Identifier: Apache-2.0
// Whether a new text of a published schema keeps what a compatibility level promises to those who use the versions before it.
#pragma once
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

/// `before` are the versions that the level asks about, the latest last: all of them for the transitive ones, else one. None: yes. A text that
/// is no schema is `invalid`. `may_go_on` is asked before each of them, and its Error ends it; none: it has all the time it needs.
Result<Compatibility> judge_compatibility(CompatibilityLevel level, Profile profile,
                                          const std::vector<std::string>& before,
                                          const std::string& now,
                                          const std::function<Status()>& may_go_on = {});

}  // namespace holdfast::schemas
