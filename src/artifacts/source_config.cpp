// SPDX-License-Identifier: Apache-2.0
// Reads `[artifacts.NAME]`. Every refusal names the file, the line, the key and the value.
#include "artifacts/source_config.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/canonical_path.h"
#include "base/clock.h"
#include "sql/connection.h"

namespace holdfast::artifacts {
namespace {

constexpr double kPercent = 100.0;
constexpr std::array<std::string_view, 16> kKeys = {
    "source",        "table",        "journal",          "columns.id",         "columns.type",
    "columns.title", "columns.path", "columns.metadata", "columns.updated_at", "root",
    "types",         "check",        "max_age",          "max_drift",          "list_unrecorded",
    "ignore"};

Status read_source(SourceConfig& config, TomlTable& table, const std::string& folder,
                   const std::string& catalog_url) {
  TRY_ASSIGN(const std::string source, table.string_or("source", "catalog"));
  if (source == "catalog") {
    config.url = catalog_url;
    config.in_catalog = true;
  } else {
    const auto dialect = sql::dialect_of(source);
    if (!dialect) {
      return table.invalid("source", dialect.error().message() + " (or \"catalog\")");
    }
    config.url = sql::absolute_url(source, folder);
    config.in_catalog = sql::is_same_database(config.url, catalog_url);
    if (config.in_catalog) config.url = catalog_url;
  }
  TRY_ASSIGN(config.table, table.string_or("table", config.table));
  TRY_ASSIGN(config.journal, table.string_or("journal", config.journal));
  TRY(table.require_utf8("table", config.table));
  TRY(table.require_utf8("journal", config.journal));
  if (config.table.empty()) return table.invalid("table", "a table has a name");
  if (config.journal.empty()) return table.invalid("journal", "a table has a name");
  if (config.journal == config.table) {
    return table.invalid("journal", "\"" + config.journal + "\" is the table of the rows");
  }
  return {};
}

Status read_columns(SourceConfig& config, TomlTable& table) {
  // The catalog's own table has updated_at; in a user's table it is touched only where it is named.
  if (config.in_catalog) config.columns.updated_at = "updated_at";
  config.unnamed_columns = {"type", "title", "updated_at"};
  TRY_ASSIGN(auto columns, table.table("columns"));
  if (!columns) return {};
  ColumnMap& map = config.columns;
  const std::array<std::pair<std::string_view, std::string*>, 6> names{
      {{"id", &map.id},
       {"type", &map.type},
       {"title", &map.title},
       {"path", &map.path},
       {"metadata", &map.metadata},
       {"updated_at", &map.updated_at}}};
  for (const auto& [key, name] : names) {
    if (columns->has(key)) std::erase(config.unnamed_columns, key);
    TRY_ASSIGN(*name, columns->string_or(key, *name));
    TRY(columns->require_utf8(key, *name));
  }
  for (const auto& [key, name] : names) {
    const bool needed = key == "id" || key == "path" || key == "metadata";
    if (needed && name->empty()) return columns->invalid(key, "this column can't be left out");
    const auto same =
        std::find_if(names.begin(), names.end(), [&, k = key, n = name](const auto& other) {
          return other.first != k && !n->empty() && *other.second == *n;
        });
    if (same != names.end()) {
      return columns->invalid(
          key, "\"" + *name + "\" is already the column of " + std::string(same->first));
    }
  }
  // Seed 002: content_hash is a deduplication key over title and metadata.
  if (map.metadata == "content_hash" || map.path == "content_hash") {
    return columns->invalid(map.path == "content_hash" ? "path" : "metadata",
                            "content_hash is a deduplication key, no file hash and no metadata");
  }
  return {};
}

Status read_roots(SourceConfig& config, TomlTable& table, const std::string& folder) {
  TRY_ASSIGN(const auto roots, table.strings("root"));
  if (!roots || roots->empty()) {
    TRY(table.finish());  // a misspelt key says more than the one that is missing
    return table.invalid(
        "root", "name the folder (or a list of folders) that recorded paths are relative to");
  }
  for (const std::string& root : *roots) {
    if (root.empty()) return table.invalid("root", "a folder has a name; \".\" is the workspace");
    config.roots.push_back(absolute_path(root, folder));
  }
  return {};
}

Status read_check(SourceConfig& config, TomlTable& table) {
  TRY_ASSIGN(const std::string depth, table.string_or("check", "full"));
  if (depth != "full" && depth != "quick") {
    return table.invalid("check", "\"" + depth + "\" is neither \"full\" nor \"quick\"");
  }
  config.check_depth = depth == "quick" ? core::Depth::quick : core::Depth::full;
  TRY_ASSIGN(const auto max_age, table.string("max_age"));
  if (max_age) {
    const auto duration = parse_duration(*max_age);
    if (!duration) return table.invalid("max_age", duration.error().message());
    config.max_age = *duration;
  }
  TRY_ASSIGN(const auto max_drift, table.string("max_drift"));
  if (max_drift) {
    const auto drift = parse_max_drift(*max_drift);
    if (!drift) return table.invalid("max_drift", drift.error().message());
    config.max_drift_share = drift->share;
    config.max_drift_rows = drift->rows;
  }
  TRY_ASSIGN(config.list_unrecorded, table.boolean_or("list_unrecorded", config.list_unrecorded));
  return {};
}

// An SQLite catalog, with the files that SQLite keeps beside it.
void add_catalog_files(SourceConfig& config, std::string_view catalog_url) {
  const auto path = sql::sqlite_path(catalog_url);
  if (!path) return;
  for (const char* suffix : {"", "-wal", "-shm", "-journal"})
    config.own_files.push_back(*path + suffix);
}

// A table without a schema is, as far as anybody configured it, one of the schema that a database begins with.
std::string_view without_usual_schema(std::string_view table) {
  for (const std::string_view schema : {"public.", "main."})
    if (table.starts_with(schema)) return table.substr(schema.size());
  return table;
}

// Two columns of paths are two files of a row, and no matter of each other.
bool have_the_same_rows(const SourceConfig& a, const SourceConfig& b) {
  return sql::is_same_database(a.url, b.url) && a.columns.path == b.columns.path &&
         without_usual_schema(a.table) == without_usual_schema(b.table);
}

bool have_the_same_roots(const SourceConfig& a, const SourceConfig& b) {
  return std::ranges::equal(a.roots, b.roots, [](const auto& one, const auto& other) {
    return canonical_path(one) == canonical_path(other);
  });
}

bool have_other_types(const SourceConfig& a, const SourceConfig& b) {
  return !a.types.empty() && !b.types.empty() &&
         std::ranges::find_first_of(a.types, b.types) == a.types.end();
}

}  // namespace

Result<MaxDrift> parse_max_drift(std::string_view text) {
  const auto refuse = [&] {
    return Error(Code::invalid,
                 "\"" + std::string(text) +
                     "\" is no bound on drift: write a share like \"5%\" or a number of rows");
  };
  MaxDrift drift;
  if (text.ends_with('%')) {
    double percent = 0;
    const char* const end = text.data() + text.size() - 1;
    const auto read = std::from_chars(text.data(), end, percent, std::chars_format::fixed);
    if (read.ec != std::errc() || read.ptr != end || !(percent >= 0) || percent > kPercent)
      return refuse();
    drift.share = percent / kPercent;
    return drift;
  }
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, drift.rows);
  if (text.empty() || read.ec != std::errc() || read.ptr != end || drift.rows < 0) return refuse();
  drift.share = 0;
  return drift;
}

