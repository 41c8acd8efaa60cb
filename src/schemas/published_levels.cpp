// SPDX-License-Identifier: Apache-2.0
#include "schemas/published_levels.h"

#include "catalog/event_log.h"
#include "catalog/stored.h"
#include "core/event.h"
#include "schemas/published.h"
#include "schemas/statements.h"

namespace holdfast::schemas {
namespace {

Result<LevelOf> stored_compatibility(const sql::Rows& rows, std::size_t row) {
  const auto level = parse_compatibility(rows.text(row, 2));
  if (!level)
    return Error(Code::corrupt, "schema_compatibility: there is no level " + rows.text(row, 2));
  return LevelOf{rows.text(row, 0), rows.text(row, 1), *level, rows.integer(row, 3)};
}

}  // namespace

Status set_level(catalog::Catalog& catalog, const LevelOf& level, const std::string& actor) {
  TRY(know_published_statements(catalog));
  if (!level.track.empty()) TRY(check_track(level.track));
  if (!level.name.empty()) TRY(check_schema_name(level.name));
  auto& connection = catalog.connection();
  TRY_ASSIGN(auto transaction, begin_publishing(catalog));
  TRY(connection.run("event.lock_head"));
  TRY_ASSIGN(const auto rows,
             connection.run("published.level_of", {{"track", level.track}, {"name", level.name}}));
  const std::string wanted(level_name(level.level));
  if (!rows.empty() && rows.text(0, 0) == wanted) return {};
  core::Event event;
  event.name = "schema.compatibility_set";
  if (!level.name.empty()) event.subject = "schema:" + level.track + '/' + level.name;
  event.actor = actor;
  event.fields = {{"track", level.track},
                  {"name", level.name},
                  {"compatibility", wanted},
                  {"previous", rows.empty() ? core::FieldValue() : rows.text(0, 0)}};
  TRY(catalog::append_events(catalog, {&event, 1}));
  TRY(connection.run("published.level_set", {{"track", level.track},
                                             {"name", level.name},
                                             {"level", wanted},
                                             {"at", catalog::time_value(event.at)},
                                             {"revision", event.seq}}));
  return transaction.commit();
}

Result<std::vector<LevelOf>> levels_since(catalog::Catalog& catalog, std::int64_t revision) {
  TRY(know_published_statements(catalog));
  TRY_ASSIGN(const auto rows,
             catalog.connection().run("published.levels_since",
                                      {{"revision", revision}, {"limit", kPublishedPage}}));
  return catalog::stored_rows(rows, stored_compatibility);
}

}  // namespace holdfast::schemas
