// SPDX-License-Identifier: Apache-2.0
// leaf  = SHA-256 of the event's canonical JSON (RFC 8785)
// chain = SHA-256 of the 128 hex digits: chain of the event before (64 zeros before the first),
// then leaf docs/formats/event-log.md has the grammar, an example and a second implementation.
#include "catalog/event_log.h"

#include <map>
#include <string>
#include <utility>

#include "catalog/stored.h"
#include "core/canonical_json.h"
#include "core/sha256.h"

namespace holdfast::catalog {
namespace {

constexpr std::int64_t kListLimit = 10000;
constexpr std::int64_t kVerifyPageRows = 2000;
constexpr std::string_view kWildcard = ".*";

struct Head {
  std::int64_t seq = 0;
  std::string chain_hash;
};

/// The row that whoever appends has to hold.
Result<Head> lock_head(sql::Connection& connection) {
  TRY_ASSIGN(const auto rows, connection.run("event.lock_head"));
  if (rows.empty())
    return Error(Code::corrupt, connection.name() + ": the event log has lost its head row",
                 "holdfast events verify");
  return Head{rows.integer(0, 0), rows.text(0, 1)};
}

void append_member(std::string& out, std::string_view key, std::string_view text) {
  core::append_canonical_string(out, key);
  out += ':';
  core::append_canonical_string(out, text);
}

/// What is hashed of one event, keys in canonical order. `fields` is canonical JSON already.
struct Leaf {
  std::int64_t seq = 0;
  std::string_view at, name, subject, level, fields, actor, run_id, dedup_key;

