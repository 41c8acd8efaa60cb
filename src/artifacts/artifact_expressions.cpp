// SPDX-License-Identifier: Apache-2.0
#include "artifacts/artifact_expressions.h"

#include <algorithm>
#include <initializer_list>

namespace holdfast::artifacts {
namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool is_text_type(std::string_view type) {
  return type == "text" || type.starts_with("character varying");
}

// The affinity of a declared type (SQLite's datatype3.html, 3.1), as far as comparing with a bound text goes: a column of text or
// numbers takes the text for a value of its own kind. One of another affinity may hold both 12 and '12', and a REAL's text is not
// its number: only a cast makes these comparable, at the price of the column's index.
enum class Affinity : unsigned char { text, number, other };

Affinity sqlite_affinity(std::string_view type) {
  const auto has = [&](std::initializer_list<std::string_view> parts) {
    return std::ranges::any_of(parts, [&](std::string_view part) { return contains(type, part); });
  };
  if (has({"int"})) return Affinity::number;
  if (has({"char", "clob", "text"})) return Affinity::text;
  if (type.empty() || has({"blob", "real", "floa", "doub"})) return Affinity::other;
  return Affinity::number;
}

/// What compares a type: its column, or its text where comparing the column with a text would not do.
std::string type_key(std::string_view type, const TableFacts& facts) {
  const bool postgres = facts.dialect == sql::Dialect::postgres;
  const Affinity affinity = postgres ? Affinity::other : sqlite_affinity(type);
  const bool is_text = postgres ? is_text_type(type) : affinity == Affinity::text;
  // coalesce() has no affinity: numbers in it would not be compared with texts.
  const bool plain = is_text || (affinity == Affinity::number && !facts.type_has_nulls);
  const std::string key = plain ? "t.{type}" : "cast(t.{type} as text)";
  return facts.type_has_nulls ? "coalesce(" + key + ", '')" : key;
}

// Of a row of SQLite whose id or type is not what its text is compared as: which of the two, and what it is. An order over such rows
// would pass them over or never end.
std::string misfit_of(const Expressions& expressions, bool has_type) {
  const auto reason = [](const std::string& which, const std::string& column,
                         const std::string& key, const std::string& text) {
    return " when typeof(" + column + ") = 'blob' or " + key + " <> " + text + " then '" + which +
           " is a ' || upper(typeof(" + column + ")) when instr(" + text + ", char(0)) then '" +
           which + " holds a NUL'";
  };
  const auto expression = [&](std::string_view name) { return expressions.find(name)->second; };
  std::string out = "case" + reason("id", "t.{id}", expression("id_key"), expression("id_text"));
  if (has_type) out += reason("type", "t.{type}", expression("type_key"), expression("type_text"));
  return out + " end";
}

void put_order(Expressions& out, const SourceConfig& config, const TableFacts& facts) {
  const bool postgres = facts.dialect == sql::Dialect::postgres;
  const std::string id_type = column_type(facts.columns, config.columns.id);
  const std::string cast_id = "cast(t.{id} as text)";
  out["id_text"] = cast_id;
  out["id_sql"] = postgres ? id_type : "text";
  out["id_key"] = postgres || sqlite_affinity(id_type) != Affinity::other ? "t.{id}" : cast_id;
  out["type_sql"] = "text";
  const bool has_type = !config.columns.type.empty();
  out["type_text"] = has_type ? "coalesce(cast(t.{type} as text), '')" : "cast('' as text)";
  out["type_key"] = has_type ? type_key(column_type(facts.columns, config.columns.type), facts)
                             : out["type_text"];
  // PostgreSQL holds a column to one type, and no text of it can hold a NUL.
  out["misfit"] = postgres ? "cast(null as text)" : misfit_of(out, has_type);
}

std::string updated_at(const SourceConfig& config, const TableFacts& facts) {
  if (config.columns.updated_at.empty()) return "";
  const std::string type = column_type(facts.columns, config.columns.updated_at);
  const std::string set = ", {updated_at} = ";
  if (facts.dialect == sql::Dialect::postgres) {
    if (contains(type, "int")) return set + "cast(extract(epoch from now()) as bigint)";
    if (type.starts_with("timestamp") || type == "date") return set + "now()";
    return set + R"(to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))";
  }
  if (contains(type, "int")) return set + "unixepoch('now')";
  return set + "strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z'";
}

// Only where the database itself can tell; a cast to json fails on text that is none.
void put_selections(Expressions& out, const SourceConfig& config, const TableFacts& facts) {
  const auto at = [](std::string_view key) {
    return "(t.{metadata}->>'" + std::string(key) + "')";
  };
  const bool trusted =
      is_jsonb(config, facts) || (config.in_catalog && facts.dialect == sql::Dialect::sqlite);
  const bool guarded = !trusted && facts.dialect == sql::Dialect::sqlite;
  const auto reading = [&](std::string_view key) {
    return guarded ? "(case when json_valid(t.{metadata}) then t.{metadata}->>'" +
                         std::string(key) + "' end)"
                   : at(key);
  };
  const bool told = trusted || guarded;
  // Written as in the index of migration 0007_artifacts_unmarked.
  out["unmarked"] = told ? "(" + reading("file_sha256_computed_at") + " is null or " +
                               reading("file_sha256") + " is null)"
                         : "true";
  out["hashed"] = told ? reading("file_sha256") + " is not null" : "true";
  out["unmarked_hashed"] = out["unmarked"] + " and " + out["hashed"];
  // Text is judged in whole by artifact_table.cpp; jsonb has each key once and needs no more than its type.
  out["asks_for_proof"] = is_jsonb(config, facts)
                              ? "(" + out["hashed"] + " or jsonb_typeof(t.{metadata}) <> 'object')"
                              : "true";
  out["all"] = "true";
}

// Columns and values of a new row; a column that is not mapped is left to its default.
void put_insert(Expressions& out, const SourceConfig& config, const TableFacts& facts) {
  const bool postgres = facts.dialect == sql::Dialect::postgres;
  const std::pair<const char*, const std::string*> columns[] = {
      {"id", &config.columns.id},
      {"type", &config.columns.type},
      {"title", &config.columns.title},
      {"path", &config.columns.path},
      {"metadata", &config.columns.metadata}};
  std::string names;
  std::string values;
  for (const auto& [key, column] : columns) {
    if (column->empty()) continue;
    names += (names.empty() ? "{" : ", {") + std::string(key) + "}";
    const std::string value =
        postgres ? "cast(r." + std::string(key) + " as " + column_type(facts.columns, *column) + ")"
                 : "json_extract(e.value, '$." + std::string(key) + "')";
    values += (values.empty() ? "" : ", ") + value;
  }
  out["insert_columns"] = names;
  out["insert_values"] = values;
}

}  // namespace

