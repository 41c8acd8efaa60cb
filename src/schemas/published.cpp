// SPDX-License-Identifier: Apache-2.0
#include "schemas/published.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/failpoint.h"
#include "base/root_folder.h"
#include "catalog/event_log.h"
#include "catalog/stored.h"
#include "core/event.h"
#include "core/sha256.h"
#include "schemas/comparison.h"
#include "schemas/pins.h"
#include "schemas/registry.h"
#include "schemas/schema_text.h"
#include "schemas/statements.h"

namespace holdfast::schemas {
namespace {

constexpr std::size_t kMostNameBytes = 200;
constexpr std::size_t kMostTrackBytes = 64;
constexpr std::size_t kMostVersionBytes = 64;
constexpr std::size_t kMostIdBytes = 512;
constexpr std::size_t kMostNoteBytes = 4096;
constexpr std::size_t kMostVersions = 100'000;  // of one name
constexpr std::array<std::string_view, 3> kTakenTracks = {"by-id", "ids", "types"};

// A lock that did not come is no conflict of schemas.
Error away(Error error) {
  if (error.code() != Code::conflict) return error;
  return {Code::unavailable, error.message(), "try again: another process writes to the catalog"};
}

// --- names

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_name(std::string_view text, std::size_t most, std::string_view marks) {
  return !text.empty() && text.size() <= most && is_word(text.front()) &&
         std::ranges::all_of(
             text, [&](char c) { return is_word(c) || marks.find(c) != std::string_view::npos; });
}

std::string shown(std::string_view text) {
  return '"' + printable_path(text.substr(0, 80)) + (text.size() > 80 ? "…\"" : "\"");
}

// --- rows

enum Column : std::size_t {
  track_column,
  name_column,
  version_column,
  ordinal_column,
  content_id_column,
  published_name_column,
  schema_id_column,
  deprecated_column,
  deprecation_note_column,
  x_compat_column,
  published_by_column,
  created_at_column,
  updated_at_column,
  revision_column,
  raw_sha256_column,
  seed_sha256_column,
  canonical_sha256_column,
  size_bytes_column
};

Result<PublishedSchema> stored_schema(const sql::Rows& rows, std::size_t row) {
  PublishedSchema out;
  out.track = rows.text(row, track_column);
  out.name = rows.text(row, name_column);
  out.version = rows.text(row, version_column);
  out.ordinal = rows.integer(row, ordinal_column);
  out.content_id = rows.integer(row, content_id_column);
  out.published_name = rows.text(row, published_name_column);
  out.schema_id = rows.text(row, schema_id_column);
  out.deprecated = rows.integer(row, deprecated_column) != 0;
  out.deprecation_note = rows.text(row, deprecation_note_column);
  out.x_compat = rows.text(row, x_compat_column);
  out.published_by = rows.text(row, published_by_column);
  TRY_ASSIGN(out.created_at, catalog::stored_time(rows, row, created_at_column));
  TRY_ASSIGN(out.updated_at, catalog::stored_time(rows, row, updated_at_column));
  out.revision = rows.integer(row, revision_column);
  out.raw_sha256 = rows.text(row, raw_sha256_column);
  out.seed_sha256 = rows.text(row, seed_sha256_column);
  out.canonical_sha256 = rows.text(row, canonical_sha256_column);
  out.size_bytes = rows.integer(row, size_bytes_column);
  return out;
}

std::string subject_of(const PublishedSchema& schema) {
  return "schema:" + schema.track + '/' + schema.name;
}

core::FieldValue text_or_null(const std::string& text) {
  return text.empty() ? core::FieldValue() : core::FieldValue(text);
}

// --- publishing

/// One call of publish() inside its transaction.
class Publishing {
 public:
  Publishing(catalog::Catalog& catalog, const Publication& wanted, std::string actor)
      : catalog_(catalog), wanted_(wanted), actor_(std::move(actor)) {}

