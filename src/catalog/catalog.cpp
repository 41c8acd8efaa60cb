// SPDX-License-Identifier: Apache-2.0
#include "catalog/catalog.h"

#include <algorithm>
#include <utility>

#include "catalog/embedded_statements.h"
#include "catalog/migrations.h"

namespace holdfast::catalog {
namespace {

Result<sql::Connection> connect(const std::string& url, bool create) {
  TRY_ASSIGN(auto connection, sql::Connection::open({.url = url, .create = create, .wal = true}));
  TRY(connection.learn(embedded_statements().front().text));
  return connection;
}

/// A catalog that was never made and one that was moved look the same from here: say what is missing and both ways out. Not
/// `holdfast init`: whoever gets here has a configuration, which init does not overwrite.
Error no_catalog(Error error) {
  return std::move(error).hinted(
      "holdfast migrate upgrade makes it; or name the right one as workspace.catalog");
}

/// Holds what is applied against what this binary has.
Status check_version(const std::string& name, const std::vector<MigrationState>& states) {
  const auto applied = [](const MigrationState& state) { return state.applied_at.has_value(); };
  if (std::none_of(states.begin(), states.end(), applied)) {
    return no_catalog(Error(Code::not_found, name + ": holds no catalog"));
  }
  for (const auto& state : states) {
    const auto refuse = [&](std::string_view before, std::string_view after, const char* hint) {
      std::string message = name;
      message.append(": ")
          .append(before)
          .append("migration ")
          .append(std::to_string(state.version));
      message.append(" (").append(state.name).append(")").append(after);
      return Error(Code::conflict, std::move(message), hint);
    };
    if (state.unknown) {
      return refuse(
          "the catalog is newer than holdfast " HOLDFAST_VERSION ": it has ", "",
          "use a newer holdfast, or take the step back with the one that made it: holdfast "
          "migrate downgrade");
    }
    if (state.checksum_differs) {
      return refuse(
          "", " was applied with another text than holdfast " HOLDFAST_VERSION " has",
          "use the holdfast that made the catalog; holdfast migrate status shows which steps "
          "differ");
    }
    if (!state.applied_at) {
      return refuse("the catalog is older than holdfast " HOLDFAST_VERSION ": ", " is missing",
                    "holdfast migrate upgrade");
    }
  }
  return {};
}

}  // namespace

Result<Catalog> Catalog::open(const std::string& url, Clock& clock) {
  auto connection = connect(url, false);
  if (!connection && connection.error().code() == Code::not_found)
    return no_catalog(std::move(connection).error());
  if (!connection) return std::move(connection).error();
  Catalog catalog(url, std::move(connection).value(), clock);
  TRY_ASSIGN(auto states, migration_status(catalog));
  // A newer catalog is named as such even where steps are missing too.
  std::stable_partition(states.begin(), states.end(),
                        [](const MigrationState& state) { return state.unknown; });
  TRY(check_version(catalog.connection().name(), states));
  return catalog;
}

Result<Catalog> Catalog::open_any_version(const std::string& url, Clock& clock) {
  TRY_ASSIGN(auto connection, connect(url, true));
  return Catalog(url, std::move(connection), clock);
}

}  // namespace holdfast::catalog
