// SPDX-License-Identifier: Apache-2.0
// Metadata as text: reads and sets the three keys that Holdfast owns, and leaves every other byte as it is.
//
// For json and text columns (and all of SQLite), where the database has no merge that keeps bytes: SQLite's json_set drops white
// space, a parser that reads and writes anew loses numbers beyond a double, key order and duplicate keys. So the text is scanned
// (RFC 8259) for the members of the outermost object, and new values are put between the bytes that were there.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast::artifacts {

/// What metadata is. Only an object or NULL is ever written.
enum class MetadataKind : unsigned char {
  object,
  null,       // SQL NULL: becomes an object
  other,      // JSON, but an array or scalar (JSON's null too): refused
  invalid,    // no JSON (RFC 8259, UTF-8): refused
  ambiguous,  // an object that has one of our keys twice: refused
};
/// Half a sentence on why nothing can be told from metadata of that kind, nor written to it; empty for an object and for NULL.
std::string_view damage_of(MetadataKind kind);

/// Objects and arrays inside each other; SQLite's json_valid has the same bound.
inline constexpr int kMaxMetadataDepth = 1000;

/// The keys that Holdfast owns, as recorded: a string without its quotes, anything else as its JSON text; none for JSON's null.
struct RecordedHash {
  std::optional<std::string> sha256;       // file_sha256
  std::optional<std::string> size_bytes;   // file_size_bytes
  std::optional<std::string> computed_at;  // file_sha256_computed_at
};

struct MetadataReading {
  MetadataKind kind = MetadataKind::null;
  RecordedHash recorded;
  std::string owned_json =
      "{}";  // an object of just our keys, values byte for byte, for the journal
};
/// Reads a column's text; none is NULL.
MetadataReading read_metadata(const std::optional<std::string>& text);

/// What is written: 64 lower-case hex digits, bytes, RFC 3339.
struct NewHash {
  std::string sha256;
  std::uint64_t size_bytes = 0;
  std::string computed_at;
};
/// `{"file_sha256": …}` as the journal keeps it.
std::string owned_json(const NewHash& hash);
/// The text with the three keys set: values that are there are replaced in place, the others are put at the end in the style (spaces
/// or none) of the first member. `invalid` where the metadata is damaged (damage_of).
Result<std::string> with_hash(const std::optional<std::string>& text, const NewHash& hash);

}  // namespace holdfast::artifacts
