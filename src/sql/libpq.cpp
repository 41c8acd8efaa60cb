// SPDX-License-Identifier: Apache-2.0
#include "sql/libpq.h"

#include <string>

#include <libpq-fe.h>

#include "base/assert.h"
#include "base/shared_library.h"

namespace holdfast::sql {
namespace {

constexpr const char* kLibrary = "libpq.so.5";  // the ABI of every libpq since PostgreSQL 8.2

SharedLibrary& libpq() {
  static SharedLibrary opened(kLibrary);
  return opened;
}

// open_libpq() came first, and all of these are in every libpq.so.5.
template <class Function>
Function* found(const char* name) {
  Function* function = nullptr;
  libpq().find(name, function);
  HOLDFAST_ASSERT(function != nullptr);
  return function;
}

}  // namespace

Status open_libpq() {
  if (libpq().problem().empty()) return {};
  return Error(Code::unsupported,
               "PostgreSQL needs " + std::string(kLibrary) + ": " + libpq().problem(),
               "install libpq (Debian: apt install libpq5)");
}

}  // namespace holdfast::sql

#define CALL(name, ...)                                                      \
  static const auto kFunction = holdfast::sql::found<decltype(name)>(#name); \
  return kFunction(__VA_ARGS__)

void PQclear(PGresult* res) {
  CALL(PQclear, res);
}
char* PQcmdStatus(PGresult* res) {
  CALL(PQcmdStatus, res);
}
char* PQcmdTuples(PGresult* res) {
  CALL(PQcmdTuples, res);
}
PGconn* PQconnectdbParams(const char* const* keywords, const char* const* values, int expand) {
  CALL(PQconnectdbParams, keywords, values, expand);
}
int PQconnectionNeedsPassword(const PGconn* conn) {
  CALL(PQconnectionNeedsPassword, conn);
}
void PQconninfoFree(PQconninfoOption* options) {
  CALL(PQconninfoFree, options);
}
PQconninfoOption* PQconninfoParse(const char* text, char** message) {
  CALL(PQconninfoParse, text, message);
}
char* PQerrorMessage(const PGconn* conn) {
  CALL(PQerrorMessage, conn);
}
PGresult* PQexec(PGconn* conn, const char* query) {
  CALL(PQexec, conn, query);
}
// NOLINTNEXTLINE(readability-function-size): as many parameters as libpq gave it
PGresult* PQexecPrepared(PGconn* conn, const char* name, int count, const char* const* values,
                         const int* lengths, const int* formats, int result_format) {
  CALL(PQexecPrepared, conn, name, count, values, lengths, formats, result_format);
}
void PQfinish(PGconn* conn) {
  CALL(PQfinish, conn);
}
char* PQfname(const PGresult* res, int column) {
  CALL(PQfname, res, column);
}
void PQfreemem(void* memory) {
  CALL(PQfreemem, memory);
}
Oid PQftype(const PGresult* res, int column) {
  CALL(PQftype, res, column);
}
int PQgetisnull(const PGresult* res, int row, int column) {
  CALL(PQgetisnull, res, row, column);
}
int PQgetlength(const PGresult* res, int row, int column) {
  CALL(PQgetlength, res, row, column);
}
char* PQgetvalue(const PGresult* res, int row, int column) {
  CALL(PQgetvalue, res, row, column);
}
int PQnfields(const PGresult* res) {
  CALL(PQnfields, res);
}
int PQntuples(const PGresult* res) {
  CALL(PQntuples, res);
}
PGresult* PQprepare(PGconn* conn, const char* name, const char* query, int count,
                    const Oid* types) {
  CALL(PQprepare, conn, name, query, count, types);
}
char* PQresultErrorField(const PGresult* res, int code) {
  CALL(PQresultErrorField, res, code);
}
ExecStatusType PQresultStatus(const PGresult* res) {
  CALL(PQresultStatus, res);
}
PQnoticeProcessor PQsetNoticeProcessor(PGconn* conn, PQnoticeProcessor take, void* argument) {
  CALL(PQsetNoticeProcessor, conn, take, argument);
}
ConnStatusType PQstatus(const PGconn* conn) {
  CALL(PQstatus, conn);
}
PGTransactionStatusType PQtransactionStatus(const PGconn* conn) {
  CALL(PQtransactionStatus, conn);
}
