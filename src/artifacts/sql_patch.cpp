// SPDX-License-Identifier: Apache-2.0
// Updates as text.
#include "artifacts/sql_patch.h"

#include "artifacts/artifact_expressions.h"
#include "artifacts/metadata_text.h"
#include "base/root_folder.h"

namespace holdfast::artifacts {
namespace {

// Both dialects: a quote is doubled and nothing else means anything (standard_conforming_strings, the default since 9.1).
std::string literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += c;
    out += c;
  }
  return out + '\'';
}

std::string literal(const std::optional<std::string>& text) {
  return text ? literal(std::string_view(*text)) : "null";
}

struct Names {
  std::string table, id, path, metadata;
};

Result<Names> names_of(ArtifactTable& table) {
  const SourceConfig& config = table.config();
  const auto dialect = table.connection().dialect();
  Names names;
  TRY_ASSIGN(names.table, sql::quote_identifier(config.table, dialect));
  TRY_ASSIGN(names.id, sql::quote_identifier(config.columns.id, dialect));
  TRY_ASSIGN(const auto columns, table.connection().columns(config.table));
  // Without a declared type SQLite compares 12 and '12' as two values.
  if (column_type(columns, config.columns.id).empty()) names.id = "cast(" + names.id + " as text)";
  TRY_ASSIGN(names.path, sql::quote_identifier(config.columns.path, dialect));
  TRY_ASSIGN(names.metadata, sql::quote_identifier(config.columns.metadata, dialect));
  return names;
}

std::string comment_text(std::string_view text) {
  constexpr std::size_t kCommentLimit = 200;
  return printable_path(text).substr(0, kCommentLimit);
}

std::string statement(const Names& names, const HashWrite& write, const std::string& value,
                      const std::string& condition) {
  return "-- " + comment_text(write.row->id) + ": " + comment_text(write.reason) +
         (write.row->recorded_sha256 ? ", was " + comment_text(*write.row->recorded_sha256) : "") +
         "\nupdate " + names.table + " set " + names.metadata + " = " + value + "\nwhere " +
         names.id + " = " + literal(std::string_view(write.row->id)) + " and cast(" + names.path +
         " as text) = " + literal(write.row->path) + " and " + condition + ";\n";
}

}  // namespace

std::string patch_begin(ArtifactTable& table, const std::string& run_id, Timestamp at) {
  return "-- Made by holdfast " HOLDFAST_VERSION ", run " + run_id + ", " + format_rfc3339(at) +
         ", for table " + comment_text(table.config().table) +
         ".\n-- Rows that changed since are left as they are. Nothing is journaled by this "
         "file.\nbegin;\n";
}

std::string patch_end() {
  return "commit;\n";
}

Result<std::string> patch_statements(ArtifactTable& table, std::span<const HashWrite> writes) {
  TRY_ASSIGN(const Names names, names_of(table));
  std::vector<std::string> ids;
  for (const HashWrite& write : writes)
    ids.push_back(write.row->id);
  std::vector<std::optional<std::string>> texts(writes.size());
  if (!table.merges_on_server()) {
    TRY_ASSIGN(texts, table.metadata_texts(ids));
  }
  const bool postgres = table.connection().dialect() == sql::Dialect::postgres;
  std::string out;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    const HashWrite& write = writes[i];
    const NewHash hash{.sha256 = core::to_hex(write.digest),
                       .size_bytes = write.size_bytes,
                       .computed_at = format_rfc3339(write.computed_at)};
    if (table.merges_on_server()) {
      out += statement(names, write,
                       "coalesce(" + names.metadata + ", '{}'::jsonb) || " +
                           literal(std::string_view(owned_json(hash))) + "::jsonb",
                       "(" + names.metadata + "->>'file_sha256') is not distinct from " +
                           literal(write.row->recorded_sha256));
      continue;
    }
    // The row may have moved on since it was read; then the condition is of what was read now, and path and hash are no longer ours.
    const MetadataReading now = read_metadata(texts[i]);
    if (now.recorded.sha256 != write.row->recorded_sha256) continue;
    TRY_ASSIGN(const std::string text, with_hash(texts[i], hash));
    const std::string old = postgres ? "cast(" + names.metadata + " as text) is not distinct from "
                                     : names.metadata + " is ";
    out += statement(names, write, literal(std::string_view(text)), old + literal(texts[i]));
  }
  return out;
}

}  // namespace holdfast::artifacts
