// SPDX-License-Identifier: Apache-2.0
#include "app/domains.h"

#include <array>

#include "artifacts/artifact_check.h"
#include "artifacts/rules.h"
#include "extract/extraction_check.h"
#include "extract/rules.h"
#include "schemas/episode_review.h"
#include "schemas/rules.h"
#include "schemas/schema_check.h"
#include "schemas/schema_metrics.h"

namespace holdfast::app {
namespace {

constexpr std::array<std::string_view, 2> kLaterDomains = {"features", "tables"};

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
  for (const auto& file : {workspace.events.jsonl, workspace.metrics_textfile})
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

// --- schemas

constexpr std::array<std::string_view, 20> kSchemasKeys = {
    "track",    "fixtures",     "registry", "kind",     "user",    "password",
    "token",    "group",        "subjects", "attempts", "timeout", "request_timeout",
    "critical", "all",          "interval", "profile",  "mode",    "formats",
    "defaults", "declared_hash"};

Status read_schemas(Workspace& workspace, const std::string& section_name, TomlTable& table) {
  TRY_ASSIGN(auto config, schemas::read_schemas_config(section_name, table, workspace.folder));
  config.repo = workspace.name;
  config.actor = workspace.actor;
  workspace.schemas.push_back(std::move(config));
  return {};
}

void add_schema_checks(const Workspace& workspace, catalog::Catalog& catalog,
                       std::vector<ConfiguredCheck>& checks) {
  for (const schemas::SchemasConfig& config : workspace.schemas)
    checks.push_back({schemas::make_schema_check(config, catalog), {}});
}

Result<std::vector<core::MetricFamily>> schema_metrics(const Workspace& workspace,
                                                       catalog::Catalog& catalog) {
  return schemas::schema_metrics(catalog, workspace.schemas);
}

Result<core::Fields> schema_review(const Workspace& workspace, catalog::Catalog& catalog,
                                   const catalog::Incident& incident,
                                   std::span<const catalog::StoredEvent> events) {
  return schemas::review_of(catalog, workspace.schemas, incident, events);
}

// --- the list

constexpr std::array kDomains = {
    Domain{"artifacts", "file hashes in rows, against the files on disk", kArtifactKeys,
           &artifacts::rules, &read_artifacts, &add_artifact_checks, nullptr, nullptr},
    Domain{"extract", "a ledger of finished items, against the rows that are published",
           kExtractKeys, &extract::rules, &read_extraction, &add_extraction_checks, nullptr,
           nullptr},
    Domain{"schemas", "pinned schemas, against a live registry", kSchemasKeys, &schemas::rules,
           &read_schemas, &add_schema_checks, &schema_metrics, &schema_review},
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
    if (const core::Rule* rule = core::find_rule(domain.rules(), id)) return rule;
  return nullptr;
}

}  // namespace holdfast::app
