// SPDX-License-Identifier: Apache-2.0
// A migration's text:
//
//   -- up
//   -- any | -- sqlite | -- postgres     lines up to the next mark are for both databases or for
//   one; blocks are joined in order
//   -- down
//   …
//
// and a few words that differ: {bigint} {serial} {time} {strict}. The checksum is of the whole
// file, so it is one for both.
#include "catalog/migrations.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "catalog/embedded_migrations.h"
#include "catalog/stored.h"
#include "core/sha256.h"

namespace holdfast::catalog {
namespace {

struct Step {
  std::int64_t version = 0;
  std::string name;
  std::string checksum;
  std::string up;
  std::string down;
};

struct Word {
  std::string_view text;
  std::string_view sqlite;
  std::string_view postgres;
};
constexpr std::array kWords = {
    Word{"{bigint}", "integer", "bigint"},
    Word{"{serial}", "integer primary key autoincrement",
         "bigint generated always as identity primary key"},
    Word{"{time}", "text", "text collate \"C\""},
    Word{"{strict}", " strict", ""},
};

constexpr std::string_view kMakeTable =
    "create table if not exists schema_migration (version bigint primary key not null, name text "
    "not null,"
    " checksum text not null, applied_at text not null)";

std::string in_dialect(std::string sql, sql::Dialect dialect) {
  for (const Word& word : kWords) {
    const auto& meaning = dialect == sql::Dialect::sqlite ? word.sqlite : word.postgres;
    for (auto at = sql.find(word.text); at != std::string::npos;
         at = sql.find(word.text, at + meaning.size())) {
      sql.replace(at, word.text.size(), meaning);
    }
  }
  return sql;
}

/// "0001_event_log.sql" and its text. Malformed is our own mistake, which a test finds.
Result<Step> parse_step(const EmbeddedText& file, sql::Dialect dialect) {
  Step step;
  const auto malformed = [&](const char* why) {
    return Error(Code::internal, "migration " + std::string(file.name) + ": " + why);
  };
  const auto underline = file.name.find('_');
  const auto [end, failed] =
      std::from_chars(file.name.data(), file.name.data() + file.name.size(), step.version);
  if (failed != std::errc() || underline == std::string_view::npos ||
      end != file.name.data() + underline) {
    return malformed("its name has no number");
  }
  step.name = file.name.substr(underline + 1, file.name.rfind('.') - underline - 1);
  step.checksum = core::to_hex(core::sha256(file.text));
  const std::string_view own = dialect == sql::Dialect::sqlite ? "-- sqlite" : "-- postgres";
  std::string* part = nullptr;
  bool ours = false;
  for (std::string_view rest = file.text; !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line == "-- up" || line == "-- down") {
      part = line == "-- up" ? &step.up : &step.down;
      ours = false;
    } else if (line == "-- any" || line == "-- sqlite" || line == "-- postgres") {
      ours = line == "-- any" || line == own;
    } else if (part != nullptr && ours) {
      part->append(line).push_back('\n');
    }
  }
  step.up = in_dialect(std::move(step.up), dialect);
  step.down = in_dialect(std::move(step.down), dialect);
  if (step.up.empty() || step.down.empty()) return malformed("a part is empty");
  return step;
}

/// All steps of the binary, by number from 1 without a gap.
Result<std::vector<Step>> embedded_steps(sql::Dialect dialect) {
  std::vector<Step> steps;
  for (const auto& file : embedded_migrations()) {
    TRY_ASSIGN(auto step, parse_step(file, dialect));
    steps.push_back(std::move(step));
  }
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].version != static_cast<std::int64_t>(i) + 1) {
      return Error(Code::internal, "migration " + std::to_string(i + 1) + " is missing");
    }
  }
  return steps;
}

struct Applied {
  std::string name;
  std::string checksum;
  Timestamp at;
};

Result<std::map<std::int64_t, Applied>> applied_steps(sql::Connection& connection) {
  std::map<std::int64_t, Applied> applied;
  TRY_ASSIGN(const auto columns, connection.columns("schema_migration"));
  if (columns.empty()) return applied;
  TRY_ASSIGN(const auto rows, connection.run("migration.list"));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    TRY_ASSIGN(const Timestamp at, stored_time(rows, i, 3));
    applied[rows.integer(i, 0)] = {rows.text(i, 1), rows.text(i, 2), at};
  }
  return applied;
}

