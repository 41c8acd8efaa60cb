// SPDX-License-Identifier: Apache-2.0
#include "artifacts/row_of_file.h"

#include <algorithm>
#include <filesystem>

#include <sys/stat.h>

#include "artifacts/artifact_table.h"
#include "artifacts/row_hasher.h"
#include "base/canonical_path.h"

namespace holdfast::artifacts {
namespace {

constexpr std::int64_t kPageRows = 5000;

struct Wanted {
  std::size_t index = 0;
  std::filesystem::path canonical;
  std::string name;                      // the last part of the path
  std::optional<FileIdentity> identity;  // none: nothing is there
};

/// What is wanted below the roots, and those of them that it lies below.
struct Search {
  std::vector<Wanted> wanted;
  std::vector<std::string> above;
  bool looks_at_files() const {
    return std::ranges::any_of(wanted,
                               [](const Wanted& each) { return each.identity.has_value(); });
  }
};

Search search_for(const std::vector<std::string>& files, const std::vector<std::string>& roots) {
  Search search;
  std::vector<bool> is_above(roots.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    Wanted file{
        i, canonical_path(files[i]), std::filesystem::path(files[i]).filename().string(), {}};
    bool is_below = false;
    for (std::size_t root = 0; root < roots.size(); ++root) {
      if (!path_below(file.canonical, canonical_path(roots[root]))) continue;
      is_below = true;
      is_above[root] = true;
    }
    struct stat status{};
    if (::stat(files[i].c_str(), &status) == 0) file.identity = identity_of(status);
    if (is_below) search.wanted.push_back(std::move(file));
  }
  for (std::size_t root = 0; root < roots.size(); ++root)
    if (is_above[root]) search.above.push_back(roots[root]);
  return search;
}

// Most rows are told by the end of their path, which costs no system call.
bool names(const std::string& path, const Wanted& wanted, const std::vector<std::string>& roots) {
  return path.ends_with(wanted.name) && std::ranges::any_of(roots, [&](const std::string& root) {
           return canonical_path(absolute_path(path, root)) == wanted.canonical;
         });
}

// A row's file may be reached through links inside its root, so paths alone don't tell; where nothing is there, nothing else does.
std::optional<std::size_t> wanted_by(const std::string& path, const Search& search,
                                     const Roots& roots) {
  std::optional<FileIdentity> found;
  if (search.looks_at_files()) {
    const Opened opened = roots.resolve(path).opened;
    if (opened.found) found = opened.identity;
  }
  for (const Wanted& each : search.wanted) {
    const bool is_it = each.identity ? found && found->device == each.identity->device &&
                                           found->inode == each.identity->inode
                                     : names(path, each, search.above);
    if (is_it) return each.index;
  }
  return {};
}

}  // namespace

Result<std::optional<FileOfRow>> row_of_files(const SourceConfig& config,
                                              const std::string& catalog_url, Clock& clock,
                                              const std::vector<std::string>& files) {
  const Search search = search_for(files, config.roots);
  if (search.wanted.empty()) return std::optional<FileOfRow>();
  TRY_ASSIGN(auto catalog, catalog::Catalog::open(catalog_url, clock));
  TRY_ASSIGN(auto table, ArtifactTable::open(config, catalog, Access::read_only));
  TRY_ASSIGN(const Roots roots, Roots::open(search.above));
  PageQuery query;
  query.limit = kPageRows;
  while (true) {
    TRY_ASSIGN(const auto rows, table.page(query));
    if (rows.empty()) return std::optional<FileOfRow>();
    for (const ArtifactRow& row : rows) {
      if (!row.path || row.path->empty() || is_foreign(row, config)) continue;
      if (const auto index = wanted_by(*row.path, search, roots))
        return std::optional(FileOfRow{*index, row.id});
    }
    query.after = RowCursor{rows.back().type, rows.back().id};
  }
}

}  // namespace holdfast::artifacts
