// SPDX-License-Identifier: Apache-2.0
// PostgreSQL behind Driver. Of libpq, only this file and libpq.cpp know. Values go and come as text.
//
// The session is made to mean the same everywhere: UTF-8, UTC, read committed, no statement
// time-out, lock waits as long as busy_timeout, and commits that are durable (synchronous_commit is
// raised where it is off). Host, user, TLS and the like come from the URL and the environment, as
// in every libpq program.
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <libpq-fe.h>

#include "base/port.h"
#include "sql/driver.h"
#include "sql/libpq.h"
#include "sql/sqlstate.h"

namespace holdfast::sql {
namespace {

// Defaults against a server that does not answer; the URL may say otherwise. A connection whose
// peer is gone without a word is noticed after about a minute.
constexpr const char* kConnectTimeoutSeconds = "10";
constexpr const char* kKeepalivesIdleSeconds = "30";
constexpr const char* kKeepalivesIntervalSeconds = "10";
constexpr const char* kKeepalivesCount = "3";
constexpr const char* kTcpUserTimeoutMs = "60000";

// Types of pg_type.h that are not text to us.
constexpr Oid kBool = 16;
constexpr Oid kInt8 = 20;
constexpr Oid kInt2 = 21;
constexpr Oid kInt4 = 23;
constexpr Oid kFloat4 = 700;
constexpr Oid kFloat8 = 701;

struct CloseConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
struct FreeConninfo {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using Server = std::unique_ptr<PGconn, CloseConnection>;
using Answer = std::unique_ptr<PGresult, ClearResult>;

void ignore_notice(void* /*argument*/, const char* /*message*/) {}

std::string one_line(const char* text) {
  std::string out(text == nullptr ? "" : text);
  while (!out.empty() && (out.back() == '\n' || out.back() == ' '))
    out.pop_back();
  for (char& c : out) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  return out;
}

std::string field(const PGresult* answer, int code) {
  const char* text = answer == nullptr ? nullptr : PQresultErrorField(answer, code);
  return one_line(text);
}

bool succeeded(const PGresult* answer) {
  const auto status = PQresultStatus(answer);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
}

/// The value as PostgreSQL reads it; `buffer` keeps it. A null pointer is NULL.
const char* parameter_text(const Value& value, std::string& buffer) {
  std::array<char, 32> digits{};
  const auto keep = [&](auto number) {
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    buffer.assign(digits.data(), end);
    return buffer.c_str();
  };
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return keep(*integer);
  if (const auto* number = std::get_if<double>(&value)) return keep(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return text->c_str();
  return nullptr;
}

Value column_value(const PGresult* answer, int row, int column) {
  if (PQgetisnull(answer, row, column) == 1) return {};
  const char* text = PQgetvalue(answer, row, column);
  const auto size = static_cast<std::size_t>(PQgetlength(answer, row, column));
  switch (PQftype(answer, column)) {
    case kBool:
      return std::int64_t{*text == 't' ? 1 : 0};
    case kInt2:
    case kInt4:
    case kInt8: {
      std::int64_t value = 0;
      std::from_chars(text, text + size, value);
      return value;
    }
    case kFloat4:
    case kFloat8:
      return std::strtod(text, nullptr);
    default:
      return std::string(text, size);
  }
}

Rows rows_of(const PGresult* answer) {
  Rows out;
  const int column_count = PQnfields(answer);
  for (int i = 0; i < column_count; ++i)
    out.names.emplace_back(PQfname(answer, i));
  const int row_count = PQntuples(answer);
  out.rows.reserve(static_cast<std::size_t>(row_count));
  for (int r = 0; r < row_count; ++r) {
    auto& row = out.rows.emplace_back();
    row.reserve(static_cast<std::size_t>(column_count));
    for (int i = 0; i < column_count; ++i)
      row.push_back(column_value(answer, r, i));
  }
  const std::string_view command =
      PQcmdStatus(const_cast<PGresult*>(answer));  // NOLINT: libpq takes no const
  if (!command.starts_with("SELECT")) {
    out.affected =
        std::atoll(PQcmdTuples(const_cast<PGresult*>(answer)));  // NOLINT: libpq takes no const
  }
  return out;
}

class PostgresDriver final : public Driver {
 public:
  PostgresDriver(Server server, std::string name)
      : server_(std::move(server)), name_(std::move(name)) {}

  Dialect dialect() const override { return Dialect::postgres; }

  Status configure(const OpenOptions& options) {
    const auto lock_timeout =
        std::to_string(std::max<std::int64_t>(options.busy_timeout.count(), 1));
    return script(
        "set statement_timeout=0; set idle_in_transaction_session_timeout=0; set lock_timeout=" +
        lock_timeout +
        "; set timezone='UTC'; set datestyle='ISO, YMD'; set intervalstyle='iso_8601'; set "
        "extra_float_digits=1;"
        " set bytea_output='hex'; set standard_conforming_strings=on; set "
        "default_transaction_isolation='read committed';"
        " set default_transaction_read_only=" +
        (options.read_only ? "on" : "off") +
        "; select set_config('synchronous_commit', 'on', false) where "
        "current_setting('synchronous_commit')='off'");
  }

  Status prepare(const std::string& name, const Book::Statement& statement) override {
    TRY_ASSIGN(const std::string server_name, prepared_name(name, statement.sql));
    static_cast<void>(server_name);
    return {};
  }

  Result<Rows> run(const std::string& name, const Book::Statement& statement,
                   std::span<const Value* const> values) override {
    std::vector<std::string> buffers(values.size());
    std::vector<const char*> texts(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      texts[i] = parameter_text(*values[i], buffers[i]);
    const bool may_repeat = !in_transaction();
    auto answer = run_prepared(name, statement.sql, texts);
    if (answer && is_stale(answer->get())) {
      forget(name);  // in a transaction, which is lost now, the next one prepares anew
      if (may_repeat)
        answer = run_prepared(name, statement.sql,
                              texts);  // it was refused before it began: nothing runs twice
    }
    if (!answer) return std::move(answer).error();
    if (!succeeded(answer->get())) return error(answer->get(), name);
    return rows_of(answer->get());
  }

  Status script(const std::string& sql) override {
    const Answer answer(PQexec(server_.get(), sql.c_str()));
    if (!succeeded(answer.get())) return error(answer.get(), "script");
    return {};
  }

  Result<std::vector<Connection::Column>> columns(std::string_view table) override {
    TRY_ASSIGN(const Value name, quote_identifier(table, Dialect::postgres));
    const Value* values[] = {&name};
    const Book::Statement statement{
        "select attname::text, lower(format_type(atttypid, atttypmod)) from pg_attribute"
        " where attrelid = to_regclass($1) and attnum > 0 and not attisdropped order by attnum",
        {}};
    TRY_ASSIGN(const Rows rows, run("sql.columns", statement, values));
    std::vector<Connection::Column> out;
    out.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
      out.push_back({rows.text(i, 0), rows.text(i, 1)});
    return out;
  }

  bool in_transaction() const override {
    if (lost()) return false;
    const auto status = PQtransactionStatus(server_.get());
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR || status == PQTRANS_ACTIVE;
  }
  Status begin() override { return script("begin"); }
  Status rollback() override { return script("rollback"); }

  Status commit() override {
    const Answer answer(PQexec(server_.get(), "commit"));
    if (is_loss(answer.get())) {
      return Error(Code::io,
                   name_ +
                       ": the connection was lost while committing; whether the transaction was "
                       "kept is unknown",
                   "run the same command again: it reads what is there and goes on");
    }
    if (!succeeded(answer.get())) return error(answer.get(), "commit");
    // In a transaction where a statement failed, COMMIT succeeds and rolls back; only the command
    // tag tells.
    if (std::string_view(PQcmdStatus(answer.get())) == "COMMIT") return {};
    return Error(Code::conflict,
                 name_ + ": the transaction was rolled back because a statement of it had failed");
  }

 private:
  bool lost() const { return lost_ || PQstatus(server_.get()) != CONNECTION_OK; }

  /// Whether the answer came from libpq because none came from the server: only the server's own have an SQLSTATE. (A write that
  /// fails leaves PQstatus at OK.)
  bool is_loss(const PGresult* answer) {
    if (!succeeded(answer) && field(answer, PG_DIAG_SQLSTATE).empty()) lost_ = true;
    return lost();
  }

  /// The name under which the server knows the statement, preparing it first where it does not.
  Result<std::string> prepared_name(const std::string& name, const std::string& sql) {
    const auto known = prepared_.find(name);
    if (known != prepared_.end()) return known->second;
    std::string fresh = name + '#' + std::to_string(++generation_);
    const Answer answer(PQprepare(server_.get(), fresh.c_str(), sql.c_str(), 0, nullptr));
    if (!succeeded(answer.get())) return error(answer.get(), name);
    return prepared_.emplace(name, std::move(fresh)).first->second;
  }

  void forget(const std::string& name) { prepared_.erase(name); }

  Result<Answer> run_prepared(const std::string& name, const std::string& sql,
                              const std::vector<const char*>& texts) {
    TRY_ASSIGN(const std::string server_name, prepared_name(name, sql));
    return Answer(PQexecPrepared(server_.get(), server_name.c_str(), static_cast<int>(texts.size()),
                                 texts.data(), nullptr, nullptr, 0));
  }

  /// Whether the server has dropped the statement (DEALLOCATE, a pooler) or its result has other
  /// columns since it was prepared
  /// ("cached plan must not change result type"; told by the function, as the text may be
  /// translated).
  static bool is_stale(const PGresult* answer) {
    const auto state = field(answer, PG_DIAG_SQLSTATE);
    return state == "26000" ||
           (state == "0A000" && field(answer, PG_DIAG_SOURCE_FUNCTION) == "RevalidateCachedQuery");
  }

  Error error(const PGresult* answer, const std::string& what) {
    const std::string state = field(answer, PG_DIAG_SQLSTATE);
    if (is_loss(answer)) {
      return {Code::unavailable,
              name_ + ": " + what + ": the connection to the server was lost: " +
                  one_line(PQerrorMessage(server_.get())),
              "what was not committed is gone; look whether the server runs, then run the same "
              "command again"};
    }
    std::string text = field(answer, PG_DIAG_MESSAGE_PRIMARY);
    if (text.empty()) text = one_line(PQerrorMessage(server_.get()));
    if (const auto detail = field(answer, PG_DIAG_MESSAGE_DETAIL); !detail.empty())
      text += " (" + detail + ")";
    return {code_of_sqlstate(state), name_ + ": " + what + ": " + text + " [" + state + "]",
            hint_of_sqlstate(state)};
  }

  Server server_;
  std::string name_;
  std::map<std::string, std::string> prepared_;  // our name to the server's
  std::uint64_t generation_ = 0;
  bool lost_ = false;  // for good
};

/// Whether a password ends too early, by an "@" or a "/" of its own: libpq takes what follows for a host and a port, and quotes it.
/// As it reads the URL: user and password reach to the first "@", if no "/" comes before it, whatever else is in them; "?" begins the
/// options only behind that.
bool ends_too_early(std::string_view url) {
  const auto authority = url.substr(url.find("://") + 3);
  const auto end = authority.find_first_of("@/");
  if (end == std::string_view::npos) return false;
  if (authority[end] == '/' && authority.find('?') < end) return false;
  const auto rest = authority.substr(end + 1);
  return rest.substr(0, rest.find('?')).find('@') != std::string_view::npos;
}

/// Whether each port is one: "5432", or "5432,,5433" of several hosts. libpq says so only as it connects, and quotes what may be a
/// password without its "@host".
bool has_good_ports(const PQconninfoOption* options) {
  for (; options->keyword != nullptr; ++options) {
    if (std::string_view(options->keyword) != "port" || options->val == nullptr) continue;
    for (std::string_view rest = options->val; !rest.empty();) {
      const auto comma = std::min(rest.find(','), rest.size());
      if (comma > 0 && !parse_port(rest.substr(0, comma))) return false;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return true;
}

/// A URL that libpq cannot read. Its message may quote a piece of a password, so it is shown only
/// where there is none.
Status check_url(const std::string& url) {
  if (ends_too_early(url))
    return Error(Code::invalid, redacted(url) + ": \"@\" stands there twice, or behind a \"/\"",
                 "write a / in the password as %2F, an @ (in the database's name, too) as %40, a : "
                 "as %3A; or leave the password to PGPASSWORD");
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeConninfo> parsed(
      PQconninfoParse(url.c_str(), &message));
  const std::string text = one_line(message);
  PQfreemem(message);
  if (parsed && !has_good_ports(parsed.get()))
    return Error(
        Code::invalid, redacted(url) + ": its port is no number from 1 to 65535",
        "write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, also where there is no port; "
        "or leave the password to PGPASSWORD");
  if (parsed) return {};
  const bool showable = redacted(url) == url && url.find('@') == std::string::npos;
  return Error(Code::invalid,
               redacted(url) + ": is no PostgreSQL URL" + (showable ? ": " + text : std::string()),
               "write postgresql://USER@HOST:PORT/DATABASE?sslmode=verify-full, with %-escapes for "
               "special characters");
}

/// Only libpq's text tells why no connection came about (there is no SQLSTATE then). What it does not tell in English is
/// `unavailable`.
Error connect_error(PGconn* connection, const std::string& name) {
  const std::string text =
      one_line(connection == nullptr ? "out of memory" : PQerrorMessage(connection));
  const auto says = [&](std::string_view words) { return text.find(words) != std::string::npos; };
  const bool needs_password = connection != nullptr && PQconnectionNeedsPassword(connection) == 1;
  if (needs_password || says("authentication failed")) {
    return {
        Code::invalid, name + ": " + text,
        "put the password into ~/.pgpass or the environment (PGPASSWORD, or ${VAR} in the URL)"};
  }
  if (says("database \"") && says("does not exist")) {
    return {Code::not_found, name + ": " + text, "make it with createdb"};
  }
  if ((says("role \"") && says("does not exist")) || says("no pg_hba.conf entry")) {
    return {Code::invalid, name + ": " + text,
            "look at the user in the URL, and at pg_hba.conf of the server"};
  }
  return {Code::unavailable, name + ": " + text,
          "look whether the server runs and the URL is right"};
}

}  // namespace

Result<std::unique_ptr<Driver>> open_postgres(const OpenOptions& options) {
  const std::string name = redacted(options.url);
  TRY(open_libpq());
  TRY(check_url(options.url));
  // In order: what stands before the URL gives way to it, what stands after it does not.
  const std::array<const char*, 10> keys = {"connect_timeout",
                                            "keepalives_idle",
                                            "keepalives_interval",
                                            "keepalives_count",
                                            "tcp_user_timeout",
                                            "fallback_application_name",
                                            "dbname",
                                            "client_encoding",
                                            nullptr,
                                            nullptr};
  const std::array<const char*, 10> values = {kConnectTimeoutSeconds,
                                              kKeepalivesIdleSeconds,
                                              kKeepalivesIntervalSeconds,
                                              kKeepalivesCount,
                                              kTcpUserTimeoutMs,
                                              options.application_name.c_str(),
                                              options.url.c_str(),
                                              "UTF8",
                                              nullptr,
                                              nullptr};
  Server server(PQconnectdbParams(keys.data(), values.data(), 1));
  if (PQstatus(server.get()) != CONNECTION_OK) return connect_error(server.get(), name);
  PQsetNoticeProcessor(server.get(), ignore_notice, nullptr);
  auto driver = std::make_unique<PostgresDriver>(std::move(server), name);
  TRY(driver->configure(options));
  return std::unique_ptr<Driver>(std::move(driver));
}

}  // namespace holdfast::sql