std::string column_type(const std::vector<sql::Connection::Column>& columns,
                        std::string_view name) {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const auto& column) { return column.name == name; });
  return found == columns.end() ? "" : found->type;
}

bool is_jsonb(const SourceConfig& config, const TableFacts& facts) {
  return facts.dialect == sql::Dialect::postgres &&
         column_type(facts.columns, config.columns.metadata) == "jsonb";
}

sql::Identifiers identifiers_of(const SourceConfig& config) {
  const ColumnMap& map = config.columns;
  sql::Identifiers out{{"table", config.table},
                       {"journal", config.journal},
                       {"id", map.id},
                       {"path", map.path},
                       {"metadata", map.metadata}};
  if (!map.type.empty()) out["type"] = map.type;
  if (!map.title.empty()) out["title"] = map.title;
  if (!map.updated_at.empty()) out["updated_at"] = map.updated_at;
  return out;
}

Expressions expressions_of(const SourceConfig& config, const TableFacts& facts) {
  const bool postgres = facts.dialect == sql::Dialect::postgres;
  Expressions out;
  put_order(out, config, facts);
  put_selections(out, config, facts);
  put_insert(out, config, facts);
  out["title_text"] = config.columns.title.empty() ? "''" : "coalesce(cast(t.{title} as text), '')";
  out["path_text"] = "cast(t.{path} as text)";
  out["metadata_text"] = "cast(t.{metadata} as text)";
  out["metadata_sql"] = postgres ? column_type(facts.columns, config.columns.metadata) : "text";
  out["set_updated_at"] = updated_at(config, facts);
  const auto journal_type = [&](std::string_view name, const char* usual) {
    const std::string type = column_type(facts.journal_columns, name);
    return type.empty() ? std::string(usual) : type;
  };
  out["journal_at_sql"] = journal_type("at", "timestamptz");
  out["journal_json_sql"] = journal_type("new", "jsonb");
  if (is_jsonb(config, facts)) {
    out["record"] =
        "case when t.{metadata} is null then 'null' when jsonb_typeof(t.{metadata}) = 'object' "
        "then "
        "'object' else 'other' end as kind,"
        " t.{metadata}->>'file_sha256' as sha256, t.{metadata}->>'file_size_bytes' as size_bytes,"
        " t.{metadata}->>'file_sha256_computed_at' as computed_at";
  } else if (postgres) {
    out["record"] = "cast(t.{metadata} as text) as metadata";
  } else {
    // A blob would come back as text: it is shown as no JSON, and so never written.
    out["record"] =
        "case when typeof(t.{metadata}) = 'blob' then '!' else cast(t.{metadata} as text) end as "
        "metadata";
  }
  return out;
}

Result<std::string> put_in(std::string_view text, const Expressions& expressions) {
  std::string out;
  while (!text.empty()) {
    const std::size_t begin = text.find("<<");
    out += text.substr(0, begin);
    if (begin == std::string_view::npos) break;
    const std::size_t end = text.find(">>", begin);
    const auto name = text.substr(begin + 2, end == std::string_view::npos ? end : end - begin - 2);
    const auto found = expressions.find(name);
    if (end == std::string_view::npos || found == expressions.end()) {
      return Error(Code::internal, "<<" + std::string(name.substr(0, 40)) + ">> has no expression");
    }
    out += found->second;
    text.remove_prefix(end + 2);
  }
  return out;
}

}  // namespace holdfast::artifacts
