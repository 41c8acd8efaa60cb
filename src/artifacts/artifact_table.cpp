// SPDX-License-Identifier: Apache-2.0
// The reading half of ArtifactTable, and what it learns of a table when it opens it; writing is in artifact_write.cpp.
#include "artifacts/artifact_table.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "artifacts/artifact_expressions.h"
#include "artifacts/embedded_statements.h"
#include "artifacts/proofs.h"
#include "artifacts/row_reader.h"
#include "base/assert.h"
#include "base/root_folder.h"
#include "catalog/stored.h"
#include "core/canonical_json.h"

namespace holdfast::artifacts {
namespace {

// Rows that are read at once where the text of their metadata comes with them.
constexpr std::int64_t kTextPageLimit = 1000;
constexpr std::string_view kTypeIsNull =
    "-- name: artifacts.type_is_null\n-- any\nselect 1 from {table} where {type} is null limit 1\n";
constexpr std::size_t kSuffixSize = 12;  // hex digits: 48 bits over a handful of sources

std::string_view embedded(std::string_view name) {
  for (const auto& file : embedded_statements()) {
    if (file.name == name) return file.text;
  }
  HOLDFAST_ASSERT(false && "the SQL file was not embedded");
  return {};
}

std::string_view selection_name(RowSelection selection) {
  switch (selection) {
    case RowSelection::unmarked:
      return "unmarked";
    case RowSelection::all:
      return "all";
    case RowSelection::hashed:
      return "hashed";
    case RowSelection::unmarked_hashed:
      return "unmarked_hashed";
    case RowSelection::asks_for_proof:
      return "asks_for_proof";
  }
  return {};
}

std::string names_of(const std::vector<sql::Connection::Column>& columns) {
  std::string out;
  for (const auto& column : columns)
    out += (out.empty() ? "" : ", ") + column.name;
  return out;
}

bool has_column(const std::vector<sql::Connection::Column>& columns, const std::string& name) {
  return std::ranges::any_of(columns, [&](const auto& there) { return there.name == name; });
}

Error no_columns(const SourceConfig& config, const std::string& where,
                 const std::vector<std::string>& missing,
                 const std::vector<sql::Connection::Column>& columns) {
  std::string names;
  for (const std::string& each : missing)
    names += (names.empty() ? "" : ", ") + each;
  return {Code::invalid,
          where + ": table \"" + config.table + "\" has no column" +
              (missing.size() == 1 ? " " : "s ") + names + "; it has " + names_of(columns),
          "name the right columns in [artifacts." + config.name +
              ".columns], or \"\" for a title, type or updated_at that is not there"};
}

// Holds the map against the table. What nobody named and the table lacks is taken out of the map; all else that is missing is one
// error, so that a map is put right in one go.
Status settle_columns(SourceConfig& config, const std::string& where,
                      const std::vector<sql::Connection::Column>& columns) {
  if (columns.empty()) {
    return Error(
        Code::not_found, where + ": there is no table \"" + config.table + "\"",
        "name the table in [artifacts." + config.name + "], with its schema where it has one");
  }
  ColumnMap& map = config.columns;
  const std::pair<std::string_view, std::string*> wanted[] = {
      {"id", &map.id},     {"type", &map.type},         {"title", &map.title},
      {"path", &map.path}, {"metadata", &map.metadata}, {"updated_at", &map.updated_at}};
  std::vector<std::string> missing;
  for (const auto& [key, name] : wanted) {
    if (name->empty() || has_column(columns, *name)) continue;
    if (std::ranges::find(config.unnamed_columns, key) != config.unnamed_columns.end()) {
      name->clear();
    } else {
      missing.push_back('"' + *name + "\" (" + std::string(key) + ')');
    }
  }
  if (missing.empty()) return {};
  return no_columns(config, where, missing, columns);
}

// The text of all statements over one table; the pages once for every selection.
Result<std::string> statements_of(Expressions expressions, bool merges_on_server) {
  TRY_ASSIGN(std::string text, put_in(embedded("artifacts.sql"), expressions));
  TRY_ASSIGN(const std::string writing,
             put_in(embedded(merges_on_server ? "artifacts_jsonb.sql" : "artifacts_text.sql"),
                    expressions));
  TRY_ASSIGN(const std::string inserting, put_in(embedded("artifacts_insert.sql"), expressions));
  text += '\n' + writing + '\n' + inserting;
  for (const auto selection : {RowSelection::unmarked, RowSelection::all, RowSelection::hashed,
                               RowSelection::unmarked_hashed, RowSelection::asks_for_proof}) {
    expressions["selection_name"] = selection_name(selection);
    expressions["selection"] = std::string(expressions.find(selection_name(selection))->second);
    TRY_ASSIGN(const std::string pages, put_in(embedded("artifacts_page.sql"), expressions));
    text += '\n' + pages;
  }
  return text;
}

std::string with_suffix(std::string_view text, std::string_view suffix) {
  constexpr std::string_view kMark = "-- name: ";
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out += text.substr(0, end);
    if (text.starts_with(kMark)) out += suffix;
    out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

bool is_selected(const ArtifactRow& row, RowSelection selection,
                 const std::optional<Timestamp>& marked_before, Timestamp now) {
  switch (selection) {
    case RowSelection::unmarked:
      return !is_marked(row, {}, now);
    case RowSelection::unmarked_hashed:
      return row.recorded_sha256.has_value() && !is_marked(row, {}, now);
    case RowSelection::hashed:
      if (!row.recorded_sha256) return false;
      break;
    case RowSelection::asks_for_proof:
      if (!asks_for_proof(row)) return false;
      break;
    case RowSelection::all:
      break;
  }
  return !marked_before || !is_marked(row, marked_before, now);
}

}  // namespace

bool is_damaged(const ArtifactRow& row) {
  return !damage_of(row.metadata).empty();
}

bool asks_for_proof(const ArtifactRow& row) {
  return row.recorded_sha256.has_value() || is_damaged(row);
}

bool records_the_same(const ArtifactRow& a, const ArtifactRow& b) {
  return a.path == b.path && a.metadata == b.metadata && a.recorded_sha256 == b.recorded_sha256 &&
         a.recorded_size_bytes == b.recorded_size_bytes;
}

bool is_in_scope(const ArtifactRow& row, const std::vector<std::string>& types) {
  return types.empty() || std::ranges::find(types, row.type) != types.end();
}

bool is_foreign(const ArtifactRow& row, const SourceConfig& config) {
  return config.foreign_types.contains(row.type);
}

bool is_marked(const ArtifactRow& row, const std::optional<Timestamp>& marked_before,
               Timestamp now) {
  if (!row.computed_at || !row.recorded_sha256) return false;
  if (!marked_before) return true;
  const auto at = parse_rfc3339(*row.computed_at);
  return at && *at >= *marked_before && !is_in_future(*at, now);
}

RowSelection hashed_of(RowSelection selection) {
  switch (selection) {
    case RowSelection::unmarked:
    case RowSelection::unmarked_hashed:
      return RowSelection::unmarked_hashed;
    case RowSelection::all:
    case RowSelection::hashed:
    case RowSelection::asks_for_proof:
      return RowSelection::hashed;
  }
  return selection;
}

Result<ArtifactTable> ArtifactTable::open(const SourceConfig& config, catalog::Catalog& catalog,
                                          Access access) {
  ArtifactTable table(config, catalog);
  if (!config.in_catalog) {
    auto opened =
        sql::Connection::open({.url = config.url, .read_only = access == Access::read_only});
    if (!opened && opened.error().code() == Code::not_found)
      return std::move(opened).error().hinted("name the right database as source of [artifacts." +
                                              config.name +
                                              "], or look whether its disk is mounted");
    TRY_ASSIGN(table.own_, std::move(opened));
  }
  sql::Connection& connection = table.connection();
  TRY_ASSIGN(const auto columns, connection.columns(config.table));
  TRY(settle_columns(*table.config_, connection.name(), columns));
  TRY(table.learn_statements(columns));
  if (!config.in_catalog) TRY(table.refuse_bad_ids());
  return table;
}

sql::Connection& ArtifactTable::connection() {
  return own_ ? *own_ : catalog_->connection();
}

Result<sql::Rows> ArtifactTable::run(std::string_view statement, const sql::Args& args) {
  return connection().run("artifacts." + std::string(statement) + suffix_, args);
}

Status ArtifactTable::learn_statements(const std::vector<sql::Connection::Column>& columns) {
  TableFacts facts{.dialect = connection().dialect(),
                   .columns = columns,
                   .journal_columns = {},
                   .type_has_nulls = false};
  TRY_ASSIGN(facts.journal_columns, connection().columns(config_->journal));
  const auto identifiers = identifiers_of(*config_);
  if (!config_->in_catalog && !config_->columns.type.empty()) {
    TRY(connection().learn(kTypeIsNull, identifiers));
    TRY_ASSIGN(const auto rows, connection().run("artifacts.type_is_null"));
    facts.type_has_nulls = !rows.empty();
  }
  merges_on_server_ = is_jsonb(*config_, facts);
  const Expressions expressions = expressions_of(*config_, facts);
  const bool compares_column = expressions.find("id_key")->second == "t.{id}";
  TRY_ASSIGN(const std::string text, statements_of(expressions, merges_on_server_));
  std::string identity = text;
  for (const auto& [name, value] : identifiers)
    identity += '\0' + name + '\0' + value;
  suffix_ = '@' + core::to_hex(core::sha256(identity)).substr(0, kSuffixSize);
  // The suffix is of the text and the names: another table of the same ones has taught them already.
  TRY(connection().learn(with_suffix(text, suffix_), identifiers));
  TRY_ASSIGN(const auto indexes,
             run("id_index", {{"table", config_->table}, {"id", config_->columns.id}}));
  finds_by_index_ = compares_column && !indexes.empty();
  return {};
}

std::string ArtifactTable::described() {
  return connection().name() + ": table \"" + config_->table + '"';
}

// SQLite lets a column hold anything.
Status ArtifactTable::refuse_misfits(const sql::Rows& rows) {
  const RowReader reader(rows);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto misfit = reader.text(i, "misfit");
    if (!misfit) continue;
    const bool is_id = misfit->starts_with("id ");
    const std::string& column = is_id ? config_->columns.id : config_->columns.type;
    return Error(Code::invalid,
                 described() + ": the " + column + " of row \"" +
                     printable_path(reader.text(i, "id").value_or("")) + "\" " +
                     misfit->substr(misfit->find(' ') + 1) + ", which no text can name",
                 "store it as text (or a whole number), or map another column as " +
                     std::string(is_id ? "id" : "type"));
  }
  return {};
}

// Whether text is an object with each of our keys once, only read_metadata() tells in full: SQLite takes text that is not UTF-8, and
// the first of two equal keys.
bool ArtifactTable::filters_in_database(RowSelection selection) {
  if (selection == RowSelection::all || merges_on_server_) return true;
  const bool is_sqlite = connection().dialect() == sql::Dialect::sqlite;
  return is_sqlite && selection != RowSelection::asks_for_proof;
}

Status ArtifactTable::refuse_bad_ids() {
  const std::string where = described();
  TRY_ASSIGN(const auto nameless, run("row_without_id"));
  if (!nameless.empty()) {
    return Error(
        Code::invalid,
        where + " has a row whose " + config_->columns.id + " is NULL, which nothing could name",
        "give every row an id of its own");
  }
  TRY_ASSIGN(const auto misfits, run("misfit"));
  TRY(refuse_misfits(misfits));
  TRY_ASSIGN(const auto twice, run("id_twice"));
  if (twice.empty()) return {};
  return Error(Code::invalid,
               where + " has " + std::to_string(twice.integer(0, 1)) + " rows whose " +
                   config_->columns.id + " is \"" + twice.text(0, 0) +
                   "\": a hash could not tell which one it belongs to",
               "give every row an id of its own (a primary key), or map another column as id");
}

// Id and type name a row in our own catalog, in events and in subjects; a path may be any bytes. SQLite takes them all as text.
Status ArtifactTable::require_text(const ArtifactRow& row) {
  if (core::is_utf8(row.id) && core::is_utf8(row.type)) return {};
  const bool bad_id = !core::is_utf8(row.id);
  return Error(Code::invalid,
               described() + ": row \"" + printable_path(row.id) + "\" has " +
                   (bad_id ? "an id" : "the type \"" + printable_path(row.type) + '"') +
                   " that is not UTF-8",
               "write it as text (the bytes that are none are shown percent-encoded)");
}

Result<std::vector<ArtifactRow>> ArtifactTable::raw_page(const PageQuery& query,
                                                         const std::optional<RowCursor>& after,
                                                         std::int64_t limit) {
  const std::string selection(selection_name(query.selection));
  sql::Args args{{"types", json_strings(query.types)}, {"limit", limit}};
  if (after) {
    args.emplace_back("after_type", after->type);
    args.emplace_back("after_id", after->id);
  }
  TRY_ASSIGN(const auto found, run((after ? "page_after_" : "page_first_") + selection, args));
  TRY(refuse_misfits(found));
  auto rows = RowReader(found).all();
  for (const ArtifactRow& row : rows)
    TRY(require_text(row));
  return rows;
}

Result<std::vector<ArtifactRow>> ArtifactTable::page(const PageQuery& query) {
  std::optional<Timestamp> before;
  if (query.marked_before) {
    TRY_ASSIGN(before, parse_rfc3339(*query.marked_before));
  }
  const Timestamp now = catalog_->clock().now();
  std::vector<ArtifactRow> out;
  std::optional<RowCursor> after = query.after;
  for (bool more = true; more && std::ssize(out) < query.limit;) {
    const std::int64_t wanted = query.limit - std::ssize(out);
    // What is filtered here is read in whole pages, so that a table whose rows are all done needs few statements.
    const bool filters_here = !filters_in_database(query.selection) || before;
    const std::int64_t limit = filters_here        ? kTextPageLimit
                               : merges_on_server_ ? wanted
                                                   : std::min(wanted, kTextPageLimit);
    TRY_ASSIGN(auto rows, raw_page(query, after, limit));
    more = std::ssize(rows) == limit;
    if (!rows.empty()) after = RowCursor{.type = rows.back().type, .id = rows.back().id};
    for (ArtifactRow& row : rows) {
      if (std::ssize(out) < query.limit && is_selected(row, query.selection, before, now))
        out.push_back(std::move(row));
    }
  }
  return out;
}

Result<std::vector<ArtifactRow>> ArtifactTable::rows(std::span<const std::string> ids) {
  TRY_ASSIGN(const auto rows, run("rows", {{"ids", json_strings(ids)}}));
  return RowReader(rows).all();
}

Result<std::vector<std::string>> ArtifactTable::listed(std::span<const std::string> ids) {
  TRY_ASSIGN(const auto found, run("listed", {{"ids", json_strings(ids)}}));
  std::vector<std::string> out;
  for (std::size_t i = 0; i < found.size(); ++i)
    out.push_back(found.text(i, 0));
  return out;
}

Result<std::vector<std::optional<std::string>>> ArtifactTable::metadata_texts(
    std::span<const std::string> ids) {
  TRY_ASSIGN(const auto found, run("texts", {{"ids", json_strings(ids)}}));
  const RowReader reader(found);
  std::unordered_map<std::string, std::optional<std::string>> by_id;
  for (std::size_t i = 0; i < found.size(); ++i)
    by_id.emplace(reader.text(i, "id").value_or(""), reader.text(i, "metadata"));
  std::vector<std::optional<std::string>> out;
  for (const std::string& id : ids)
    out.push_back(by_id[id]);
  return out;
}

Result<std::int64_t> ArtifactTable::count(const PageQuery& query) {
  if (filters_in_database(query.selection) && !query.marked_before) {
    TRY_ASSIGN(const auto rows, run("count_" + std::string(selection_name(query.selection)),
                                    {{"types", json_strings(query.types)}}));
    return rows.integer(0, 0);
  }
  PageQuery next = query;
  next.limit = kTextPageLimit;
  next.after.reset();
  std::int64_t found = 0;
  for (;;) {
    TRY_ASSIGN(const auto rows, page(next));
    found += std::ssize(rows);
    if (std::ssize(rows) < next.limit) return found;
    next.after = RowCursor{.type = rows.back().type, .id = rows.back().id};
  }
}

Result<bool> ArtifactTable::ids_are_integers() {
  TRY_ASSIGN(const auto found,
             run("integer_ids", {{"table", config_->table}, {"id", config_->columns.id}}));
  return !found.empty();
}

Result<bool> ArtifactTable::has_journal() {
  TRY_ASSIGN(const auto columns, connection().columns(config_->journal));
  if (columns.empty()) return false;
  for (const char* name :
       {"seq", "artifact_id", "at", "actor", "batch_run_id", "operation", "old", "new", "reason"}) {
    if (has_column(columns, name)) continue;
    return Error(Code::invalid,
                 connection().name() + ": table \"" + config_->journal +
                     "\" is no journal: it has no column " + name + "; it has " + names_of(columns),
                 "name another table as journal of [artifacts." + config_->name + "]");
  }
  return true;
}

std::pair<std::string, sql::Identifiers> ArtifactTable::journal_statements() {
  const std::string& journal = config_->journal;
  const std::size_t dot =
      connection().dialect() == sql::Dialect::postgres ? journal.rfind('.') : std::string::npos;
  const std::string name = dot == std::string::npos ? journal : journal.substr(dot + 1);
  return {with_suffix(embedded("artifacts_journal.sql"), suffix_),
          {{"journal", journal}, {"journal_index", name + "_artifact"}}};
}

Result<std::string> ArtifactTable::journal_ddl() {
  const auto [text, identifiers] = journal_statements();
  TRY_ASSIGN(const auto book, sql::Book::parse(text, connection().dialect(), identifiers));
  const auto* statement = book.find("artifacts.make_journal" + suffix_);
  HOLDFAST_ASSERT(statement != nullptr);
  return statement->sql + '\n';
}

Result<sql::Rows> ArtifactTable::journal_rows(const std::optional<std::string>& artifact_id,
                                              std::int64_t after_seq, std::int64_t limit) {
  const auto [text, identifiers] = journal_statements();
  TRY(connection().learn(text, identifiers));
  return run("read_journal", {{"artifact_id", catalog::text_value(artifact_id)},
                              {"after_seq", after_seq},
                              {"limit", limit}});
}

Status ArtifactTable::create_journal() {
  TRY_ASSIGN(const std::string ddl, journal_ddl());
  TRY_ASSIGN(auto transaction, sql::Transaction::begin(connection()));
  TRY(connection().script(ddl));
  return transaction.commit();
}

}  // namespace holdfast::artifacts