std::vector<MigrationState> compare(const std::vector<Step>& steps,
                                    const std::map<std::int64_t, Applied>& applied) {
  std::vector<MigrationState> out;
  for (const Step& step : steps) {
    MigrationState state{step.version, step.name, step.checksum, {}, false, false};
    if (const auto found = applied.find(step.version); found != applied.end()) {
      state.applied_at = found->second.at;
      state.checksum_differs = found->second.checksum != step.checksum;
    }
    out.push_back(std::move(state));
  }
  for (const auto& [version, was] : applied) {
    const bool known = version >= 1 && version <= static_cast<std::int64_t>(steps.size());
    if (!known) out.push_back({version, was.name, was.checksum, was.at, false, true});
  }
  return out;
}

std::string title(const MigrationState& state) {
  return std::to_string(state.version) + " (" + state.name + ")";
}

/// Nothing is done to a catalog that this binary does not understand whole.
Status require_understood(const sql::Connection& connection,
                          const std::vector<MigrationState>& states) {
  for (const auto& state : states) {
    if (state.unknown) {
      return Error(Code::conflict,
                   connection.name() + ": the catalog has migration " + title(state) +
                       ", which holdfast " + HOLDFAST_VERSION + " does not know",
                   "use the holdfast that made it, or a newer one");
    }
    if (state.checksum_differs) {
      return Error(Code::conflict,
                   connection.name() + ": migration " + title(state) +
                       " was applied with another text than holdfast " + HOLDFAST_VERSION + " has",
                   "use the holdfast that made the catalog; holdfast migrate status shows which "
                   "steps differ");
    }
  }
  return {};
}

/// The lock is held until the transaction ends: of many starters one applies a step, the others
/// then see it applied.
Result<std::vector<MigrationState>> lock_and_compare(sql::Connection& connection,
                                                     const std::vector<Step>& steps) {
  TRY(connection.run("migration.lock"));
  TRY_ASSIGN(const auto applied, applied_steps(connection));
  auto states = compare(steps, applied);
  TRY(require_understood(connection, states));
  return states;
}

Status check_target(std::int64_t target, std::int64_t newest) {
  if (target >= 0 && target <= newest) return {};
  return Error(Code::invalid, "there is no migration " + std::to_string(target) +
                                  ": they go from 0 to " + std::to_string(newest));
}

}  // namespace

std::int64_t newest_migration() {
  return static_cast<std::int64_t>(embedded_migrations().size());
}

Result<std::vector<MigrationState>> migration_status(Catalog& catalog) {
  TRY_ASSIGN(const auto steps, embedded_steps(catalog.dialect()));
  TRY_ASSIGN(const auto applied, applied_steps(catalog.connection()));
  return compare(steps, applied);
}

Result<std::vector<std::int64_t>> migrate_up(Catalog& catalog, std::optional<std::int64_t> target) {
  sql::Connection& connection = catalog.connection();
  TRY_ASSIGN(const auto steps, embedded_steps(catalog.dialect()));
  TRY(check_target(target.value_or(newest_migration()), newest_migration()));
  std::vector<std::int64_t> done;
  for (const Step& step : steps) {
    if (step.version > target.value_or(newest_migration())) break;
    TRY_ASSIGN(auto transaction, sql::Transaction::begin(connection));
    TRY_ASSIGN(const auto states, lock_and_compare(connection, steps));
    if (states[static_cast<std::size_t>(step.version - 1)].applied_at) continue;
    TRY(connection.script(std::string(kMakeTable)));
    if (auto ran = connection.script(step.up); !ran)
      return std::move(ran).error().with("migration " + step.name);
    TRY(connection.run("migration.add", {{"version", step.version},
                                         {"name", step.name},
                                         {"checksum", step.checksum},
                                         {"applied_at", format_rfc3339(catalog.clock().now())}}));
    TRY(transaction.commit());
    done.push_back(step.version);
  }
  return done;
}

Result<std::vector<std::int64_t>> migrate_down(Catalog& catalog, std::int64_t target) {
  sql::Connection& connection = catalog.connection();
  TRY_ASSIGN(const auto steps, embedded_steps(catalog.dialect()));
  TRY(check_target(target, newest_migration()));
  std::vector<std::int64_t> done;
  for (auto step = steps.rbegin(); step != steps.rend() && step->version > target; ++step) {
    TRY_ASSIGN(auto transaction, sql::Transaction::begin(connection));
    TRY_ASSIGN(const auto states, lock_and_compare(connection, steps));
    if (!states[static_cast<std::size_t>(step->version - 1)].applied_at) continue;
    if (auto ran = connection.script(step->down); !ran)
      return std::move(ran).error().with("migration " + step->name);
    TRY(connection.run("migration.remove", {{"version", step->version}}));
    TRY(transaction.commit());
    done.push_back(step->version);
  }
  return done;
}

}  // namespace holdfast::catalog
