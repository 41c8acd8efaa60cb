// SPDX-License-Identifier: Apache-2.0
// Waivers: an owner's acceptance of one exact difference (subject, rule, recorded, observed), with
// a reason and an expiry. Another difference on the same subject fires again.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
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

/// What an owner says of the differences that are accepted together.
struct WaiverTerms {
  std::string owner;
  std::string reason;
  Timestamp expires_at;
};

struct GrantedWaivers {
  std::vector<Waiver> waivers;      // one for each difference that had none
  std::int64_t waived_already = 0;  // findings that a live waiver covers; it stays as it is
};

/// What grant_waivers() would grant now; the ids are 0. The same errors.
Result<GrantedWaivers> plan_waivers(Catalog& catalog, std::span<const core::Finding> findings,
                                    const WaiverTerms& terms);
/// Waives each of these differences, all or none, and appends a `waiver.granted` for each. `invalid` on an empty owner, reason or an expiry
/// that is not in the future; `conflict` where all of them have a live waiver.
Result<GrantedWaivers> grant_waivers(Catalog& catalog, std::span<const core::Finding> findings,
                                     const WaiverTerms& terms, std::string_view actor);
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
  /// Says so in each of them.
  void mark(std::span<core::Finding> findings) const;

 private:
  std::vector<std::string> keys_;  // sorted; length-prefixed subject, rule, recorded, observed
};

}  // namespace holdfast::catalog
