// SPDX-License-Identifier: Apache-2.0
// One connection type over SQLite and PostgreSQL. Statements are named and live in one text file
// per domain with, where they must differ, a block per dialect; domain code runs them by name. Not
// thread-safe: one connection per thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace holdfast::sql {

enum class Dialect : unsigned char { sqlite, postgres };

/// null, integer (bool is 0 or 1), double, text (json, timestamps and bytes come as text).
using Value = std::variant<std::monostate, std::int64_t, double, std::string>;
using Args = std::vector<std::pair<std::string_view, Value>>;

/// A result read whole. Column positions count from 0.
struct Rows {
  std::vector<std::string> names;
  std::vector<std::vector<Value>> rows;
  std::int64_t affected = 0;  // rows written by insert, update, delete

  bool empty() const { return rows.empty(); }
  std::size_t size() const { return rows.size(); }
  bool is_null(std::size_t row, std::size_t column) const;
  /// The value as its type; a null or another type gives 0 or "". Use is_null where it matters.
  std::int64_t integer(std::size_t row, std::size_t column) const;
  const std::string& text(std::size_t row, std::size_t column) const;
  /// The position of a column, or -1.
  int column(std::string_view name) const;
};

/// Names in a statement text that stand for identifiers: "{table}" becomes the quoted value. A
/// dotted value ("scidex.artifacts") is quoted part by part on PostgreSQL.
using Identifiers = std::map<std::string, std::string, std::less<>>;

/// Named statements of one domain. Text format:
///   -- name: event.append
///   -- any | -- sqlite | -- postgres      (one block for both, or one each)
///   … SQL with :name parameters and {name} identifiers …
class Book {
 public:
  /// `internal` when the text is malformed; `invalid` when an identifier cannot be quoted (a NUL
  /// byte, empty).
  static Result<Book> parse(std::string_view text, Dialect dialect,
                            const Identifiers& identifiers = {});
  struct Statement {
    std::string sql;                      // placeholders already ?1 or $1
    std::vector<std::string> parameters;  // in order of their numbers
  };
  const Statement* find(std::string_view name) const;
  const std::map<std::string, Statement, std::less<>>& statements() const { return statements_; }
  std::map<std::string, Statement, std::less<>> take() && { return std::move(statements_); }

 private:
  std::map<std::string, Statement, std::less<>> statements_;
};

/// `"name"` with quotes doubled, dotted names part by part on PostgreSQL.
Result<std::string> quote_identifier(std::string_view name, Dialect dialect);

/// The dialect a URL asks for: "sqlite:PATH", "postgresql://…", "postgres://…"; `invalid` names the
/// URL without its password and the forms.
Result<Dialect> dialect_of(std::string_view url);
/// PATH of "sqlite:PATH"; none of any other URL.
std::optional<std::string> sqlite_path(std::string_view url);
/// "sqlite:PATH" with the path as it is seen from `folder`; any other URL as it is.
std::string absolute_url(const std::string& url, const std::string& folder);
/// Whether both name one database: an SQLite file by whatever links, a server by the same text.
bool is_same_database(const std::string& a, const std::string& b);
/// The URL with any password, and any value whose key names a secret, replaced by "***": the only form that may be shown.
std::string redacted(std::string_view url);

struct OpenOptions {
  std::string url;  // relative SQLite paths are relative to the process's folder
  bool create =
      false;  // SQLite only: make the file (and its folder) when it is not there; else `not_found`
  bool wal = false;        // SQLite only: switch the file to WAL, which stays with it: for our own
                           // catalog, not for a user's file
  bool read_only = false;  // PostgreSQL: default_transaction_read_only; SQLite: opened read-only
  std::chrono::milliseconds busy_timeout{10000};  // waits for a lock, then `conflict`
  std::string application_name = "holdfast";
};

/// Error codes of every call: `conflict` (locked, serialization, unique key), `unavailable` (server
/// can't be reached or is gone), `io` (disk full or broken, connection lost in the middle of a
/// commit: outcome unknown), `corrupt` (damaged database), `not_found` (no such file or database),
/// `invalid` (the database refused the statement or its values), `internal` (our SQL).
///
/// A connection that was lost stays lost: every later call says `unavailable`; open another one.
/// Text values must be UTF-8 without NUL bytes and numbers finite on both databases, else
/// `invalid`.
class Connection {
 public:
  static Result<Connection> open(const OpenOptions& options);
  ~Connection();
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;

  Dialect dialect() const;
  /// The redacted URL.
  const std::string& name() const;
  /// Adds a domain's statements; names must be new.
  Status use(Book book);
  /// Parses and adds the statements of a text, once: the same text with the same identifiers again adds nothing. So whoever needs them
  /// may ask for them at every call.
  Status learn(std::string_view text, const Identifiers& identifiers = {});
  /// Runs a named statement. Every parameter must be given, and no other.
  Result<Rows> run(std::string_view statement, const Args& args = {});
  /// Runs SQL text of one or more statements without parameters (migrations, pragmas).
  Status script(const std::string& sql);
  /// Prepares every statement it knows, so that a test finds a typo in either dialect.
  Status prepare_all();
  /// The columns of a table or view (dotted with its schema on PostgreSQL) in order, with their
  /// declared types in lower case; empty when there is no such table.
  struct Column {
    std::string name;
    std::string type;
  };
  Result<std::vector<Column>> columns(std::string_view table);
  bool in_transaction() const;
  /// How many calls the database failed so far: who handed the connection to somebody else learns whether it was to blame.
  std::int64_t failure_count() const;

 private:
  friend class Transaction;
  struct State;
  explicit Connection(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// BEGIN IMMEDIATE on SQLite, BEGIN (read committed) on PostgreSQL. What was not committed is gone
/// with the object. The connection must stay where it is meanwhile. Beginning inside another
/// transaction is `internal`.
class Transaction {
 public:
  static Result<Transaction> begin(Connection& connection);
  ~Transaction();
  Transaction(Transaction&& other) noexcept
      : connection_(std::exchange(other.connection_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  /// Durable on return (synchronous=FULL). `io` or `unavailable` after a lost connection means:
  /// unknown outcome, read again and decide. `conflict` or `io` when a statement before failed and
  /// the database had rolled back already: nothing was written.
  Status commit();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}
  Connection* connection_;
};

/// A JSON array from rows of flat fields, for bulk statements through json_each /
/// jsonb_to_recordset. Integers are exact.
class JsonRows {
 public:
  void begin_row();
  void add(std::string_view key, const Value& value);
  /// Adds JSON text as it is (metadata); the caller knows that it is valid.
  void add_json(std::string_view key, std::string_view json);
  std::size_t size() const { return row_count_; }
  /// "[{…},{…}]"; the object is empty afterwards.
  std::string take();

 private:
  std::string text_ = "[";
  std::size_t row_count_ = 0;
  bool row_open_ = false;
  bool first_field_ = true;
};

}  // namespace holdfast::sql
