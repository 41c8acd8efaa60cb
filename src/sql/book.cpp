// SPDX-License-Identifier: Apache-2.0
// Reads named statements, puts identifiers in and turns :name parameters into ?1 or $1. Strings,
// quoted identifiers, comments and
// `::` casts are left as they are.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sql/connection.h"

namespace holdfast::sql {
namespace {

constexpr std::string_view kNameMark = "-- name:";

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
bool is_word_start(char c) {
  return is_word(c) && !(c >= '0' && c <= '9');
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// Where what is quoted or commented at `i` ends (one past it), or `i` when nothing begins there.
std::size_t skip_literal(std::string_view sql, std::size_t i) {
  const auto past = [&](std::size_t found, std::size_t length) {
    return found == std::string_view::npos ? sql.size() : found + length;
  };
  if (sql[i] == '\'' || sql[i] == '"')
    return past(sql.find(sql[i], i + 1), 1);  // a doubled quote is two literals side by side
  if (sql.substr(i, 2) == "--") return past(sql.find('\n', i), 0);
  if (sql.substr(i, 2) == "/*") return past(sql.find("*/", i + 2), 2);
  return i;
}

/// Copies one statement, changing parameters and identifiers on the way.
class Compiler {
 public:
  Compiler(Dialect dialect, const Identifiers& identifiers)
      : dialect_(dialect), identifiers_(identifiers) {}

  Result<Book::Statement> compile(std::string_view sql) {
    for (std::size_t i = 0; i < sql.size();) {
      const std::size_t end = skip_literal(sql, i);
      if (end != i) {
        out_.sql += sql.substr(i, end - i);
        i = end;
      } else if (sql.substr(i, 2) == "::") {
        out_.sql += "::";
        i += 2;
      } else if (sql[i] == ':' && i + 1 < sql.size() && is_word_start(sql[i + 1])) {
        i = parameter(sql, i + 1);
      } else if (sql[i] == '{') {
        TRY_ASSIGN(i, identifier(sql, i + 1));
      } else {
        out_.sql += sql[i++];
      }
    }
    return std::move(out_);
  }

 private:
  std::size_t parameter(std::string_view sql, std::size_t begin) {
    std::size_t end = begin;
    while (end < sql.size() && is_word(sql[end]))
      ++end;
    const std::string name(sql.substr(begin, end - begin));
    auto at = std::find(out_.parameters.begin(), out_.parameters.end(), name);
    if (at == out_.parameters.end()) at = out_.parameters.insert(at, name);
    out_.sql += dialect_ == Dialect::sqlite ? '?' : '$';
    out_.sql += std::to_string(at - out_.parameters.begin() + 1);
    return end;
  }

  Result<std::size_t> identifier(std::string_view sql, std::size_t begin) {
    const auto end = sql.find('}', begin);
    if (end == std::string_view::npos) return Error(Code::internal, "a '{' is not closed");
    const auto name = sql.substr(begin, end - begin);
    const auto found = identifiers_.find(name);
    if (found == identifiers_.end()) {
      return Error(Code::internal, "identifier {" + std::string(name) + "} was not given");
    }
    TRY_ASSIGN(const std::string quoted, quote_identifier(found->second, dialect_));
    out_.sql += quoted;
    return end + 1;
  }

  Dialect dialect_;
  const Identifiers& identifiers_;
  Book::Statement out_;
};

/// One statement's blocks as read.
struct Blocks {
  std::string name;
  std::optional<std::string> any, sqlite, postgres;
  std::optional<std::string>* open = nullptr;
};

Status begin_block(Blocks& blocks, std::optional<std::string>& block, std::string_view line) {
  if (blocks.name.empty())
    return Error(Code::internal, "'" + std::string(line) + "' stands before the first name");
  if (block)
    return Error(Code::internal,
                 "statement '" + blocks.name + "' has '" + std::string(line) + "' twice");
  block.emplace();
  blocks.open = &block;
  return {};
}

/// The block of the dialect; a statement has one block for both, or one each.
Result<std::string_view> choose(const Blocks& blocks, Dialect dialect) {
  const bool both = blocks.sqlite && blocks.postgres;
  const bool whole = blocks.any ? !blocks.sqlite && !blocks.postgres : both;
  if (!whole) {
    return Error(Code::internal,
                 "statement '" + blocks.name +
                     "' needs one '-- any' block, or '-- sqlite' and '-- postgres'");
  }
  const auto& chosen = blocks.any                   ? blocks.any
                       : dialect == Dialect::sqlite ? blocks.sqlite
                                                    : blocks.postgres;
  const auto sql = trim(*chosen);
  if (sql.empty()) return Error(Code::internal, "statement '" + blocks.name + "' is empty");
  return sql;
}

}  // namespace

Result<std::string> quote_identifier(std::string_view name, Dialect dialect) {
  const auto refuse = [&](const char* why) {
    return Error(Code::invalid, "'" + std::string(name.substr(0, name.find('\0'))) +
                                    "' cannot name a table or column: " + why);
  };
  if (name.empty()) return refuse("it is empty");
  if (name.find('\0') != std::string_view::npos) return refuse("it has a NUL byte");
  std::string out;
  std::size_t part_size = 0;
  out += '"';
  for (const char c : name) {
    if (c == '.' && dialect == Dialect::postgres) {
      if (part_size == 0) return refuse("a part between dots is empty");
      out += "\".\"";
      part_size = 0;
      continue;
    }
    if (c == '"') out += '"';
    out += c;
    ++part_size;
  }
  if (part_size == 0) return refuse("a part between dots is empty");
  out += '"';
  return out;
}

Result<Book> Book::parse(std::string_view text, Dialect dialect, const Identifiers& identifiers) {
  Book book;
  Blocks blocks;
  const auto finish = [&]() -> Status {
    if (blocks.name.empty()) return {};
    TRY_ASSIGN(const auto sql, choose(blocks, dialect));
    auto compiled = Compiler(dialect, identifiers).compile(sql);
    if (!compiled) return std::move(compiled).error().with("statement '" + blocks.name + "'");
    if (!book.statements_.emplace(blocks.name, std::move(compiled).value()).second) {
      return Error(Code::internal, "statement '" + blocks.name + "' is there twice");
    }
    blocks = {};
    return {};
  };
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    const auto mark = trim(line);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (mark.starts_with(kNameMark)) {
      TRY(finish());
      blocks.name = trim(mark.substr(kNameMark.size()));
      if (blocks.name.empty()) return Error(Code::internal, "a statement has no name");
    } else if (mark == "-- any") {
      TRY(begin_block(blocks, blocks.any, mark));
    } else if (mark == "-- sqlite") {
      TRY(begin_block(blocks, blocks.sqlite, mark));
    } else if (mark == "-- postgres") {
      TRY(begin_block(blocks, blocks.postgres, mark));
    } else if (blocks.open != nullptr) {
      blocks.open->value().append(line).push_back('\n');
    } else if (!mark.empty() && !mark.starts_with("--")) {
      return Error(Code::internal, "'" + std::string(mark) + "' stands outside of any block");
    }
  }
  TRY(finish());
  return book;
}

const Book::Statement* Book::find(std::string_view name) const {
  const auto found = statements_.find(name);
  return found == statements_.end() ? nullptr : &found->second;
}

}  // namespace holdfast::sql
