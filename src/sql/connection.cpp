// SPDX-License-Identifier: Apache-2.0
// Connection: names, arguments and transactions, alike for both drivers.
#include "sql/connection.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sql/argument.h"
#include "sql/driver.h"

namespace holdfast::sql {

struct Connection::State {
  std::string name;
  std::unique_ptr<Driver> driver;
  std::map<std::string, Book::Statement, std::less<>> statements;
  std::set<std::string, std::less<>>
      lessons;                  // what learn() was given: the text and what its names stand for
  bool in_transaction = false;  // a Transaction object lives, whatever the database thinks
  std::int64_t failure_count = 0;

  template <class T>
  Result<T> counted(Result<T> result) {
    if (!result) ++failure_count;
    return result;
  }

  /// A database may roll back by itself (disk full, connection lost). Going on would write outside
  /// of any transaction.
  Status require_transaction() {
    if (!in_transaction || driver->in_transaction()) return {};
    ++failure_count;
    return Error(
        Code::io,
        name + ": the transaction was rolled back by a failure before; nothing of it was written",
        "mend the first failure and run the same command again");
  }
};

namespace {

Error not_a_parameter(std::string_view statement, std::string_view parameter, const char* what) {
  return {Code::internal, "statement '" + std::string(statement) + "': parameter '" +
                              std::string(parameter) + "' " + what};
}

/// The values in order of the statement's parameters.
Result<std::vector<const Value*>> bind(std::string_view name, const Book::Statement& statement,
                                       const Args& args) {
  std::vector<const Value*> values(statement.parameters.size(), nullptr);
  for (const auto& [key, value] : args) {
    const auto at = std::find(statement.parameters.begin(), statement.parameters.end(), key);
    if (at == statement.parameters.end()) return not_a_parameter(name, key, "is not known");
    auto& slot = values[static_cast<std::size_t>(at - statement.parameters.begin())];
    if (slot != nullptr) return not_a_parameter(name, key, "was given twice");
    TRY(check_argument(name, key, value));
    slot = &value;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] == nullptr)
      return not_a_parameter(name, statement.parameters[i], "was not given");
  }
  return values;
}

}  // namespace

Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {}
Connection::~Connection() = default;
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;

Result<Connection> Connection::open(const OpenOptions& options) {
  TRY_ASSIGN(const Dialect dialect, dialect_of(options.url));
  auto state = std::make_unique<State>();
  state->name = redacted(options.url);
  TRY_ASSIGN(state->driver,
             dialect == Dialect::sqlite ? open_sqlite(options) : open_postgres(options));
  return Connection(std::move(state));
}

Dialect Connection::dialect() const {
  return state_->driver->dialect();
}
const std::string& Connection::name() const {
  return state_->name;
}
bool Connection::in_transaction() const {
  return state_->in_transaction;
}
std::int64_t Connection::failure_count() const {
  return state_->failure_count;
}

Status Connection::use(Book book) {
  auto added = std::move(book).take();
  state_->statements.merge(added);  // leaves in `added` what was there
  if (added.empty()) return {};
  return Error(Code::internal, "statement '" + added.begin()->first + "' is there twice");
}

Status Connection::learn(std::string_view text, const Identifiers& identifiers) {
  std::string with_names;
  for (const auto& [name, value] : identifiers)
    with_names.append(1, '\0').append(name).append(1, '\0').append(value);
  if (!with_names.empty()) with_names.insert(0, text);
  const std::string_view lesson = with_names.empty() ? text : with_names;
  if (state_->lessons.contains(lesson)) return {};
  TRY_ASSIGN(auto book, Book::parse(text, dialect(), identifiers));
  TRY(use(std::move(book)));
  state_->lessons.emplace(lesson);
  return {};
}

Result<Rows> Connection::run(std::string_view statement, const Args& args) {
  const auto found = state_->statements.find(statement);
  if (found == state_->statements.end())
    return Error(Code::internal, "no statement '" + std::string(statement) + "'");
  TRY(state_->require_transaction());
  TRY_ASSIGN(const auto values, bind(statement, found->second, args));
  return state_->counted(state_->driver->run(found->first, found->second, values));
}

Status Connection::script(const std::string& sql) {
  TRY(state_->require_transaction());
  TRY(check_argument("script", "sql", sql));
  return state_->counted(state_->driver->script(sql));
}

Status Connection::prepare_all() {
  for (const auto& [name, statement] : state_->statements)
    TRY(state_->driver->prepare(name, statement));
  return {};
}

Result<std::vector<Connection::Column>> Connection::columns(std::string_view table) {
  TRY(state_->require_transaction());
  TRY(check_argument("columns", "table", std::string(table)));
  return state_->counted(state_->driver->columns(table));
}

Result<Transaction> Transaction::begin(Connection& connection) {
  if (connection.in_transaction())
    return Error(Code::internal, connection.name() + ": a transaction is open already");
  TRY(connection.state_->counted(connection.state_->driver->begin()));
  connection.state_->in_transaction = true;
  return Transaction(connection);
}

Transaction::~Transaction() {
  if (connection_ == nullptr) return;
  auto& state = *connection_->state_;
  state.in_transaction = false;
  if (state.driver->in_transaction())
    drop(state.driver->rollback(), "a database that is gone rolls back by itself");
}

Status Transaction::commit() {
  HOLDFAST_ASSERT(connection_ != nullptr);
  auto& state = *connection_->state_;
  TRY(state.require_transaction());
  TRY(state.counted(state.driver->commit()));
  state.in_transaction = false;
  connection_ = nullptr;
  return {};
}

}  // namespace holdfast::sql