  std::string json() const {
    std::string out = "{";
    append_member(out, "actor", actor);
    append_member(out += ',', "at", at);
    append_member(out += ',', "dedup_key", dedup_key);
    out += ",\"fields\":";
    out += fields;
    append_member(out += ',', "level", level);
    append_member(out += ',', "name", name);
    append_member(out += ',', "run_id", run_id);
    out += ",\"seq\":" + std::to_string(seq);
    append_member(out += ',', "subject", subject);
    return out + '}';
  }
  std::string hash() const { return core::to_hex(core::sha256(json())); }
};

std::string chain(const std::string& before, const std::string& leaf_hash) {
  return core::to_hex(core::sha256(before + leaf_hash));
}

/// Numbers of the dedup keys that are in the log already.
Result<std::map<std::string, std::int64_t>> known_keys(sql::Connection& connection,
                                                       std::span<const core::Event> events) {
  std::vector<std::string> keys;
  for (const auto& event : events) {
    if (!event.dedup_key.empty()) keys.push_back(event.dedup_key);
  }
  std::map<std::string, std::int64_t> known;
  if (keys.empty()) return known;
  TRY_ASSIGN(const auto rows,
             connection.run("event.known", {{"keys", text_rows("dedup_key", keys)}}));
  for (std::size_t i = 0; i < rows.size(); ++i)
    known[rows.text(i, 0)] = rows.integer(i, 1);
  return known;
}

/// Numbers one event, moves the head on and adds its row.
Status add_row(sql::JsonRows& rows, core::Event& event, Head& head) {
  TRY_ASSIGN(const std::string fields, core::canonical_json(event.fields));
  const std::string at = format_rfc3339(event.at);
  event.seq = head.seq + 1;
  const Leaf leaf{
      event.seq, at,          event.name,   event.subject,  core::level_name(event.level),
      fields,    event.actor, event.run_id, event.dedup_key};
  const std::string leaf_hash = leaf.hash();
  head = {event.seq, chain(head.chain_hash, leaf_hash)};
  rows.begin_row();
  rows.add("seq", event.seq);
  rows.add("at", at);
  rows.add("name", event.name);
  rows.add("subject", event.subject);
  rows.add("level", std::string(core::level_name(event.level)));
  rows.add("fields", fields);
  rows.add("actor", event.actor);
  rows.add("run_id", event.run_id);
  rows.add("dedup_key", event.dedup_key.empty() ? sql::Value() : sql::Value(event.dedup_key));
  rows.add("leaf_hash", leaf_hash);
  rows.add("chain_hash", head.chain_hash);
  return {};
}

Result<std::int64_t> append_locked(Catalog& catalog, std::span<core::Event> events) {
  auto& connection = catalog.connection();
  TRY_ASSIGN(Head head, lock_head(connection));
  TRY_ASSIGN(auto known, known_keys(connection, events));
  sql::JsonRows rows;
  for (auto& event : events) {
    if (event.at.ns == 0) event.at = catalog.clock().now();
    event.at = to_stored_precision(event.at);
    if (const auto found = known.find(event.dedup_key); found != known.end()) {
      event.seq = found->second;
      continue;
    }
    if (auto added = add_row(rows, event, head); !added)
      return std::move(added).error().with("event " + event.name);
    if (!event.dedup_key.empty()) known.emplace(event.dedup_key, event.seq);
  }
  const auto written = static_cast<std::int64_t>(rows.size());
  if (written == 0) return written;
  TRY(connection.run("event.append", {{"rows", rows.take()}}));
  TRY(connection.run("event.move_head", {{"seq", head.seq}, {"chain_hash", head.chain_hash}}));
  return written;
}

/// Columns of event.page and event.list, in order.
enum Column : std::size_t {
  seq_column,
  at_column,
  name_column,
  subject_column,
  level_column,
  fields_column,
  actor_column,
  run_id_column,
  dedup_key_column,
  leaf_hash_column,
  chain_hash_column
};

Result<StoredEvent> stored_event(const sql::Rows& rows, std::size_t row) {
  StoredEvent out;
  out.event.seq = rows.integer(row, seq_column);
  TRY_ASSIGN(out.event.at, stored_time(rows, row, at_column));
  out.event.name = rows.text(row, name_column);
  out.event.subject = rows.text(row, subject_column);
  TRY_ASSIGN(out.event.level, stored_level(rows, row, level_column));
  auto fields = core::parse_fields(rows.text(row, fields_column));
  if (!fields) {
    return Error(Code::corrupt,
                 "event " + std::to_string(out.event.seq) + ": its fields are no flat JSON object",
                 "holdfast events verify");
  }
  out.event.fields = std::move(fields).value();
  out.event.actor = rows.text(row, actor_column);
  out.event.run_id = rows.text(row, run_id_column);
  out.event.dedup_key = rows.text(row, dedup_key_column);
  out.leaf_hash = rows.text(row, leaf_hash_column);
  out.chain_hash = rows.text(row, chain_hash_column);
  return out;
}

/// Goes along the chain row by row and stops at the first that does not fit.
class Verifier {
 public:
  void look_at(const sql::Rows& rows, std::size_t row) {
    const std::int64_t seq = rows.integer(row, seq_column);
    const std::int64_t expected = proof.event_count + 1;
    if (seq != expected)
      return broken(expected, seq > expected ? "is missing" : "stands where no event may be");
    const std::string& fields = rows.text(row, fields_column);
    const Leaf leaf{seq,
                    rows.text(row, at_column),
                    rows.text(row, name_column),
                    rows.text(row, subject_column),
                    rows.text(row, level_column),
                    fields,
                    rows.text(row, actor_column),
                    rows.text(row, run_id_column),
                    rows.text(row, dedup_key_column)};
    const std::string leaf_hash = leaf.hash();
    if (leaf_hash != rows.text(row, leaf_hash_column))
      return broken(seq, "was changed: its content has another leaf hash");
    const std::string chain_hash = chain(proof.chain_hash, leaf_hash);
    if (chain_hash != rows.text(row, chain_hash_column))
      return broken(seq, "does not follow the event before it");
    proof.event_count = seq;
    proof.chain_hash = chain_hash;
  }

  void broken(std::int64_t seq, std::string_view what) {
    proof.broken_at = seq;
    proof.problem = "event " + std::to_string(seq) + ' ' + std::string(what);
  }

