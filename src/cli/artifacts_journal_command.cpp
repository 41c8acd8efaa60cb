// SPDX-License-Identifier: Apache-2.0
// `holdfast artifacts journal`: what was changed in the rows, as a table or as JSON lines.
#include <algorithm>
#include <array>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/text.h"
#include "artifacts/journal.h"
#include "cli/artifacts_commands.h"
#include "cli/command.h"
#include "cli/pace_options.h"
#include "cli/terminal.h"
#include "core/canonical_json.h"

namespace holdfast::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kPage = 1000;
constexpr std::size_t kNarrow = 100;     // columns; below it there is no room for who did it
constexpr std::size_t kHashDigits = 12;  // of a hash on a terminal, 8 on a narrow one
constexpr std::size_t kFewHashDigits = 8;
constexpr std::size_t kWidestTerminal = 1'000'000;  // beyond it, nobody looks at a terminal

struct JournalWords {
  std::string source;
  std::string artifact_id;
  std::int64_t limit = 100;
  std::int64_t after = 0;
};

Json value_of(const std::optional<std::string>& json) {
  if (!json) return nullptr;
  if (core::is_json_too_deep(*json)) return *json;
  const auto parsed = Json::parse(*json, nullptr, false);
  return parsed.is_discarded() ? Json(*json) : parsed;
}

std::string json_line(const artifacts::JournalEntry& entry) {
  const Json json = {{"seq", entry.seq},
                     {"artifact_id", entry.artifact_id},
                     {"at", entry.at},
                     {"actor", entry.actor},
                     {"batch_run_id", entry.batch_run_id},
                     {"operation", entry.operation},
                     {"old", value_of(entry.old_json)},
                     {"new", value_of(entry.new_json)},
                     {"reason", entry.reason}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

bool has(const Json& value, const char* key) {
  return value.is_object() && value.contains(key) && !value[key].is_null();
}

std::string text_of(const Json& value, const char* key) {
  if (!has(value, key)) return "-";
  return app::printable(value[key].is_string()
                            ? value[key].get<std::string>()
                            : value[key].dump(-1, ' ', false, Json::error_handler_t::replace));
}

// At most so many digits of a hash; anything else as it is.
std::string hash_text(const Json& value, std::size_t digits) {
  return app::ended(text_of(value, "file_sha256"), digits + 1);
}

struct Change {
  std::string from;
  std::string to;
};

// The hash; or the size where only that was corrected, and the path where there is no hash, since that was moved or given up.
Change change_of(const artifacts::JournalEntry& entry, std::size_t digits) {
  constexpr const char* kHash = "file_sha256";
  constexpr const char* kSize = "file_size_bytes";
  const Json old = value_of(entry.old_json);
  const Json now = value_of(entry.new_json);
  if (!has(old, kHash) && !has(now, kHash))
    return {text_of(old, "file_path"), text_of(now, "file_path")};
  if (text_of(old, kHash) != text_of(now, kHash))
    return {hash_text(old, digits), hash_text(now, digits)};
  if (text_of(old, kSize) != text_of(now, kSize))
    return {"size " + text_of(old, kSize), "size " + text_of(now, kSize)};
  return {hash_text(old, digits), "same"};
}

// The widest gives way first, so that no short cell is cut for a long one's sake.
void fit(app::TextTable& table, std::size_t width) {
  constexpr std::size_t kGap = 2;
  constexpr std::array<std::size_t, 4> kFlexible = {2, 3, 4, 5};  // artifact, from, to, reason
  std::vector<std::size_t> widths;
  for (const std::string& title : table.titles)
    widths.push_back(app::display_width(title));
  for (const auto& row : table.rows)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], app::display_width(row[i]));
  std::size_t whole = kGap * (widths.size() - 1);
  for (const std::size_t each : widths)
    whole += each;
  for (; whole > width; --whole) {
    const std::size_t widest =
        *std::ranges::max_element(kFlexible, {}, [&](std::size_t i) { return widths[i]; });
    if (widths[widest] <= kFewHashDigits) break;
    --widths[widest];
  }
  for (auto& row : table.rows)
    for (const std::size_t i : kFlexible)
      row[i] =
          row[i].ends_with("…") ? app::ended(row[i], widths[i]) : app::shortened(row[i], widths[i]);
}

// On a terminal cut to its width; a pipe or a file gets all of it.
std::string table_text(const std::vector<artifacts::JournalEntry>& entries) {
  const std::size_t width = list_width();
  const bool is_narrow = width < kNarrow;
  const bool is_whole = width > kWidestTerminal;
  const std::size_t digits = is_whole ? kWidestTerminal : is_narrow ? kFewHashDigits : kHashDigits;
  app::TextTable table{{"SEQ", "AT", "ARTIFACT", "FROM", "TO", "REASON"}, {}, 2, {0}};
  if (!is_narrow) table.titles.emplace_back("ACTOR");
  for (const artifacts::JournalEntry& entry : entries) {
    const Change change = change_of(entry, digits);
    auto& row = table.rows.emplace_back(std::vector<std::string>{
        std::to_string(entry.seq), is_whole ? entry.at : entry.at.substr(0, 19) + 'Z',
        app::printable(entry.artifact_id), change.from, change.to, app::printable(entry.reason)});
    if (!is_narrow) row.push_back(app::printable(entry.actor));
  }
  if (!is_whole) fit(table, width);
  return app::text_of(table, width);
}

Result<Exit> run_journal(const Command& command, const JournalWords& words) {
  TRY_ASSIGN(const auto open, command.open());
  TRY_ASSIGN(const auto* config, open.workspace->artifact_source(name_of(words.source)));
  TRY_ASSIGN(auto table,
             artifacts::ArtifactTable::open(*config, *open.catalog, artifacts::Access::read_only));
  artifacts::JournalQuery query{.artifact_id = {}, .after_seq = words.after, .limit = 0};
  if (!words.artifact_id.empty()) query.artifact_id = words.artifact_id;
  bool is_empty = true;
  for (std::int64_t left = words.limit; left > 0;) {
    query.limit = std::min(left, kPage);
    TRY_ASSIGN(const auto entries, artifacts::read_journal(table, query));
    std::string text;
    if (command.output == OutputFormat::json) {
      for (const auto& entry : entries)
        text += json_line(entry);
    } else if (!entries.empty()) {
      text = table_text(entries);
    }
    TRY(command.print(text));
    is_empty = is_empty && entries.empty();
    if (std::ssize(entries) < query.limit) break;
    left -= query.limit;
    query.after_seq = entries.back().seq;
  }
  if (is_empty) command.say("no entries");
  return Exit::ok;
}

}  // namespace

void add_artifacts_journal_command(CLI::App& group) {
  const auto words = std::make_shared<JournalWords>();
  CLI::App* command = add_command(
      group, "journal", "Show what Holdfast changed in the rows: when, by whom, from what to what",
      {"holdfast artifacts journal --artifact nb-0042",
       "holdfast artifacts journal --after 1200 --limit 50 --json"},
      [words](const Command& with) { return run_journal(with, *words); });
  add_source(*command, words->source);
  command->add_option("--artifact", words->artifact_id, "Only the row with this id")
      ->type_name("ID");
  check_whole_number(*command->add_option("--after", words->after, "Only entries after this number")
                          ->type_name("SEQ"),
                     0);
  check_whole_number(*command->add_option("--limit", words->limit, "At most so many entries")
                          ->type_name("N")
                          ->capture_default_str(),
                     1);
}

}  // namespace holdfast::cli
