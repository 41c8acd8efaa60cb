// SPDX-License-Identifier: Apache-2.0
// An earlier drift report (schemas/drift_report.h) as a baseline: what drifted then fails no check as long as it is that drift and no more.
//
// It may only shrink. A drift of now is in it where the registry has the text that it had then, the class is no graver, and, where the pin is
// another one by now, each change was there then. What is missing or could not be compared is never in it.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "core/finding.h"
#include "schemas/comparison.h"
#include "schemas/drift.h"

namespace holdfast::schemas {

/// A larger file is refused.
inline constexpr std::size_t kMostBaselineBytes = std::size_t{64} << 20U;

class Baseline {
 public:
  /// `invalid` or `unsupported`: names the place (a JSON Pointer), what is there and what should be.
  static Result<Baseline> parse(std::string_view report);

  const std::string& track() const { return track_; }
  /// Whether this finding of `now` was there already.
  bool covers(const SchemaState& now, const core::Finding& finding) const;
  /// How many of its drifts are gone: compared and in step by now, or pinned no more.
  std::int64_t resolved_count(const DriftRun& run) const;

 private:
  struct Place {
    std::string path;
    std::string rule;
    bool operator==(const Place&) const = default;
  };
  struct Drift {
    ChangeClass change = ChangeClass::identical;
    std::string local_sha256;
    std::string registry_sha256;
    bool was_edited = false;
    bool had_regressed = false;
    std::vector<Place> changes;
  };
  class Reader;

  std::string track_;
  std::map<std::string, Drift, std::less<>> drifts_;  // by the schema's name
};

}  // namespace holdfast::schemas
