// SPDX-License-Identifier: Apache-2.0
#include "artifacts/row_of_file.h"

#include <vector>

#include <sys/stat.h>

#include "artifacts/artifact_table.h"
#include "artifacts/row_hasher.h"
#include "base/canonical_path.h"

namespace holdfast::artifacts {
namespace {

constexpr std::int64_t kPageRows = 5000;

// A row's file may be reached through links inside its root, so paths alone don't tell.
Result<std::optional<std::string>> row_below(ArtifactTable& table, const Roots& roots,
                                             const FileIdentity& wanted) {
  PageQuery query;
  query.limit = kPageRows;
  while (true) {
    TRY_ASSIGN(const auto rows, table.page(query));
    if (rows.empty()) return std::optional<std::string>();
    for (const ArtifactRow& row : rows) {
      if (!row.path || row.path->empty()) continue;
      const Opened found = roots.resolve(*row.path).opened;
      if (found.found && found.identity.device == wanted.device &&
          found.identity.inode == wanted.inode)
        return std::optional(row.id);
    }
    query.after = RowCursor{rows.back().type, rows.back().id};
  }
}

}  // namespace

Result<std::optional<std::string>> row_of_file(const SourceConfig& config,
                                               const std::string& catalog_url, Clock& clock,
                                               const std::string& path) {
  std::vector<std::string> above;
  for (const std::string& root : config.roots)
    if (path_below(canonical_path(path), canonical_path(root))) above.push_back(root);
  struct stat status{};
  if (above.empty() || ::stat(path.c_str(), &status) != 0) return std::optional<std::string>();
  TRY_ASSIGN(auto catalog, catalog::Catalog::open(catalog_url, clock));
  TRY_ASSIGN(auto table, ArtifactTable::open(config, catalog, Access::read_only));
  TRY_ASSIGN(const Roots roots, Roots::open(above));
  return row_below(table, roots, identity_of(status));
}

}  // namespace holdfast::artifacts
