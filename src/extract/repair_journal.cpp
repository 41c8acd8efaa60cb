// SPDX-License-Identifier: Apache-2.0
#include "extract/repair_journal.h"

#include <algorithm>
#include <string_view>

#include "base/line_file.h"
#include "base/root_folder.h"
#include "core/fields.h"

namespace holdfast::extract {
namespace {

constexpr std::uint64_t kMaxJournalBytes = 64U << 20U;

std::string text_in(const core::Fields& fields, std::string_view name) {
  const core::FieldValue* value = core::find_field(fields, name);
  const auto* text = value != nullptr ? std::get_if<std::string>(value) : nullptr;
  return text != nullptr ? *text : std::string();
}

// 0 where an older version did not write it.
std::uint64_t count_in(const core::Fields& fields, std::string_view name) {
  const core::FieldValue* value = core::find_field(fields, name);
  const auto* count = value != nullptr ? std::get_if<std::int64_t>(value) : nullptr;
  return count != nullptr && *count > 0 ? static_cast<std::uint64_t>(*count) : 0;
}

KeySetDigest keys_in(const core::Fields& fields, std::string_view name) {
  return KeySetDigest::parse(text_in(fields, name)).value_or(KeySetDigest{});
}

RepairCounts counts_in(const core::Fields& fields) {
  const auto began_at = parse_rfc3339(text_in(fields, "began_at"));
  return {.began_at = began_at ? *began_at : Timestamp(),
          .actor = text_in(fields, "actor"),
          .reason = text_in(fields, "reason"),
          .removed = keys_in(fields, "removed"),
          .added = keys_in(fields, "added"),
          .repeated = count_in(fields, "repeated"),
          .bad_ledger_lines = count_in(fields, "bad_ledger_lines"),
          .bad_staging_lines = count_in(fields, "bad_staging_lines"),
          .changed_staging_rows = count_in(fields, "changed_staging_rows"),
          .entries = count_in(fields, "entries")};
}

bool is_line(std::string_view line) {
  const auto fields = core::parse_fields(line);
  return fields && core::find_field(*fields, "what") != nullptr &&
         core::find_field(*fields, "began_at") != nullptr;
}

// What a kill or a power cut leaves of a first line: a beginning of it, or zeros.
bool is_torn_line(std::string_view text) {
  constexpr std::string_view kBeginning = R"({"actor":)";
  return text.starts_with(kBeginning) || kBeginning.starts_with(text) ||
         text.find_first_not_of('\0') == std::string_view::npos;
}

}  // namespace

std::string repairs_journal(const ExtractionConfig& config) {
  return config.beside(".repairs.jsonl");
}

Status require_own_journal(const ExtractionConfig& config, FileSystem& files) {
  const std::string path = repairs_journal(config);
  TRY_ASSIGN(const bool exists, files.exists(path));
  if (!exists) return {};
  TRY_ASSIGN(const std::string text, files.read_range(path, 0, LineFile::kMaxLineBytes + 1));
  const std::size_t end = text.find('\n');
  const bool is_ours = end == std::string::npos ? is_torn_line(text)
                                                : is_line(std::string_view(text).substr(0, end));
  if (is_ours) return {};
  return Error(Code::conflict,
               printable_path(path) +
                   " would be the journal of repairs, and is somebody else's file: its first line "
                   "tells of no repair; nothing was changed",
               "name another 'out', or move that file away");
}

Status append_journal(const ExtractionConfig& config, FileSystem& files, const char* what,
                      const RepairCounts& counts, Timestamp at) {
  const auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  TRY_ASSIGN(auto lines, LineFile::open(files, repairs_journal(config), nullptr));
  TRY_ASSIGN(const std::string line,
             core::canonical_json({{"what", std::string(what)},
                                   {"at", format_rfc3339(at)},
                                   {"began_at", format_rfc3339(counts.began_at)},
                                   {"actor", counts.actor},
                                   {"reason", counts.reason},
                                   {"out", printable_path(config.out)},
                                   {"removed", counts.removed.text()},
                                   {"added", counts.added.text()},
                                   {"repeated", number(counts.repeated)},
                                   {"bad_ledger_lines", number(counts.bad_ledger_lines)},
                                   {"bad_staging_lines", number(counts.bad_staging_lines)},
                                   {"changed_staging_rows", number(counts.changed_staging_rows)},
                                   {"entries", number(counts.entries)}}));
  TRY(lines.append(line));
  return lines.sync();
}

Result<std::optional<RepairCounts>> unfinished_repair(const ExtractionConfig& config,
                                                      FileSystem& files) {
  std::optional<RepairCounts> out;
  const std::string path = repairs_journal(config);
  TRY_ASSIGN(const bool exists, files.exists(path));
  if (!exists) return out;
  TRY_ASSIGN(const std::string text, files.read(path, kMaxJournalBytes));
  for (std::size_t at = 0; at < text.size();) {
    // Nothing was changed after a line that is torn.
    const std::size_t end = text.find('\n', at);
    if (end == std::string::npos) break;
    const auto fields = core::parse_fields(std::string_view(text).substr(at, end - at));
    at = end + 1;
    if (!fields) continue;
    const std::string what = text_in(*fields, "what");
    if (what == "begun") out = counts_in(*fields);
    if (what == "done" || what == "failed") out.reset();
  }
  return out;
}

}  // namespace holdfast::extract