  EventLogProof proof{
      .event_count = 0, .chain_hash = std::string(64, '0'), .broken_at = {}, .problem = {}};
};

Result<sql::Args> filter_args(const EventFilter& filter) {
  if (filter.limit < 0 || filter.limit > kListLimit) {
    return Error(Code::invalid, "a list of events holds at most " + std::to_string(kListLimit),
                 "page with after_seq");
  }
  const bool wildcard = filter.name && filter.name->ends_with(kWildcard);
  sql::Args args = {{"after", filter.after_seq}, {"limit", filter.limit}};
  args.emplace_back("name", wildcard ? sql::Value() : text_value(filter.name));
  std::optional<std::string> prefix;
  if (wildcard) prefix = filter.name->substr(0, filter.name->size() - 1);
  args.emplace_back("prefix", text_value(prefix));
  args.emplace_back("run_id", text_value(filter.run_id));
  args.emplace_back("since", time_value(filter.since));
  args.emplace_back(
      "least_level",
      std::int64_t{static_cast<std::int64_t>(filter.least_level.value_or(core::Level::note))});
  if (filter.subject) args.emplace_back("subject", *filter.subject);
  return args;
}

}  // namespace

Result<std::int64_t> append_events(Catalog& catalog, std::span<core::Event> events) {
  if (events.empty()) return std::int64_t{0};
  return in_transaction(catalog.connection(), [&] { return append_locked(catalog, events); });
}

Result<std::vector<StoredEvent>> list_events(Catalog& catalog, const EventFilter& filter) {
  TRY_ASSIGN(const auto args, filter_args(filter));
  TRY_ASSIGN(const auto rows, catalog.connection().run(
                                  filter.subject ? "event.list_of_subject" : "event.list", args));
  return stored_rows(rows, stored_event);
}

Result<std::int64_t> start_of_newest(Catalog& catalog, const EventFilter& filter) {
  TRY_ASSIGN(const auto args, filter_args(filter));
  // Before the look, so that what is appended meanwhile comes after it.
  TRY_ASSIGN(const std::int64_t last, last_event_seq(catalog));
  TRY_ASSIGN(
      const auto rows,
      catalog.connection().run(filter.subject ? "event.newest_of_subject" : "event.newest", args));
  return rows.is_null(0, 0) ? last : rows.integer(0, 0) - 1;
}

Result<std::int64_t> last_event_seq(Catalog& catalog) {
  TRY_ASSIGN(const auto rows, catalog.connection().run("event.last"));
  return rows.empty() ? 0 : rows.integer(0, 0);
}

Result<EventLogProof> verify_events(Catalog& catalog,
                                    const std::function<void(std::int64_t seq)>& progress) {
  auto& connection = catalog.connection();
  // One statement is one moment: what is appended while we read is after `head_seq` and not looked
  // at.
  TRY_ASSIGN(const auto snapshot, connection.run("event.snapshot"));
  Verifier verifier;
  if (snapshot.empty()) {
    verifier.broken(1, "can't be told from the end: the log has lost its head row");
    return verifier.proof;
  }
  const std::int64_t head_seq = snapshot.integer(0, 0);
  for (std::int64_t after = INT64_MIN;
       !verifier.proof.broken_at && verifier.proof.event_count < head_seq;) {
    TRY_ASSIGN(const auto rows,
               connection.run("event.page", {{"after", after}, {"limit", kVerifyPageRows}}));
    if (rows.empty())
      verifier.broken(verifier.proof.event_count + 1,
                      "is missing: the head row counts " + std::to_string(head_seq));
    for (std::size_t i = 0;
         i < rows.size() && !verifier.proof.broken_at && verifier.proof.event_count < head_seq;
         ++i) {
      verifier.look_at(rows, i);
    }
    after = verifier.proof.event_count;
    if (progress) progress(after);
  }
  if (verifier.proof.broken_at) return verifier.proof;
  if (verifier.proof.chain_hash != snapshot.text(0, 1)) {
    verifier.broken(std::max<std::int64_t>(head_seq, 1),
                    "is not the one that the head row ends with");
  } else if (snapshot.integer(0, 2) > head_seq) {
    verifier.broken(head_seq + 1, "was not appended by holdfast: the head row does not count it");
  }
  return verifier.proof;
}

}  // namespace holdfast::catalog
