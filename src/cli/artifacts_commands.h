// SPDX-License-Identifier: Apache-2.0
// The two halves of `holdfast artifacts`: commands that write rows or their journal, and those that only look.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace holdfast::cli {

/// backfill, import, residual, prepare, journal.
void add_artifacts_write_commands(CLI::App& group);
void add_artifacts_import_command(CLI::App& group);
void add_artifacts_journal_command(CLI::App& group);
/// move, forget.
void add_artifacts_correct_commands(CLI::App& group);
/// verify, scrub, report and what belongs to them.
void add_artifacts_read_commands(CLI::App& group);

/// The argument NAME, [artifacts.NAME], and what was given for it.
void add_source(CLI::App& command, std::string& source);
std::optional<std::string_view> name_of(const std::string& source);

}  // namespace holdfast::cli
