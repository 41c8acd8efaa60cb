// SPDX-License-Identifier: Apache-2.0
// SQLite behind Driver. The only file that includes sqlite3.h.
//
// Settings, each with its reason: busy_timeout before anything else, so that even the first read
// waits for a lock; synchronous=FULL in WAL and EXTRA otherwise (a commit survives a power cut; in
// WAL, NORMAL may lose the last ones); double-quoted strings off, so that a column that does not
// exist is an error and not a piece of text; file: URIs and ":memory:" are plain file names.
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <unordered_map>
#include <utility>

#include <sqlite3.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/canonical_path.h"
#include "base/file.h"
#include "base/percent.h"
#include "base/private_file.h"
#include "sql/driver.h"
#include "sql/lock_holder.h"

namespace holdfast::sql {
namespace {

constexpr int kWalRetryPauseMs = 5;

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;
using Prepared = std::unique_ptr<sqlite3_stmt, Finalize>;

/// What a primary result code means to a caller (https://www.sqlite.org/rescode.html).
Code code_of(int extended) {
  switch (extended & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_SCHEMA:
      return Code::conflict;
    case SQLITE_CONSTRAINT:
      return extended == SQLITE_CONSTRAINT_UNIQUE || extended == SQLITE_CONSTRAINT_PRIMARYKEY
                 ? Code::conflict
                 : Code::invalid;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      return Code::corrupt;
    case SQLITE_ERROR:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
    case SQLITE_AUTH:
      return Code::invalid;
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_NOMEM:
      return Code::internal;
    case SQLITE_INTERRUPT:
      return Code::cancelled;
    default:  // FULL, IOERR, READONLY, CANTOPEN, PERM, NOLFS, PROTOCOL
      return Code::io;
  }
}

std::string hint_of(int extended, const std::string& path) {
  switch (extended & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "wait until it has ended, or end it, then run the same command again";
    case SQLITE_FULL:
      return "free some space on the disk that holds " + path + ", then run the same command again";
    case SQLITE_IOERR:
      return "look at the disk that holds " + path + " (dmesg), then run the same command again";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:  // the journal or the log beside it, which reading needs too
      return "make " + path + " and its folder writable for this user";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "keep a copy of " + path + " and put a backup in its place, or `sqlite3 " + path +
             " .recover`";
    default:
      return {};
  }
}

class SqliteDriver final : public Driver {
 public:
  SqliteDriver(Database database, std::string path, std::string name, bool read_only)
      : database_(std::move(database)),
        path_(std::move(path)),
        name_(std::move(name)),
        read_only_(read_only) {}

  Dialect dialect() const override { return Dialect::sqlite; }

  Status configure(const OpenOptions& options) {
    const int ms = static_cast<int>(options.busy_timeout.count());
    sqlite3_busy_timeout(database_.get(), ms);
    sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    TRY(script("pragma foreign_keys=on; pragma cell_size_check=on"));
    TRY_ASSIGN(std::string journal,
               pragma("journal_mode"));  // reads the header: no database is found out here
    if (options.wal && !read_only_ && journal != "wal") {
      TRY(switch_to_wal(options.busy_timeout));
      journal = "wal";
    }
    return script(journal == "wal" ? "pragma synchronous=full" : "pragma synchronous=extra");
  }

  Status prepare(const std::string& name, const Book::Statement& statement) override {
    TRY_ASSIGN(const auto* prepared, prepared_statement(name, statement.sql));
    static_cast<void>(prepared);
    return {};
  }

  Result<Rows> run(const std::string& name, const Book::Statement& statement,
                   std::span<const Value* const> values) override {
    TRY_ASSIGN(auto* prepared, prepared_statement(name, statement.sql));
    const struct Reset {
      sqlite3_stmt* statement;
      ~Reset() {
        sqlite3_reset(statement);
        sqlite3_clear_bindings(statement);
      }
    } reset{prepared};
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (const int rc = bind(prepared, static_cast<int>(i + 1), *values[i]); rc != SQLITE_OK)
        return error(rc, name);
    }
    return step_all(prepared, name);
  }

