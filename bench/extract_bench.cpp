// SPDX-License-Identifier: Apache-2.0
// What an extraction does for each row, without the extractor: rows made durable and claimed, and sets of keys in memory.
//
//   extract_bench append --how row_log|ledger|sqlite --folder DIR --rows 6400 --group 64 [--row-bytes 1900]
//   extract_bench keys --count 1000000
//
// Prints one JSON object. `row_log`: rows staged and claimed, two syncs a group; `ledger`: claims only, one sync a group; `sqlite`: the
// same rows and claims in one table of SQLite, WAL and synchronous=FULL, a transaction a group. All three promise the same: what was
// acknowledged survives a power cut.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include "base/file.h"
#include "core/sha256.h"
#include "extract/key_set.h"
#include "extract/row_log.h"

namespace {

using holdfast::Code;
using holdfast::Error;
using holdfast::LineFile;
using holdfast::Result;
using holdfast::Status;
using holdfast::extract::KeySet;
using holdfast::extract::LedgerFormat;
using holdfast::extract::RowLog;

struct Arguments {
  std::string what;
  std::string how;
  std::string folder;
  std::uint64_t rows = 0;
  std::uint64_t group = 1;
  std::uint64_t row_bytes = 1900;  // of a row of the original's features
  std::uint64_t count = 0;
};

bool parse(int count, char** words, Arguments& out) {
  if (count < 2) return false;
  out.what = words[1];
  for (int i = 2; i + 1 < count; i += 2) {
    const std::string_view name = words[i], value = words[i + 1];
    std::uint64_t* number = name == "--rows"        ? &out.rows
                            : name == "--group"     ? &out.group
                            : name == "--row-bytes" ? &out.row_bytes
                            : name == "--count"     ? &out.count
                                                    : nullptr;
    if (number != nullptr) {
      const auto* end = value.data() + value.size();
      if (std::from_chars(value.data(), end, *number).ptr != end) return false;
    } else if (name == "--how") {
      out.how = value;
    } else if (name == "--folder") {
      out.folder = value;
    } else {
      return false;
    }
  }
  const bool appends = out.what == "append" && !out.folder.empty() && out.rows > 0 && out.group > 0;
  return count % 2 == 0 && (appends || (out.what == "keys" && out.count > 0));
}

std::string key_of(std::uint64_t i) {
  const std::string digits = std::to_string(i);
  return "orig_" + std::string(8 - std::min<std::size_t>(8, digits.size()), '0') + digits +
         "_5s.mp4";
}

std::string row_of(const std::string& key, std::uint64_t size_bytes) {
  std::string row = R"({"key":")" + key + R"(","features":")";
  row.append(size_bytes > row.size() + 2 ? size_bytes - row.size() - 2 : 1, '5');
  return row + "\"}";
}

Status append_to_row_log(const Arguments& arguments) {
  TRY_ASSIGN(auto log,
             RowLog::open(holdfast::real_file_system(), arguments.folder + "/o.rows.jsonl",
                          arguments.folder + "/o.done", LedgerFormat::json));
  for (std::uint64_t i = 0; i < arguments.rows; ++i) {
    const std::string key = key_of(i);
    TRY(log.append(key, row_of(key, arguments.row_bytes), holdfast::core::sha256(key)));
    if ((i + 1) % arguments.group == 0) TRY(log.sync());
  }
  return log.sync();
}

Status append_to_ledger(const Arguments& arguments) {
  TRY_ASSIGN(auto ledger,
             LineFile::open(holdfast::real_file_system(), arguments.folder + "/o.done"));
  for (std::uint64_t i = 0; i < arguments.rows; ++i) {
    const std::string key = key_of(i);
    TRY(ledger.append(
        holdfast::extract::ledger_line(LedgerFormat::json, key, holdfast::core::sha256(key))));
    if ((i + 1) % arguments.group == 0) TRY(ledger.sync());
  }
  return ledger.sync();
}

class Database {
 public:
  ~Database() { sqlite3_close(database_); }
  Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  Status open(const std::string& path) { return told(sqlite3_open(path.c_str(), &database_)); }
  Status run(const char* sql) {
    return told(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr));
  }
  Status prepare(const char* sql) {
    return told(sqlite3_prepare_v2(database_, sql, -1, &statement_, nullptr));
  }
  Status insert(const std::string& key, const std::string& row) {
    sqlite3_reset(statement_);
    sqlite3_bind_text(statement_, 1, key.data(), static_cast<int>(key.size()), SQLITE_STATIC);
    sqlite3_bind_text(statement_, 2, row.data(), static_cast<int>(row.size()), SQLITE_STATIC);
    return told(sqlite3_step(statement_) == SQLITE_DONE ? SQLITE_OK : SQLITE_ERROR);
  }
  void finish() { sqlite3_finalize(statement_); }

 private:
  Status told(int code) {
    if (code == SQLITE_OK) return {};
    return Error(Code::io, std::string("sqlite: ") + sqlite3_errmsg(database_));
  }
  sqlite3* database_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
};

Status append_to_sqlite(const Arguments& arguments) {
  Database database;
  TRY(database.open(arguments.folder + "/o.db"));
  TRY(
      database.run("pragma journal_mode=wal; pragma synchronous=full; "
                   "create table rows(key text primary key, row text not null) without rowid"));
  TRY(database.prepare("insert into rows values(?, ?)"));
  for (std::uint64_t i = 0; i < arguments.rows; ++i) {
    if (i % arguments.group == 0) TRY(database.run("begin immediate"));
    const std::string key = key_of(i);
    TRY(database.insert(key, row_of(key, arguments.row_bytes)));
    if ((i + 1) % arguments.group == 0 || i + 1 == arguments.rows) TRY(database.run("commit"));
  }
  database.finish();
  return {};
}

Status append(const Arguments& arguments) {
  if (arguments.how == "row_log") return append_to_row_log(arguments);
  if (arguments.how == "ledger") return append_to_ledger(arguments);
  if (arguments.how == "sqlite") return append_to_sqlite(arguments);
  return Error(Code::invalid, "--how is row_log, ledger or sqlite");
}

void measure_keys(std::uint64_t count) {
  KeySet keys;
  std::uint64_t key_bytes = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string key = key_of(i);
    key_bytes += key.size();
    keys.insert(key);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::printf(R"({"count": %zu, "key_bytes": %llu, "memory_bytes": %zu, "seconds": %.6f})"
              "\n",
              keys.size(), static_cast<unsigned long long>(key_bytes), keys.memory_bytes(),
              took.count());
}

}  // namespace

int main(int count, char** words) {
  Arguments arguments;
  if (!parse(count, words, arguments)) {
    std::fprintf(stderr,
                 "usage: extract_bench append --how row_log|ledger|sqlite --folder DIR --rows N "
                 "--group N [--row-bytes N] | keys --count N\n");
    return 2;
  }
  if (arguments.what == "keys") {
    measure_keys(arguments.count);
    return 0;
  }
  const auto begin = std::chrono::steady_clock::now();
  const Status done = append(arguments);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  if (!done) {
    std::fprintf(stderr, "extract_bench: %s\n", done.error().message().c_str());
    return 2;
  }
  std::printf(R"({"rows": %llu, "seconds": %.6f})"
              "\n",
              static_cast<unsigned long long>(arguments.rows), took.count());
  return 0;
}
