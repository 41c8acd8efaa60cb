// SPDX-License-Identifier: Apache-2.0
// The committing side of a backfill: judges what was hashed, holds drift back, appends the events and writes the rows.
//
// Where durability changes hands (failpoints in this order):
//   artifacts.after_hash       digests are in memory only
//   artifacts.before_event     drift is judged, its event not appended
//   artifacts.after_event      the event is durable, the row is not written
//   artifacts.in_transaction   rows and journal are written, nothing is committed
//   artifacts.after_proofs     the catalog's own side is written
//   artifacts.before_commit    …
//   artifacts.after_commit     rows are durable
// With the rows in the catalog all of it is one transaction; else the rows are committed first, then proofs and progress.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "artifacts/artifact_table.h"
#include "artifacts/backfill.h"
#include "artifacts/drift_breaker.h"
#include "artifacts/observations.h"
#include "artifacts/proofs.h"
#include "artifacts/residual.h"
#include "artifacts/row_hasher.h"
#include "artifacts/row_queue.h"
#include "artifacts/run_records.h"
#include "base/whole_file.h"
#include "catalog/batch_runs.h"
#include "core/batch.h"
#include "core/event.h"

namespace holdfast::artifacts {

struct BackfillSinkParts {
  ArtifactTable& table;
  catalog::Catalog& catalog;
  RowQueue& queue;
  const BackfillOptions& options;
  DriftBreaker breaker;
  std::string parameters;  // of the run: what a later run must share to go on with it
  std::optional<std::string> marked_before;  // of a recheck
  std::optional<IncidentKeeper> incidents;   // none in a dry run
};

/// The cursor of a batch run: `{"parameters":…,"marked_before":…,"type":…,"id":…}`.
std::string run_cursor(const std::string& parameters,
                       const std::optional<std::string>& marked_before,
                       const std::optional<RowCursor>& last);

/// Rows of one transaction; the batch engine hands over at most commit_every_count.
inline constexpr std::size_t kChunkRows = 1000;
/// Of drift that was held back and is not written, so many rows have an event of their own; a wrong root would make thousands.
inline constexpr std::size_t kMaxHeldEvents = 100;
/// Words of the residual list for rows that keep a hash which disagrees.
inline constexpr std::string_view kDriftRefused = "drift_refused";
inline constexpr std::string_view kDriftHeld = "drift_held";
inline constexpr std::string_view kSuspectRefused = "changed_without_write";
/// …and for rows that a trigger or rule on the table did not leave as they were written.
inline constexpr std::string_view kWriteAltered = "write_altered";

class BackfillSink {
 public:
  using Done = core::BatchWork<ArtifactRow, RowObservation>::Done;

  BackfillSink(BackfillSinkParts parts, catalog::BatchRun run, BackfillSummary summary);

  /// Opens the files that are written besides: the residual list and the patch.
  Status open_files();
  /// Takes rows with what was seen of them, in order. `conflict` when the breaker trips: none of the drift is written.
  Status commit(std::vector<Done> done);
  /// Ends a pass: writes the drift that was held back.
  Status end_pass();
  /// Ends a run that was stopped: the drift that was held back is told, and none of it is written.
  Status leave_held();
  /// Rows that changed while they were hashed, to be read again; forgotten here.
  std::vector<std::string> take_requeued();
  /// Publishes the files.
  Status close_files();
  /// Whether commit() refused because there is too much drift: the only `conflict` after which no drift was written.
  bool refuses() const { return refuses_; }
  /// The breaker's verdict as an Error.
  Error breaker_error() const;
  /// The same where so much drifted that it can't be held back.
  Error held_error() const;

  BackfillSummary& summary() { return summary_; }
  /// Whether the row was looked at and ended without a marker.
  bool left_unmarked(const std::string& id) const { return unmarked_.contains(id); }
  catalog::BatchRun& run() { return run_; }
  const DriftBreaker& breaker() const { return parts_.breaker; }