  Status read() {
    now_.track = wanted_.track;
    now_.published_name = wanted_.name;
    now_.name = schema_name_of(wanted_.name);
    TRY(check_track(now_.track));
    TRY(check_schema_name(now_.name));
    if (!wanted_.version.empty()) TRY(check_version(wanted_.version));
    if (wanted_.schema_id.size() > kMostIdBytes || wanted_.deprecation_note.size() > kMostNoteBytes)
      return Error(Code::invalid, "a schema's id has at most " + std::to_string(kMostIdBytes) +
                                      " bytes, a deprecation note " +
                                      std::to_string(kMostNoteBytes));
    const Pin pin = pin_of(now_.name, now_.published_name, wanted_.content, "the content");
    if (pin.problem) return Error(Code::invalid, pin.problem->detail);
    TRY(refuse_invalid(pin));
    const std::string stamped = pin.text.stamps.core_version.value_or("");
    if (!stamped.empty() && !wanted_.version.empty() && stamped != wanted_.version)
      return Error(Code::invalid,
                   "the content is stamped $core_version " + printable_path(stamped) +
                       ", and is to be published as " + printable_path(wanted_.version),
                   "publish it as what it is stamped, or stamp it anew");
    now_.version = wanted_.version;
    now_.schema_id = wanted_.schema_id;
    if (now_.schema_id.empty())
      now_.schema_id = pin.text.stamps.schema_id.value_or(now_.track + '/' + now_.name);
    if (now_.schema_id.size() > kMostIdBytes)
      return Error(Code::invalid, "the stamp $schema_id is longer than " +
                                      std::to_string(kMostIdBytes) + " bytes");
    now_.raw_sha256 = pin.hashes.raw_sha256;
    now_.seed_sha256 = pin.hashes.seed_sha256;
    now_.canonical_sha256 = pin.hashes.canonical_sha256;
    now_.size_bytes = static_cast<std::int64_t>(wanted_.content.size());
    now_.deprecated = wanted_.deprecated.value_or(false);
    now_.deprecation_note = wanted_.deprecation_note;
    now_.x_compat = wanted_.x_compat;
    now_.published_by = actor_;
    return {};
  }

  Result<Published> write() {
    // Whoever publishes comes one after the other, and locks are taken in the order of all who append events.
    if (auto locked = catalog_.connection().run("event.lock_head"); !locked)
      return away(std::move(locked).error());
    TRY_ASSIGN(const auto rows,
               catalog_.connection().run("published.of_name",
                                         {{"track", now_.track}, {"name", now_.name}}));
    TRY_ASSIGN(siblings_, catalog::stored_rows(rows, stored_schema));
    const PublishedSchema* same = find_same();
    if (same != nullptr) return again(*same);
    const std::int64_t last = siblings_.empty() ? 0 : siblings_.back().ordinal;
    if (wanted_.after_ordinal && *wanted_.after_ordinal != last)
      return Published{PublishEffect::moved, {}};
    if (siblings_.size() >= kMostVersions)
      return Error(Code::invalid, shown(now_.name) + " has " + std::to_string(kMostVersions) +
                                      " versions, which is the most a name may have");
    now_.ordinal = last + 1;
    if (now_.version.empty()) now_.version = free_number();
    return add();
  }

 private:
  const PublishedSchema* find_same() const {
    const auto found = std::ranges::find_if(siblings_, [&](const PublishedSchema& each) {
      return now_.version.empty() ? each.seed_sha256 == now_.seed_sha256
                                  : each.version == now_.version;
    });
    return found == siblings_.end() ? nullptr : &*found;
  }

  // A version whose name is a number may have been published by hand.
  std::string free_number() const {
    for (std::int64_t number = now_.ordinal;; ++number) {
      std::string text = std::to_string(number);
      if (std::ranges::find(siblings_, text, &PublishedSchema::version) == siblings_.end())
        return text;
    }
  }

