// SPDX-License-Identifier: Apache-2.0
// The list for `sha256sum -c`: checksum_line() and export_checksums() of report.h.
#include <string>

#include "artifacts/report.h"
#include "artifacts/row_pass.h"

namespace holdfast::artifacts {
namespace {

constexpr std::int64_t kPageRows = 1000;

/// How the list names a recorded path: relative to the only root, so that the list is checked inside
/// it; absolute where there are several.
std::string listed_name(const SourceConfig& config, const Roots& roots, const std::string& path) {
  if (config.roots.size() == 1) {
    const std::string& root = config.roots.front();
    const bool below =
        path.size() > root.size() + 1 && path.starts_with(root) && path[root.size()] == '/';
    return below ? path.substr(root.size() + 1) : path;
  }
  if (path.starts_with('/')) return path;
  const Roots::Resolved resolved = roots.resolve(path);
  const std::string& folder =
      resolved.root != nullptr ? resolved.root->path() : config.roots.front();
  return folder + '/' + path;
}

}  // namespace

std::string checksum_line(const core::Sha256Digest& digest, std::string_view name) {
  std::string escaped;
  for (const char c : name) {
    if (c == '\\') {
      escaped += "\\\\";
    } else if (c == '\n') {
      escaped += "\\n";
    } else if (c == '\r') {
      escaped += "\\r";
    } else {
      escaped += c;
    }
  }
  const bool changed = escaped.size() != name.size();
  return (changed ? "\\" : "") + core::to_hex(digest) + "  " + escaped + '\n';
}

Result<ExportEnd> export_checksums(const SourceConfig& config, catalog::Catalog& catalog,
                                   const TextSink& sink) {
  TRY_ASSIGN(auto table, ArtifactTable::open(config, catalog, Access::read_only));
  TRY_ASSIGN(const Roots roots, Roots::open(config.roots));
  RowPager pager(table, {.selection = RowSelection::asks_for_proof,
                         .after = {},
                         .limit = kPageRows,
                         .types = config.types,
                         .marked_before = {}});
  ExportEnd end;
  while (true) {
    TRY_ASSIGN(const auto rows, pager.next());
    if (rows.empty()) return end;
    std::string lines;
    for (const ArtifactRow& row : rows) {
      const auto digest = core::parse_sha256(row.recorded_sha256.value_or(""));
      if (!digest || !row.path || row.path->empty()) {
        ++end.left_out;
        continue;
      }
      lines += checksum_line(*digest, listed_name(config, roots, *row.path));
      ++end.exported;
    }
    TRY(sink(lines));
  }
}

}  // namespace holdfast::artifacts
