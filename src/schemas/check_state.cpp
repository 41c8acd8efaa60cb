// SPDX-License-Identifier: Apache-2.0
#include "schemas/check_state.h"

#include <nlohmann/json.hpp>

#include "catalog/stored.h"
#include "schemas/statements.h"

namespace holdfast::schemas {
namespace {

using Json = nlohmann::json;

// Python's isoformat() of a naive time has no offset: such registries mean UTC.
std::optional<Timestamp> index_time(const std::string& text) {
  if (auto at = parse_rfc3339(text)) return catalog::to_stored_precision(*at);
  if (auto at = parse_rfc3339(text + 'Z')) return catalog::to_stored_precision(*at);
  return std::nullopt;
}

std::string names_text(const DriftRun& run) {
  Json names = Json::array();
  for (const SchemaState& state : run.schemas)
    names.push_back(state.name);
  return names.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<std::vector<std::string>> stored_names(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_array()) return Error(Code::corrupt, "schema_check_state.schemas is no JSON array");
  std::vector<std::string> names;
  for (const Json& name : json)
    if (name.is_string()) names.push_back(name.get<std::string>());
  return names;
}

Result<EpisodeTotals> stored_totals(const sql::Rows& rows, std::size_t row) {
  EpisodeTotals totals;
  totals.schema_name = rows.text(row, 0);
  totals.opened = rows.integer(row, 1);
  totals.closed = rows.integer(row, 2);
  totals.looks = rows.integer(row, 3);
  TRY_ASSIGN(totals.last_seen_at, catalog::stored_time(rows, row, 4));
  return totals;
}

}  // namespace

Status record_check_state(catalog::Catalog& catalog, const SchemasConfig& config,
                          const DriftRun& run) {
  TRY(know_check_statements(catalog));
  std::optional<Timestamp> completed_at;
  if (run.is_complete()) completed_at = catalog::to_stored_precision(run.ended_at);
  TRY(catalog.connection().run(
      "schema_check_state.save",
      {{"section", config.name},
       {"completed_at", catalog::time_value(completed_at)},
       {"compared", run.counts().compared},
       {"index_at", catalog::time_value(index_time(run.index_generated_at))},
       {"schemas", names_text(run)}}));
  return {};
}

Result<std::optional<CheckState>> check_state(catalog::Catalog& catalog,
                                              const std::string& section) {
  TRY(know_check_statements(catalog));
  TRY_ASSIGN(const auto rows,
             catalog.connection().run("schema_check_state.find", {{"section", section}}));
  if (rows.empty()) return std::optional<CheckState>();
  CheckState state;
  TRY_ASSIGN(state.completed_at, catalog::stored_optional_time(rows, 0, 0));
  state.compared = rows.integer(0, 1);
  TRY_ASSIGN(state.index_at, catalog::stored_optional_time(rows, 0, 2));
  TRY_ASSIGN(state.schemas, stored_names(rows.text(0, 3)));
  return std::optional(std::move(state));
}

Result<std::optional<RegistryState>> registry_state(catalog::Catalog& catalog,
                                                    const std::string& section) {
  TRY(know_check_statements(catalog));
  TRY_ASSIGN(const auto rows,
             catalog.connection().run("schema_registry.find", {{"section", section}}));
  if (rows.empty()) return std::optional<RegistryState>();
  RegistryState state;
  state.is_up = rows.integer(0, 0) == 1;
  TRY_ASSIGN(state.looked_at, catalog::stored_time(rows, 0, 2));
  return std::optional(state);
}

Result<std::vector<EpisodeTotals>> episode_totals(catalog::Catalog& catalog,
                                                  const std::string& section) {
  TRY(know_check_statements(catalog));
  TRY_ASSIGN(const auto rows,
             catalog.connection().run("schema_metrics.episodes", {{"section", section}}));
  return catalog::stored_rows(rows, stored_totals);
}

}  // namespace holdfast::schemas
