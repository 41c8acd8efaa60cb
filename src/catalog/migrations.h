// SPDX-License-Identifier: Apache-2.0
// Migrations: numbered, embedded, checksummed steps with an up and a down part, one set for both
// databases (src/catalog/migrations/NNNN_name.sql). Each step runs in its own transaction under a
// lock; concurrent starters apply each once.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"

namespace holdfast::catalog {

struct MigrationState {
  std::int64_t version = 0;
  std::string name;
  std::string checksum;                 // of the embedded text
  std::optional<Timestamp> applied_at;  // none: pending
  bool checksum_differs = false;        // applied with another text
  bool unknown = false;                 // applied by a newer binary
};

/// Embedded and applied steps together, in order.
Result<std::vector<MigrationState>> migration_status(Catalog& catalog);
/// Applies up to and including `target` (none: all). Returns the versions applied. `conflict` on a
/// differing checksum or an unknown step.
Result<std::vector<std::int64_t>> migrate_up(Catalog& catalog,
                                             std::optional<std::int64_t> target = {});
/// Takes back everything above `target`. Returns the versions taken back.
Result<std::vector<std::int64_t>> migrate_down(Catalog& catalog, std::int64_t target);
/// The newest version this binary knows.
std::int64_t newest_migration();

}  // namespace holdfast::catalog
