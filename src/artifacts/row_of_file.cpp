// SPDX-License-Identifier: Apache-2.0
#include "artifacts/row_of_file.h"

#include <set>
#include <utility>
#include <vector>

#include <sys/stat.h>

#include "artifacts/artifact_table.h"
#include "artifacts/row_hasher.h"
#include "base/canonical_path.h"

namespace holdfast::artifacts {
namespace {

constexpr std::int64_t kPageRows = 5000;

using Wanted = std::set<std::pair<std::uint64_t, std::uint64_t>>;  // device and inode

// A row's file may be reached through links inside its root, so paths alone don't tell.
Result<std::optional<std::string>> row_below(ArtifactTable& table, const Roots& roots,
                                             const Wanted& wanted) {
  PageQuery query;
  query.limit = kPageRows;
  while (true) {
    TRY_ASSIGN(const auto rows, table.page(query));
    if (rows.empty()) return std::optional<std::string>();
    for (const ArtifactRow& row : rows) {
      if (!row.path || row.path->empty()) continue;
      const Opened found = roots.resolve(*row.path).opened;
      if (found.found && wanted.contains({found.identity.device, found.identity.inode}))
        return std::optional(row.id);
    }
    query.after = RowCursor{rows.back().type, rows.back().id};
  }
}

}  // namespace

Result<std::optional<std::string>> row_of_files(const SourceConfig& config,
                                                const std::string& catalog_url, Clock& clock,
                                                std::span<const std::string> paths) {
  std::set<std::string> above;
  Wanted wanted;
  for (const std::string& path : paths) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) continue;
    for (const std::string& root : config.roots) {
      if (!path_below(canonical_path(path), canonical_path(root))) continue;
      above.insert(root);
      const FileIdentity identity = identity_of(status);
      wanted.emplace(identity.device, identity.inode);
    }
  }
  if (wanted.empty()) return std::optional<std::string>();
  TRY_ASSIGN(auto catalog, catalog::Catalog::open(catalog_url, clock));
  TRY_ASSIGN(auto table, ArtifactTable::open(config, catalog, Access::read_only));
  std::vector<std::string> roots_above;
  for (const std::string& root : config.roots)  // in the order in which they are tried
    if (above.contains(root)) roots_above.push_back(root);
  TRY_ASSIGN(const Roots roots, Roots::open(roots_above));
  return row_below(table, roots, wanted);
}

}  // namespace holdfast::artifacts