  Result<Published> again(const PublishedSchema& known) {
    if (known.seed_sha256 != now_.seed_sha256)
      return Error(Code::conflict,
                   now_.track + '/' + now_.name + " has a version " + now_.version +
                       " already, with another content (sha256 " + known.seed_sha256 +
                       "; the new one has " + now_.seed_sha256 + ")",
                   "publish it as a new version: what others have pinned never changes");
    const bool same = !wanted_.deprecated ||
                      (known.deprecated == now_.deprecated &&
                       (!now_.deprecated || known.deprecation_note == now_.deprecation_note));
    if (same) return Published{PublishEffect::unchanged, known};
    return deprecate(known);
  }

  Result<Published> deprecate(const PublishedSchema& known) {
    PublishedSchema after = known;
    after.deprecated = now_.deprecated;
    after.deprecation_note = now_.deprecated ? now_.deprecation_note : "";
    TRY(append(after.deprecated ? "schema.version_deprecated" : "schema.deprecation_withdrawn",
               after,
               {{"deprecation_reason", text_or_null(after.deprecation_note)},
                {"superseded_by", text_or_null(newer_than(after))}}));
    TRY(catalog_.connection().run("published.deprecate",
                                  {{"deprecated", std::int64_t{after.deprecated ? 1 : 0}},
                                   {"deprecation_note", after.deprecation_note},
                                   {"at", catalog::time_value(after.updated_at)},
                                   {"revision", after.revision},
                                   {"track", after.track},
                                   {"name", after.name},
                                   {"version", after.version}}));
    return Published{PublishEffect::deprecation_changed, after};
  }

  std::string newest() const {
    const auto found = std::ranges::max_element(
        siblings_, [](const auto& a, const auto& b) { return version_less(a.version, b.version); });
    return found == siblings_.end() ? "" : found->version;
  }

  std::string newer_than(const PublishedSchema& schema) const {
    const std::string last = newest();
    return version_less(schema.version, last) ? last : "";
  }

  Result<std::int64_t> content_id(const sql::Value& at) {
    auto& connection = catalog_.connection();
    TRY_ASSIGN(const auto known,
               connection.run("published.content_known", {{"raw_sha256", now_.raw_sha256}}));
    if (!known.empty()) return known.integer(0, 0);
    TRY_ASSIGN(const auto made, connection.run("published.content_insert",
                                               {{"raw_sha256", now_.raw_sha256},
                                                {"seed_sha256", now_.seed_sha256},
                                                {"canonical_sha256", now_.canonical_sha256},
                                                {"size_bytes", now_.size_bytes},
                                                {"content", wanted_.content},
                                                {"at", at}}));
    return made.integer(0, 0);
  }

  Result<Published> add() {
    const std::string before = newest();
    const Timestamp at = catalog::to_stored_precision(catalog_.clock().now());
    TRY_ASSIGN(now_.content_id, content_id(catalog::time_value(at)));
    TRY(append("schema.published", now_,
               {{"schema_id", now_.schema_id},
                {"supersedes", text_or_null(before)},
                {"size_bytes", now_.size_bytes}}));
    now_.created_at = now_.updated_at;
    TRY(catalog_.connection().run("published.insert",
                                  {{"track", now_.track},
                                   {"name", now_.name},
                                   {"version", now_.version},
                                   {"ordinal", now_.ordinal},
                                   {"content_id", now_.content_id},
                                   {"published_name", now_.published_name},
                                   {"schema_id", now_.schema_id},
                                   {"deprecated", std::int64_t{now_.deprecated ? 1 : 0}},
                                   {"deprecation_note", now_.deprecation_note},
                                   {"x_compat", now_.x_compat},
                                   {"published_by", now_.published_by},
                                   {"at", catalog::time_value(now_.created_at)},
                                   {"revision", now_.revision}}));
    return Published{PublishEffect::added, now_};
  }

  // Sets what the event decides: when, and the revision.
  Status append(std::string name, PublishedSchema& schema, core::Fields more) {
    core::Event event;
    event.name = std::move(name);
    event.subject = subject_of(schema);
    event.actor = actor_;
    event.fields = {{"track", schema.track},
                    {"name", schema.name},
                    {"core_version", schema.version},
                    {"sha256", schema.seed_sha256},
                    {"canonical_sha256", schema.canonical_sha256},
                    {"deprecated", schema.deprecated}};
    event.fields.insert(event.fields.end(), std::make_move_iterator(more.begin()),
                        std::make_move_iterator(more.end()));
    TRY(catalog::append_events(catalog_, {&event, 1}));
    schema.updated_at = event.at;
    schema.revision = event.seq;
    return {};
  }

