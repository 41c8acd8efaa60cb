// SPDX-License-Identifier: Apache-2.0
#include "sql/sqlstate.h"

#include <string>
#include <string_view>

namespace holdfast::sql {
namespace {

struct Row {
  std::string_view prefix;  // of the state; the longest that fits wins
  Code code;
  std::string_view hint;
};

constexpr std::string_view kAgain = "run the same command again";

constexpr Row kRows[] = {
    {"08", Code::unavailable, "look whether the server runs, then run the same command again"},
    {"0A", Code::unsupported, ""},
    {"22", Code::invalid, ""},      // a value does not fit its type
    {"23", Code::invalid, ""},      // a constraint
    {"23505", Code::conflict, ""},  // unique key
    {"23P01", Code::conflict, ""},  // exclusion
    {"25", Code::internal, ""},     // statement in the wrong state of the transaction
    {"25006", Code::io,
     "the database or this connection is read-only: ask for write access, or use a command that "
     "only reads"},
    {"26000", Code::conflict, kAgain},  // prepared statement gone in the middle of a transaction
    {"28", Code::invalid, "look at user and password, and at pg_hba.conf of the server"},
    {"3D000", Code::not_found, "make it with createdb"},
    {"3F000", Code::invalid, "make the schema, or name another one"},
    {"40", Code::conflict, kAgain},  // serialization, deadlock
    {"40003", Code::io, kAgain},     // statement completion unknown
    {"42", Code::invalid, ""},       // names and types that are not there
    {"42501", Code::invalid, "ask the database's owner to grant the right"},
    {"42601", Code::internal, ""},  // our grammar
    {"53", Code::unavailable, kAgain},
    {"53100", Code::io,
     "free some space on the database server's disk, then run the same command again"},
    {"54", Code::invalid, ""},       // too complex, too long
    {"55", Code::conflict, kAgain},  // object in use
    {"55P03", Code::conflict,
     "another session holds the lock: wait until it has ended (pg_locks, pg_stat_activity), then "
     "run the same command again"},
    {"57014", Code::cancelled, ""},  // cancelled by an administrator
    {"57P", Code::unavailable, "look whether the server runs, then run the same command again"},
    {"58", Code::io, "look at the database server's disk and log"},
    {"P0", Code::invalid, ""},  // raised by a function or trigger of the database
    {"XX000", Code::internal, ""},
    {"XX001", Code::corrupt, "look at the database server's log and restore a backup"},
    {"XX002", Code::corrupt, "reindex the table that the message names"},
};

constexpr Row kUnknown = {"", Code::io, ""};

const Row& row_of(std::string_view state) {
  const Row* best = &kUnknown;
  for (const Row& row : kRows) {
    if (state.starts_with(row.prefix) && row.prefix.size() > best->prefix.size()) best = &row;
  }
  return *best;
}

}  // namespace

Code code_of_sqlstate(std::string_view state) {
  return row_of(state).code;
}
std::string hint_of_sqlstate(std::string_view state) {
  return std::string(row_of(state).hint);
}

}  // namespace holdfast::sql