 private:
  /// A row that has a hash now, and what is to be done with it.
  struct Pending {
    ArtifactRow row;
    RowObservation seen;
    RowEnd end = RowEnd::updated;
    std::string reason;  // for the journal
    bool drifted = false;
    bool invalid_record = false;
    bool normalised = false;
    std::string cause;                          // of a drift: the rule
    std::string cause_reason;                   // …and half a sentence
    std::optional<core::SubjectReport> report;  // of a drift
  };
  /// What readings that confirmed no record leave in the catalog: the proof before loses its standing (proofs.h), and the latest
  /// report and the incident say so.
  struct Unproved {
    std::vector<Look> looks;
    std::vector<Observation> observations;
    std::vector<core::SubjectReport> incidents;
  };
  /// What a commit changes once it is durable.
  struct Settled {
    BackfillSummary summary;
    std::vector<std::string> requeued;
    std::unordered_set<std::string> altered;
    std::vector<ResidualEntry> residual;
    /// Counts a row that has a hash and could not be given it.
    void fail(const Pending& row, const std::string& path_column, std::string_view reason,
              std::string detail);
  };
  /// Rows that were written as meant, in a transaction that is open still.
  struct Recorded {
    sql::Transaction transaction;
    std::vector<WriteOutcome> outcomes;
  };

  /// The rows of one commit, by what is to be done with them.
  struct Sorted {
    std::vector<Pending> writes;
    std::vector<Pending> refused;
    std::vector<Done> lost;  // no hash came of them
  };
  enum class MakesIncident : unsigned char { yes, no };

  Status judge_row(Done done, Sorted& sorted);
  std::optional<Pending> judge_hashed(Done done);
  Status end_without_hash(const std::vector<Done>& lost);
  Status refuse(std::vector<Pending> drift, std::string_view reason, MakesIncident makes_incident);
  Status refuse_suspects(std::vector<Pending>& pending);
  Status give_up_held(std::string_view action, std::string_view reason);
  void note_unproved(Unproved& to, const ArtifactRow& row, core::SubjectReport report,
                     MakesIncident makes_incident) const;
  std::optional<core::SubjectReport> resolving_report(const Pending& written) const;
  Status save_unproved(const Unproved& unproved);
  Status explain_drift(std::vector<Pending>& pending);
  Status append_drift_events(std::span<const Pending> pending, std::string_view action);
  core::Event drift_event(const Pending& drift, std::string_view action) const;

  Status write(std::vector<Pending> writes);
  Status write_chunk(std::vector<Pending> writes);
  Result<Settled> write_rows(const std::vector<Pending>& writes);
  Result<Settled> write_rows_again(const std::vector<Pending>& writes);
  Result<Recorded> record_wanted(const std::vector<HashWrite>& wanted);
  Result<std::vector<std::size_t>> refused_alone(const std::vector<HashWrite>& wanted);
  Result<Recorded> record_rows(const std::vector<HashWrite>& hashes);
  Status save_in_catalog(const std::vector<Pending>& writes, const Settled& settled);
  Settled settle(const std::vector<Pending>& writes,
                 const std::vector<WriteOutcome>& outcomes) const;
  Status take(Settled settled);
  Status release_ended();
  const std::string& path_column() const { return parts_.table.config().columns.path; }
  bool writes_catalog() const { return parts_.options.mode != BackfillMode::dry_run; }

  BackfillSinkParts parts_;
  catalog::BatchRun run_;
  BackfillSummary summary_;
  std::unordered_set<std::string> unmarked_;
  std::vector<Pending> held_;
  bool refuses_ = false;
  std::vector<std::string> requeued_;
  std::unordered_map<std::string, int> requeues_;  // how often a row was read again
  std::vector<std::string> ended_;  // rows that need no write any more: to be released
  Unproved unproved_;               // of them, with the next commit
  std::optional<RowCursor> last_;
  std::optional<WholeFile> residual_;
  std::optional<WholeFile> patch_;
};

}  // namespace holdfast::artifacts