  catalog::Catalog& catalog_;
  const Publication& wanted_;
  std::string actor_;
  PublishedSchema now_;
  std::vector<PublishedSchema> siblings_;  // by ordinal
};

}  // namespace

std::string_view effect_name(PublishEffect effect) {
  switch (effect) {
    case PublishEffect::added:
      return "added";
    case PublishEffect::unchanged:
      return "unchanged";
    case PublishEffect::deprecation_changed:
      return "deprecation_changed";
    case PublishEffect::moved:
      return "moved";
  }
  return "unchanged";
}

Status check_schema_name(std::string_view name) {
  if (is_name(name, kMostNameBytes, ".-+=@~$") && name.find("..") == std::string_view::npos)
    return {};
  return Error(
      Code::invalid, shown(name) + " is no name of a schema",
      "letters, digits and . _ - + = @ ~ $, beginning with a letter, a digit or _, without "
      "\"..\", at most 200 bytes");
}

Status check_track(std::string_view track) {
  if (is_name(track, kMostTrackBytes, ".-") && track.find("..") == std::string_view::npos &&
      std::ranges::find(kTakenTracks, track) == kTakenTracks.end())
    return {};
  return Error(
      Code::invalid, shown(track) + " is no name of a track",
      "letters, digits and . _ -, beginning with a letter, a digit or _, at most 64 bytes; "
      "not by-id, ids, types");
}

Status check_version(std::string_view version) {
  if (is_name(version, kMostVersionBytes, ".-+") && version != "latest") return {};
  return Error(Code::invalid, shown(version) + " is no version",
               "letters, digits and . _ - +, beginning with a letter or digit, at most 64 bytes; "
               "not \"latest\"");
}

Result<sql::Transaction> begin_publishing(catalog::Catalog& catalog) {
  auto begun = sql::Transaction::begin(catalog.connection());
  if (!begun) return away(std::move(begun).error());
  return begun;
}

Result<Published> publish(catalog::Catalog& catalog, const Publication& wanted,
                          const std::string& actor) {
  Publishing publishing(catalog, wanted, actor);
  TRY(publishing.read());
  TRY(know_published_statements(catalog));
  if (catalog.connection().in_transaction()) return publishing.write();
  TRY_ASSIGN(auto transaction, begin_publishing(catalog));
  TRY_ASSIGN(auto published, publishing.write());
  HOLDFAST_FAILPOINT("schemas.before_publish_commit");
  if (auto committed = transaction.commit(); !committed) return away(std::move(committed).error());
  HOLDFAST_FAILPOINT("schemas.after_publish_commit");
  return published;
}

Result<std::vector<PublishedSchema>> published_since(catalog::Catalog& catalog,
                                                     std::int64_t revision) {
  TRY(know_published_statements(catalog));
  TRY_ASSIGN(const auto rows,
             catalog.connection().run("published.changed_since",
                                      {{"revision", revision}, {"limit", kPublishedPage}}));
  return catalog::stored_rows(rows, stored_schema);
}

Result<std::optional<std::string>> published_content(catalog::Catalog& catalog,
                                                     std::int64_t content_id) {
  TRY(know_published_statements(catalog));
  TRY_ASSIGN(const auto rows,
             catalog.connection().run("published.content_of", {{"id", content_id}}));
  if (rows.empty()) return std::optional<std::string>();
  if (core::to_hex(core::sha256(rows.text(0, 0))) != rows.text(0, 1))
    return Error(Code::corrupt,
                 "content " + std::to_string(content_id) +
                     " of a published schema is not what was stored: its hash differs",
                 "restore the catalog from a copy");
  return std::optional<std::string>(rows.text(0, 0));
}

}  // namespace holdfast::schemas
