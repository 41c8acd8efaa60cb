// SPDX-License-Identifier: Apache-2.0
// The bytes of one schema: whether they are JSON that everybody reads alike, and the two texts that its hashes are made of.
//
//   seed       what Python's json.dumps(value, sort_keys=True) gives (source 001): ", " and ": ", ASCII escapes, keys by code point, floats
//              as Python's repr, integers of any size. For old pins and reports.
//   canonical  RFC 8785 with exact numbers: one that a double would round keeps its digits ("9007199254740993", "1e400"), so that two
//              schemas that differ never become one. The stamps of the source ($core_version, $schema_id, $track) at the top are left
//              out: they say which release wrote the file, not what the schema says.
//
// Refused, each as a kind of its own: a byte-order mark, bytes that are no UTF-8, lone surrogates, duplicate keys, NaN and Infinity, more
// than kMostDepth levels, and what is no JSON. Python takes some of them (of duplicate keys the last wins); then two programs read two
// schemas from the same bytes.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "schemas/problem.h"

namespace holdfast::schemas {

inline constexpr std::size_t kMostSchemaBytes = std::size_t{16} << 20U;
inline constexpr int kMostDepth = 400;

/// What the source wrote into a schema beside the schema.
struct Stamps {
  std::optional<std::string> core_version;
  std::optional<std::string> schema_id;
  std::optional<std::string> track;
};

struct SchemaText {
  std::string seed;
  std::string canonical;
  Stamps stamps;
  std::optional<std::string> dialect;  // "$schema", where it is text
};

/// Reads one schema: an object or a boolean. The detail of a problem names the line and column.
Looked<SchemaText> read_schema_text(std::string_view bytes);

struct SchemaHashes {
  std::string raw_sha256;        // of the bytes as they are
  std::string seed_sha256;       // of the seed's text
  std::string canonical_sha256;  // of the canonical text
};
SchemaHashes hashes_of(std::string_view bytes, const SchemaText& text);

/// The same value with two blanks per level, strings and numbers letter by letter as they were: how pins are written. `json` must be JSON.
std::string indented(std::string_view json);

/// A double as Python's repr() writes it: "1e-05", "0.0001", "1e+16", "2.0".
std::string python_float(double value);

}  // namespace holdfast::schemas
