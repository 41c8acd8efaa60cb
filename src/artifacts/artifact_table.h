// SPDX-License-Identifier: Apache-2.0
// The table that holds artifact rows: the catalog's own or a user's, with mapped columns. The only place that reads and writes it,
// but for corrections.h, which moves and removes rows of the catalog's own.
//
// Only `metadata` (and updated_at where it is mapped) is ever written, only the three keys that Holdfast owns inside it
// (file_sha256, file_size_bytes, file_sha256_computed_at), merged on the server side, with a journal row in the same transaction.
// `content_hash` is a deduplication key (seed 002): never read as a file hash, never written.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "artifacts/metadata_text.h"
#include "artifacts/source_config.h"
#include "base/clock.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "core/sha256.h"

namespace holdfast::artifacts {

struct ArtifactRow {
  std::string id;
  std::string type;  // "" where it is NULL
  std::string title;
  std::optional<std::string> path;  // as recorded
  MetadataKind metadata = MetadataKind::object;
  std::optional<std::string> recorded_sha256;  // raw text of metadata.file_sha256, whatever it is
  std::optional<std::int64_t> recorded_size_bytes;
  std::optional<std::string>
      computed_at;  // raw text of metadata.file_sha256_computed_at: the resume marker
};

/// Whether nothing can be told from the row's metadata, so that neither "records a hash" nor "records none" is true of it.
bool is_damaged(const ArtifactRow& row);
/// Whether verify and scrub answer for it: a hash is recorded, or nobody can tell whether one is.
bool asks_for_proof(const ArtifactRow& row);

/// Whether two readings of a row have the same path and record the same of its file.
bool records_the_same(const ArtifactRow& a, const ArtifactRow& b);
/// Whether the row is one of a source with these types; none: all.
bool is_in_scope(const ArtifactRow& row, const std::vector<std::string>& types);
/// Whether the row is another section's, so that its path says nothing of files below these roots (SourceConfig::foreign_types).
bool is_foreign(const ArtifactRow& row, const SourceConfig& config);

/// Whether a backfill is done with it: there is a hash, and a marker that is not before `marked_before` where that is given. A marker
/// that is no time, or one in the future, is before everything: it proves nothing.
bool is_marked(const ArtifactRow& row, const std::optional<Timestamp>& marked_before,
               Timestamp now);

/// A place in the order (artifact_type, id), which only the database compares (collations differ from byte order).
struct RowCursor {
  std::string type;
  std::string id;
};

enum class RowSelection : unsigned char {
  unmarked,         // no marker, or one without a hash: what a backfill has left to do
  all,              // every row
  hashed,           // a file_sha256 is recorded
  unmarked_hashed,  // both: what a backfill will compare
  asks_for_proof,   // a file_sha256 is recorded, or the metadata is damaged
};

/// Of what is selected, the rows with a recorded hash.
RowSelection hashed_of(RowSelection selection);

struct PageQuery {
  RowSelection selection = RowSelection::all;
  std::optional<RowCursor> after = {};
  std::int64_t limit = 500;
  std::vector<std::string> types = {};  // empty: all
  std::optional<std::string> marked_before =
      {};  // RFC 3339; with `all`: only rows that are not is_marked() (--older-than)
};

/// One write: the three keys, under the condition that id, path and the old hash are still what was read.
struct HashWrite {
  const ArtifactRow* row = nullptr;  // as read
  core::Sha256Digest digest{};
  std::uint64_t size_bytes = 0;
  Timestamp computed_at;
  std::string reason;  // for the journal: "backfill", "drift: artifact.modified", …
};
enum class WriteOutcome : unsigned char {
  written,
  row_changed,  // another client was first
  row_gone,
  altered,  // read back, the row is not what was written: a trigger or rule on the table took the write back or changed it
};
/// What the journal says about a group of writes.
struct WriteContext {
  std::string_view actor;
  std::string_view batch_run_id;
  std::string_view operation;  // "artifacts.backfill"
};

enum class Access : unsigned char { read_write, read_only };

class ArtifactTable {
 public:
  /// Opens the source's database (the catalog's own connection when in_catalog) and holds the table against the column map:
  /// `not_found` names the table, `invalid` the missing columns and those that are there, an id that two rows have, and rows
  /// without one. `catalog` outlives it. The catalog's own connection writes whatever `access` says.
  static Result<ArtifactTable> open(const SourceConfig& config, catalog::Catalog& catalog,
                                    Access access = Access::read_write);