  Status script(const std::string& sql) override {
    const int rc = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (rc != SQLITE_OK) return error(rc, "script");
    return {};
  }

  Result<std::vector<Connection::Column>> columns(std::string_view table) override {
    const Value name = std::string(table);
    const Value* values[] = {&name};
    // hidden: 0 ordinary, 1 of a virtual table, 2 and 3 generated
    const Book::Statement statement{
        "select name, lower(type) from pragma_table_xinfo(?1) where hidden<>1 order by cid", {}};
    TRY_ASSIGN(const Rows rows, run("sql.columns", statement, values));
    std::vector<Connection::Column> out;
    out.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
      out.push_back({rows.text(i, 0), rows.text(i, 1)});
    return out;
  }

  bool in_transaction() const override { return sqlite3_get_autocommit(database_.get()) == 0; }
  Status begin() override { return script(read_only_ ? "begin" : "begin immediate"); }
  Status rollback() override { return script("rollback"); }

  Status commit() override {
    const int rc = sqlite3_exec(database_.get(), "commit", nullptr, nullptr, nullptr);
    if (rc == SQLITE_OK) return {};
    auto failed = error(rc, "commit");
    // A sync that failed may or may not have reached the disk (fsync's own rule): only reading
    // again tells.
    if ((rc & 0xff) != SQLITE_IOERR) return failed;
    return Error(Code::io, failed.message() + "; whether the transaction was kept is unknown",
                 failed.hint());
  }

 private:
  Result<sqlite3_stmt*> prepared_statement(const std::string& name, const std::string& sql) {
    auto& slot = prepared_[name];
    if (slot) return slot.get();
    sqlite3_stmt* made = nullptr;
    const char* tail = nullptr;
    const int rc = sqlite3_prepare_v3(database_.get(), sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT,
                                      &made, &tail);
    Prepared owner(made);
    if (rc != SQLITE_OK) return refused_statement(rc, name);
    if (made == nullptr || std::strspn(tail, " \t\r\n;") != std::strlen(tail)) {
      return Error(Code::internal, "statement '" + name + "' is not exactly one statement");
    }
    slot = std::move(owner);
    return slot.get();
  }

  /// Bad grammar is our own mistake; a table or column that is not there may be the user's.
  Error refused_statement(int rc, const std::string& name) const {
    auto refused = error(rc, name);
    if (std::strstr(sqlite3_errmsg(database_.get()), "syntax error") == nullptr) return refused;
    return {Code::internal, refused.message()};
  }

  static int bind(sqlite3_stmt* statement, int position, const Value& value) {
    if (const auto* integer = std::get_if<std::int64_t>(&value))
      return sqlite3_bind_int64(statement, position, *integer);
    if (const auto* number = std::get_if<double>(&value))
      return sqlite3_bind_double(statement, position, *number);
    if (const auto* text = std::get_if<std::string>(&value)) {
      return sqlite3_bind_text64(statement, position, text->data(), text->size(), SQLITE_STATIC,
                                 SQLITE_UTF8);
    }
    return sqlite3_bind_null(statement, position);
  }

  static Value column_value(sqlite3_stmt* statement, int column) {
    switch (sqlite3_column_type(statement, column)) {
      case SQLITE_INTEGER:
        return std::int64_t{sqlite3_column_int64(statement, column)};
      case SQLITE_FLOAT:
        return sqlite3_column_double(statement, column);
      case SQLITE_NULL:
        return {};
      default: {  // text, or a blob's bytes as they are
        const void* bytes = sqlite3_column_blob(statement, column);
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
        return std::string(static_cast<const char*>(size == 0 ? "" : bytes), size);
      }
    }
  }

