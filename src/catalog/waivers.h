// SPDX-License-Identifier: Apache-2.0
// Waivers: an owner's acceptance of one exact difference (subject, rule, recorded, observed), with
// a reason and an expiry. Another difference on the same subject fires again.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "core/finding.h"

namespace holdfast::catalog {

struct Waiver {
  std::int64_t id = 0;
  std::string subject;
  std::string rule;
  std::string recorded;
  std::string observed;
  std::string owner;
  std::string reason;
  Timestamp created_at;
  Timestamp expires_at;
  std::optional<Timestamp> revoked_at;
};

/// Keeps it and appends `waiver.granted`. `invalid` on an empty owner, reason or an expiry that is
/// not in the future; `conflict` when the same difference has a live waiver.
Result<std::int64_t> grant_waiver(Catalog& catalog, Waiver waiver, std::string_view actor);
/// Ends it now and appends `waiver.revoked`; `not_found`.
Status revoke_waiver(Catalog& catalog, std::int64_t id, std::string_view actor);
/// Live ones, or all.
Result<std::vector<Waiver>> list_waivers(Catalog& catalog, bool include_ended);

/// The live waivers of a moment, for matching findings in memory.
class WaiverSet {
 public:
  static Result<WaiverSet> load(Catalog& catalog);
  /// Whether this exact difference is waived now.
  bool covers(const core::Finding& finding) const;

 private:
  std::vector<std::string> keys_;  // sorted; length-prefixed subject, rule, recorded, observed
};

}  // namespace holdfast::catalog