  /// As given, but for `unnamed_columns` that the table lacks: their names are empty.
  const SourceConfig& config() const { return *config_; }
  /// The connection the rows live on; begin a Transaction on it around record().
  sql::Connection& connection();

  /// At most `query.limit` rows in order; fewer means that these were the last ones. `invalid` names a row whose id or type is not
  /// UTF-8, or (on SQLite, which lets a column hold anything) no text or number that its text gives back.
  Result<std::vector<ArtifactRow>> page(const PageQuery& query);
  /// Those rows that exist, in the table's order.
  Result<std::vector<ArtifactRow>> rows(std::span<const std::string> ids);
  /// Of those ids, the ones that are in the table by another way than rows() goes: their texts are compared, in one look at every
  /// row. For ids that rows() did not give.
  Result<std::vector<std::string>> listed(std::span<const std::string> ids);
  /// The metadata of those rows as the database shows it as text, in the order of `ids`; none for NULL and for rows that are gone.
  Result<std::vector<std::optional<std::string>>> metadata_texts(std::span<const std::string> ids);
  /// Whether the server merges metadata (jsonb), so that its text need not pass through us.
  bool merges_on_server() const { return merges_on_server_; }
  /// How many rows page() would give in all, from the start.
  Result<std::int64_t> count(const PageQuery& query);

  /// Whether the id column refuses a text that is no whole number.
  Result<bool> ids_are_integers();
  /// Inserts rows {n, id, type, title, path, metadata} of a JSON array, in the open transaction; `conflict` where an id is taken.
  Status insert(std::string rows_json);

  /// Whether the journal table is there (a user's database needs `holdfast artifacts prepare`); `invalid` where a table of that
  /// name has other columns.
  Result<bool> has_journal();
  /// The DDL that makes it, for people to review; and its execution.
  Result<std::string> journal_ddl();
  Status create_journal();

  /// The journal's rows as journal.h reads them.
  Result<sql::Rows> journal_rows(const std::optional<std::string>& artifact_id,
                                 std::int64_t after_seq, std::int64_t limit);

  /// Writes in the caller's transaction, one outcome per write in order; one journal row for each that was written. Where one of them
  /// is `altered`, the transaction must not be committed: the journal tells writes that did not last.
  Result<std::vector<WriteOutcome>> record(std::span<const HashWrite> writes,
                                           const WriteContext& context);

 private:
  ArtifactTable(const SourceConfig& config, catalog::Catalog& catalog)
      : config_(std::make_unique<SourceConfig>(config)), catalog_(&catalog) {}
  Result<sql::Rows> run(std::string_view statement, const sql::Args& args = {});
  Status learn_statements(const std::vector<sql::Connection::Column>& columns);
  /// The table as errors name it.
  std::string described();
  /// Else page() reads on until enough rows were selected.
  bool filters_in_database(RowSelection selection);
  Status refuse_bad_ids();
  Status refuse_misfits(const sql::Rows& rows);
  Status require_text(const ArtifactRow& row);
  std::pair<std::string, sql::Identifiers> journal_statements();
  Result<std::vector<ArtifactRow>> raw_page(const PageQuery& query,
                                            const std::optional<RowCursor>& after,
                                            std::int64_t limit);
  Error journal_altered();
  Status require_journaled(std::span<const HashWrite> writes,
                           std::span<const WriteOutcome> outcomes, const WriteContext& context);
  Status read_back(std::span<const HashWrite> writes, std::vector<WriteOutcome>& outcomes);
  Result<std::vector<WriteOutcome>> merge(std::span<const HashWrite> writes,
                                          const WriteContext& context);
  Result<std::vector<WriteOutcome>> splice(std::span<const HashWrite> writes,
                                           const WriteContext& context);

  std::unique_ptr<SourceConfig> config_;  // stays where it is when the table moves
  catalog::Catalog* catalog_;
  std::optional<sql::Connection> own_;  // when the rows are not in the catalog
  std::string suffix_;  // of the statements' names: one connection may serve several sources
  bool merges_on_server_ = false;  // metadata is jsonb
  bool finds_by_index_ = true;     // a row by its id
};

}  // namespace holdfast::artifacts