  Result<Rows> step_all(sqlite3_stmt* statement, const std::string& name) {
    Rows out;
    int rc = sqlite3_step(statement);
    const int column_count =
        sqlite3_column_count(statement);  // after the step: a changed schema prepares anew in there
    for (int i = 0; i < column_count; ++i)
      out.names.emplace_back(sqlite3_column_name(statement, i));
    for (; rc == SQLITE_ROW; rc = sqlite3_step(statement)) {
      auto& row = out.rows.emplace_back();
      row.reserve(static_cast<std::size_t>(column_count));
      for (int i = 0; i < column_count; ++i)
        row.push_back(column_value(statement, i));
    }
    if (rc != SQLITE_DONE) return error(rc, name);
    if (sqlite3_stmt_readonly(statement) == 0) out.affected = sqlite3_changes64(database_.get());
    return out;
  }

  Result<std::string> pragma(const std::string& text) {
    sqlite3_stmt* made = nullptr;
    const int rc =
        sqlite3_prepare_v2(database_.get(), ("pragma " + text).c_str(), -1, &made, nullptr);
    const Prepared owner(made);
    if (rc != SQLITE_OK) return error(rc, text);
    TRY_ASSIGN(const Rows rows, step_all(made, text));
    return rows.empty() ? std::string() : rows.text(0, 0);
  }

  /// SQLite does not wait for the lock that a switch needs (it could dead-lock with another one
  /// switching), so we do.
  Status switch_to_wal(std::chrono::milliseconds busy_timeout) {
    const auto deadline = std::chrono::steady_clock::now() + busy_timeout;
    for (;;) {
      const auto journal = pragma("journal_mode=wal");
      if (journal && *journal == "wal") return {};
      if (journal) {
        return Error(Code::unsupported,
                     name_ +
                         ": the file system can't keep a write-ahead log (journal mode stays '" +
                         *journal + "')",
                     "keep the catalog on a local disk, or in PostgreSQL");
      }
      const bool locked = journal.error().code() == Code::conflict;
      if (!locked || std::chrono::steady_clock::now() >= deadline) return journal.error();
      sqlite3_sleep(kWalRetryPauseMs);
    }
  }

  Error error(int rc, const std::string& what) const {
    sqlite3* database = database_.get();
    std::string text = sqlite3_errmsg(database);
    const int system = sqlite3_system_errno(database);
    const int primary = rc & 0xff;
    if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED) {
      text = "is locked for writing" + describe_lock_holder(path_);
    } else if ((primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN) && system != 0) {
      text += " (" + std::generic_category().message(system) + ")";
    }
    const bool full = primary == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT);
    return {code_of(rc), name_ + ": " + what + ": " + text,
            hint_of(full ? SQLITE_FULL : rc, path_)};
  }

  Database database_;
  std::string path_;
  std::string name_;
  bool read_only_;
  std::unordered_map<std::string, Prepared> prepared_;  // goes before database_
};

/// The file name SQLite gets: never "", ":memory:" or "file:…", which mean something else to it.
Result<std::string> path_of(const std::string& url) {
  const auto named = sqlite_path(url);
  HOLDFAST_ASSERT(named);  // Connection::open asked for the dialect
  const std::string& path = *named;
  if (path.find('\0') != std::string::npos)
    return Error(Code::invalid, "a database path may not hold a NUL byte");
  return path.front() == '/' ? path : "./" + path;
}

Status require_file(const OpenOptions& options, const std::string& path) {
  std::error_code failed;
  const auto kind = std::filesystem::status(path, failed).type();
  if (kind == std::filesystem::file_type::regular) return {};
  if (kind != std::filesystem::file_type::not_found && kind != std::filesystem::file_type::none) {
    return Error(Code::invalid, options.url + ": is no file",
                 "name a database file, not a folder or device");
  }
  if (kind == std::filesystem::file_type::none)
    return Error(Code::io, options.url + ": " + failed.message());
  if (!options.create || options.read_only)
    return Error(Code::not_found, options.url + ": no such file");
  TRY(create_durable_folder(real_file_system(), folder_of(path)));
  // An empty file is an empty database to SQLite, which gives the files beside it (-wal, -shm, -journal) the same rights. As ssh and
  // PostgreSQL keep theirs: whoever wants others to read it says so with chmod.
  return create_private_file(path);
}

