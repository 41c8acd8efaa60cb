// SPDX-License-Identifier: Apache-2.0
// Extractions, as app knows them: the smallest of the domains.
#include <utility>

#include "app/domains.h"
#include "extract/extraction_check.h"
#include "extract/rules.h"

namespace holdfast::app {
namespace {

Status read(Workspace& workspace, const std::string& section_name, TomlTable& table) {
  TRY_ASSIGN(auto config, extract::read_extraction_config(section_name, table, workspace.folder));
  // The Parquet file may be an artifact; what is written beside it changes all the time.
  for (const std::string& file :
       {config.ledger(), config.staging(), config.manifest(), config.lock()})
    workspace.own_files.push_back(file);
  workspace.extractions.push_back(std::move(config));
  return {};
}

void add_checks(const Workspace& workspace, catalog::Catalog&,
                std::vector<ConfiguredCheck>& checks) {
  for (const extract::ExtractionConfig& config : workspace.extractions)
    checks.push_back({extract::make_extraction_check(config), {}});
}

}  // namespace

Domain extract_domain() {
  return {.name = "extract",
          .summary = "a ledger of finished items, against the rows that are published",
          .keys = &extract::extraction_keys,
          .rules = &extract::rules,
          .read = &read,
          .all_read = nullptr,
          .add_checks = &add_checks,
          .examine = nullptr,
          .examine_catalog = nullptr,
          .metrics = nullptr,
          .review = nullptr};
}

}  // namespace holdfast::app
