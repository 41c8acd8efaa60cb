// SPDX-License-Identifier: Apache-2.0
// Schemas that this workspace publishes, in its catalog: tables schema_content, published_schema and schema_compatibility
// (docs/formats/catalog.md). A version never changes its text: publishing other text under it is refused, the same text again is nothing.
//
// Each change is one transaction that holds the head of the event log and appends one event; its number is the `revision` of the rows it
// wrote. So changes have one order, in which any process can read on from what it knows.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "catalog/catalog.h"

namespace holdfast::schemas {

struct PublishedSchema {
  std::string track;
  std::string name;             // without ".schema"
  std::string version;          // "1.2.7"
  std::int64_t ordinal = 0;     // 1, 2, 3 … of the name, in order of publishing
  std::int64_t content_id = 0;  // one for equal bytes, whatever the name
  std::string published_name;   // as it was uploaded, perhaps with ".schema"
  std::string schema_id;
  bool deprecated = false;
  std::string deprecation_note;
  std::string x_compat;  // JSON as it was uploaded, or empty
  std::string published_by;
  Timestamp created_at;
  Timestamp updated_at;
  std::int64_t revision = 0;
  std::string raw_sha256;
  std::string seed_sha256;
  std::string canonical_sha256;
  std::int64_t size_bytes = 0;
};

/// What is to be published.
struct Publication {
  std::string track;
  std::string name;  // with or without ".schema"
  std::string
      version;  // empty: the next number of the name, and a text that the name has already is nothing
  std::string content;                  // the bytes of the schema
  std::string schema_id;                // empty: the stamp $schema_id, else TRACK/NAME
  std::optional<bool> deprecated = {};  // none: stays as it is
  std::string deprecation_note;
  std::string x_compat;  // a JSON value, or empty
  /// How many versions the name must have still (what was compared with them holds); none: whatever it has.
  std::optional<std::int64_t> after_ordinal = {};
};

enum class PublishEffect : unsigned char {
  added,
  unchanged,
  deprecation_changed,
  moved,  // the name has other versions than `after_ordinal` says: nothing was written
};
std::string_view effect_name(PublishEffect effect);

struct Published {
  PublishEffect effect = PublishEffect::unchanged;
  PublishedSchema schema;  // as it is now; empty where it moved
};

/// In the caller's transaction, or in one of its own: then durable on return. Events schema.published, schema.version_deprecated and
/// schema.deprecation_withdrawn. `invalid`: a name, track or version that is none, bytes that are no schema; `conflict`: the version has
/// another text; `unavailable`: the catalog is locked or away.
Result<Published> publish(catalog::Catalog& catalog, const Publication& wanted,
                          const std::string& actor);

/// Begins a transaction of several publish() calls. A catalog that is locked is `unavailable` here, so that `conflict` is always a schema's.
Result<sql::Transaction> begin_publishing(catalog::Catalog& catalog);

/// Versions that changed after a revision, in order of revision, at most kPublishedPage of them.
Result<std::vector<PublishedSchema>> published_since(catalog::Catalog& catalog,
                                                     std::int64_t revision);
inline constexpr std::int64_t kPublishedPage = 5000;
/// The bytes of a content, whose hash is looked at: `corrupt` where they are not what was stored.
Result<std::optional<std::string>> published_content(catalog::Catalog& catalog,
                                                     std::int64_t content_id);

/// `invalid` says what such a name may be: letters, digits and . _ - + = @ ~ $, not at its front but for letters, digits and _, 200 bytes.
Status check_schema_name(std::string_view name);
/// The same for a track (64 bytes; "ids", "types" and "by-id" are taken by the registry's paths) and for a version (64 bytes).
Status check_track(std::string_view track);
Status check_version(std::string_view version);

}  // namespace holdfast::schemas
