// SPDX-License-Identifier: Apache-2.0
// What every command that waives differences does alike.
#pragma once
#include <span>

#include "catalog/waivers.h"
#include "cli/command.h"
#include "core/finding.h"

namespace holdfast::cli {

struct WaiveRequest {
  catalog::WaiverTerms terms;  // no owner: the workspace's actor
  bool dry_run = false;
};

/// Waives these differences, all or none, or with `dry_run` only tells what would be; says how many were waived already.
Result<catalog::GrantedWaivers> waive_findings(const Command& command, const Command::Open& open,
                                               std::span<const core::Finding> findings,
                                               WaiveRequest request);

}  // namespace holdfast::cli