using OpenedDriver = Result<std::unique_ptr<SqliteDriver>>;

/// `name` is a path, or with SQLITE_OPEN_URI a URI.
OpenedDriver open_database(const OpenOptions& options, const std::string& path,
                           const std::string& name, int flags) {
  sqlite3* opened = nullptr;
  const int rc = sqlite3_open_v2(name.c_str(), &opened,
                                 flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  Database database(opened);
  if (rc != SQLITE_OK) {
    const int system = opened == nullptr ? 0 : sqlite3_system_errno(opened);
    return Error(code_of(rc),
                 options.url + ": can't be opened: " +
                     (system == 0 ? sqlite3_errstr(rc) : std::generic_category().message(system)),
                 hint_of(rc, path));
  }
  // Where the file may not be written, SQLite opens it for reading without saying so.
  const bool read_only = sqlite3_db_readonly(opened, "main") == 1;
  auto driver = std::make_unique<SqliteDriver>(std::move(database), path, options.url, read_only);
  TRY(driver->configure(options));
  return driver;
}

bool is_on_read_only_medium(const std::string& path) {
  struct statvfs medium{};
  return ::statvfs(path.c_str(), &medium) == 0 && (medium.f_flag & ST_RDONLY) != 0;
}

/// What a crash left beside the database, or beside what a link to it names: a log with the newest rows, or a journal that takes
/// back what was not committed. Neither can be read without being written.
std::optional<std::string> left_to_recover(const std::string& path) {
  const std::string base = canonical_path(path).string();
  for (const char* suffix : {"-wal", "-journal"}) {
    std::error_code failed;
    const auto size_bytes = std::filesystem::file_size(base + suffix, failed);
    if (!failed && size_bytes > 0) return base + suffix;
  }
  return {};
}

/// "file:…?immutable=1": nobody can write there, so SQLite needs neither locks nor a log beside the file.
std::string immutable_uri(const std::string& path) {
  return "file:" + percent_encoded(path, "/") + "?immutable=1";
}

/// A database with a write-ahead log can't be read where the log's index may not be made
/// (https://www.sqlite.org/wal.html#readonly).
Error not_readable(const Error& error, const OpenOptions& options, const std::string& path) {
  const auto left = left_to_recover(path);
  return {error.code(),
          options.url + " can't be read without being written: " +
              (left ? *left + " has changes that must be brought in first"
                    : "SQLite makes files beside it to read it") +
              " (" + error.message() + ')',
          "make " + path + " and its folder writable for this user, or copy " + path +
              "* to a folder that is, and name the copy as the database"};
}

}  // namespace

Result<std::unique_ptr<Driver>> open_sqlite(const OpenOptions& options) {
  TRY_ASSIGN(const std::string path, path_of(options.url));
  TRY(require_file(options, path));
  const int access = options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  const int create = options.create && !options.read_only ? SQLITE_OPEN_CREATE : 0;
  auto driver = open_database(options, path, path, access | create);
  const bool may_write =
      ::access(folder_of(path).c_str(), W_OK) == 0 && ::access(path.c_str(), W_OK) == 0;
  if (driver) return std::unique_ptr<Driver>(std::move(driver).value());
  const bool may_read = ::access(path.c_str(), R_OK) == 0;
  if (driver.error().code() != Code::io || may_write || !may_read) return std::move(driver).error();
  if (!is_on_read_only_medium(path) || left_to_recover(path))
    return not_readable(driver.error(), options, path);
  TRY_ASSIGN(auto opened, open_database(options, path, immutable_uri(path),
                                        SQLITE_OPEN_READONLY | SQLITE_OPEN_URI));
  return std::unique_ptr<Driver>(std::move(opened));
}

}  // namespace holdfast::sql