std::span<const std::string_view> source_keys() {
  return kKeys;
}

Result<SourceConfig> read_source_config(const std::string& name, TomlTable& table,
                                        const std::string& workspace_folder,
                                        const std::string& catalog_url) {
  SourceConfig config;
  config.name = name;
  config.workspace_folder = workspace_folder;
  TRY(read_source(config, table, workspace_folder, catalog_url));
  TRY(read_columns(config, table));
  TRY(read_check(config, table));
  TRY_ASSIGN(auto types, table.strings("types"));
  if (types) config.types = *std::move(types);
  for (const std::string& type : config.types)
    TRY(table.require_utf8("types", type));
  TRY_ASSIGN(const auto ignore,
             table.strings("ignore"));  // known, before read_roots asks what is not
  TRY(read_roots(config, table, workspace_folder));
  TRY_ASSIGN(config.ignore, table.strings_or("ignore", default_ignore()));
  if (const auto list = IgnoreList::parse(config.ignore); !list)
    return table.invalid("ignore", list.error().message());
  add_catalog_files(config, catalog_url);
  return config;
}

Status tell_apart(SourceConfig& source, std::vector<SourceConfig>& others,
                  const std::string& place) {
  for (SourceConfig& other : others) {
    if (!have_the_same_rows(source, other) || have_the_same_roots(source, other)) continue;
    if (!have_other_types(source, other))
      return Error(Code::invalid,
                   place + ": [artifacts." + source.name + "]: its rows would be in the table \"" +
                       source.table + "\" of [artifacts." + other.name +
                       "], which has another root",
                   "make them one section, root = [\"FOLDER\", \"FOLDER\"]; or give each types of "
                   "its own; or name a table of your own database (source, table)");
    for (const std::string& type : other.types)
      source.foreign_types.emplace(type, other.name);
    for (const std::string& type : source.types)
      other.foreign_types.emplace(type, source.name);
  }
  return {};
}

Result<IgnoreList> ignore_list_of(const SourceConfig& config, const std::string& root) {
  std::vector<std::string> patterns = config.ignore;
  patterns.insert(patterns.end(), {".holdfast", "/holdfast.toml"});
  TRY_ASSIGN(auto list, IgnoreList::parse(patterns));
  for (const std::string& file : config.own_files) {
    const auto rest = path_below(canonical_path(file), canonical_path(root));
    if (rest && !rest->empty()) list.add_path(*rest);
  }
  return list;
}

}  // namespace holdfast::artifacts
