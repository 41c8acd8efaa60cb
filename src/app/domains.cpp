// SPDX-License-Identifier: Apache-2.0
#include "app/domains.h"

#include <array>

#include "artifacts/artifact_check.h"
#include "artifacts/rules.h"
#include "extract/extraction_check.h"
#include "extract/rules.h"

namespace holdfast::app {
namespace {

constexpr std::array<std::string_view, 3> kLaterDomains = {"schemas", "features", "tables"};

// --- artifacts

constexpr std::array<std::string_view, 16> kArtifactKeys = {
    "source",        "table",        "journal",          "columns.id",         "columns.type",
    "columns.title", "columns.path", "columns.metadata", "columns.updated_at", "root",
    "types",         "check",        "max_age",          "max_drift",          "list_unrecorded",
    "ignore"};

Status read_artifacts(Workspace& workspace, const std::string& section_name, TomlTable& table) {
  TRY_ASSIGN(auto source, artifacts::read_source_config(section_name, table, workspace.folder,
                                                        workspace.catalog_url));
  source.own_files.push_back(workspace.config_file);
  for (const auto& file : {workspace.events_jsonl, workspace.metrics_textfile})
    if (file) source.own_files.push_back(*file);
  workspace.artifacts.push_back(std::move(source));
  return {};
}

void add_artifact_checks(const Workspace& workspace, catalog::Catalog& catalog,
                         std::vector<ConfiguredCheck>& checks) {
  for (const artifacts::SourceConfig& source : workspace.artifacts)
    checks.push_back({artifacts::make_artifact_check(source, catalog), source.max_age});
}

// --- extract

constexpr std::array<std::string_view, 16> kExtractKeys = {
    "items",  "items_file", "out",       "key",      "extractor", "command", "columns", "timeout",
    "memory", "tries",      "reference", "features", "model",     "ffmpeg",  "threads", "harmless"};

Status read_extraction(Workspace& workspace, const std::string& section_name, TomlTable& table) {
  TRY_ASSIGN(auto config, extract::read_extraction_config(section_name, table, workspace.folder));
  workspace.extractions.push_back(std::move(config));
  return {};
}

void add_extraction_checks(const Workspace& workspace, catalog::Catalog&,
                           std::vector<ConfiguredCheck>& checks) {
  for (const extract::ExtractionConfig& config : workspace.extractions)
    checks.push_back({extract::make_extraction_check(config), {}});
}

// --- the list

constexpr std::array kDomains = {
    Domain{"artifacts", "file hashes in rows, against the files on disk", kArtifactKeys,
           &artifacts::rules, &read_artifacts, &add_artifact_checks},
    Domain{"extract", "a ledger of finished items, against the rows that are published",
           kExtractKeys, &extract::rules, &read_extraction, &add_extraction_checks},
};

}  // namespace

std::span<const Domain> domains() {
  return kDomains;
}

std::vector<std::string> domain_names() {
  std::vector<std::string> names;
  for (const Domain& domain : kDomains)
    names.emplace_back(domain.name);
  return names;
}

const Domain* find_domain(std::string_view name) {
  for (const Domain& domain : kDomains)
    if (domain.name == name) return &domain;
  return nullptr;
}

std::span<const std::string_view> later_domains() {
  return kLaterDomains;
}

const core::Rule* find_rule(std::string_view id) {
  for (const Domain& domain : kDomains)
    for (const core::Rule& rule : domain.rules())
      if (rule.id == id) return &rule;
  return nullptr;
}

}  // namespace holdfast::app
