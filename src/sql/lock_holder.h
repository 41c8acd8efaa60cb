// SPDX-License-Identifier: Apache-2.0
// Who holds the write lock of an SQLite file, for the error that says so.
#pragma once
#include <string>

namespace holdfast::sql {

/// " by process 4711 (sqlite3)", or "" where /proc/locks does not tell. Opens none of the
/// database's files: closing one would drop this process's own locks on it (fcntl(2), "Record
/// locks").
std::string describe_lock_holder(const std::string& database_path);

}  // namespace holdfast::sql
