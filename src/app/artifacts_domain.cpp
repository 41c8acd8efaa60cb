// SPDX-License-Identifier: Apache-2.0
// Artifacts, as app knows them: sections, checks, and what doctor says of roots and tables.
#include <cerrno>
#include <utility>

#include <unistd.h>

#include "app/domains.h"
#include "app/text.h"
#include "artifacts/artifact_check.h"
#include "artifacts/artifact_table.h"
#include "artifacts/rules.h"
#include "base/root_folder.h"
#include "base/system_error.h"

namespace holdfast::app {
namespace {

Status read(Workspace& workspace, const std::string& section_name, TomlTable& table) {
  TRY_ASSIGN(auto source, artifacts::read_source_config(section_name, table, workspace.folder,
                                                        workspace.catalog_url));
  TRY(artifacts::tell_apart(source, workspace.artifacts, table.place_of("root")));
  workspace.artifacts.push_back(std::move(source));
  return {};
}

// Whatever else Holdfast writes below a root is nobody's artifact.
void disown_own_files(Workspace& workspace) {
  for (artifacts::SourceConfig& source : workspace.artifacts)
    source.own_files.insert(source.own_files.end(), workspace.own_files.begin(),
                            workspace.own_files.end());
}

void add_checks(const Workspace& workspace, catalog::Catalog& catalog,
                std::vector<ConfiguredCheck>& checks) {
  for (const artifacts::SourceConfig& source : workspace.artifacts)
    checks.push_back({artifacts::make_artifact_check(source, catalog), source.max_age});
}

void examine_root(const artifacts::SourceConfig& source, const std::string& folder,
                  Examination& told) {
  const auto root = RootFolder::open(folder);
  const std::string name = "root." + source.name;
  if (!root) {
    told.fail(name, Error(Code::invalid, root.error().message(),
                          "correct root of [artifacts." + source.name + "], or mount it"));
  } else if (::access(folder.c_str(), R_OK | X_OK) != 0) {
    told.fail(name, Error(Code::io, folder + ": " + errno_text(errno),
                          "make the folder readable for this user (r and x)"));
  } else {
    told.ok(name, printable(folder));
  }
}

void examine(const Workspace& workspace, Examination& told) {
  for (const artifacts::SourceConfig& source : workspace.artifacts)
    for (const std::string& folder : source.roots)
      examine_root(source, folder, told);
}

// Only writing needs it: a workspace that checks, or reports what a backfill would write, is sound without.
void examine_journal(artifacts::ArtifactTable& table, Examination& told) {
  const artifacts::SourceConfig& config = table.config();
  const std::string name = "journal." + config.name;
  const std::string shown = printable("table \"" + config.journal + '"');
  const auto there = table.has_journal();
  if (!there) return told.fail(name, there.error());
  if (*there) return told.ok(name, shown);
  told.warn(name, shown + " is not there, and a backfill writes nothing without it",
            "holdfast artifacts prepare " + config.name);
}

void examine_source(const artifacts::SourceConfig& config, catalog::Catalog& catalog,
                    Examination& told) {
  auto table = artifacts::ArtifactTable::open(config, catalog, artifacts::Access::read_only);
  if (!table) return told.fail("source." + config.name, table.error());
  const artifacts::ColumnMap& map = table->config().columns;
  std::string columns;
  for (const auto& [key, name] :
       {std::pair("id", &map.id), std::pair("type", &map.type), std::pair("title", &map.title),
        std::pair("path", &map.path), std::pair("metadata", &map.metadata)})
    if (!name->empty())
      columns += (columns.empty() ? "" : ", ") + std::string(key) + " in " + *name;
  told.ok("source." + config.name, printable("table \"" + config.table + "\" of " +
                                             table->connection().name() + ": " + columns));
  examine_journal(*table, told);
}

void examine_catalog(const Workspace& workspace, catalog::Catalog& catalog, Examination& told) {
  for (const artifacts::SourceConfig& source : workspace.artifacts)
    examine_source(source, catalog, told);
}

}  // namespace

Domain artifacts_domain() {
  return {.name = "artifacts",
          .summary = "file hashes in rows, against the files on disk",
          .keys = &artifacts::source_keys,
          .rules = &artifacts::rules,
          .read = &read,
          .all_read = &disown_own_files,
          .add_checks = &add_checks,
          .examine = &examine,
          .examine_catalog = &examine_catalog,
          .metrics = nullptr,
          .review = nullptr};
}

}  // namespace holdfast::app
