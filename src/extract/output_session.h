// SPDX-License-Identifier: Apache-2.0
// One writer of an extraction's output: what run and merge have in common.
//
//   open (lock) ─► look: what is there, and whether that can be built on ─► the writer's own work ─► publish ─► look ─► manifest, sealed
//
// One writer at a time for one output; the second is refused. The accounts are read before anything is done and again before anything
// is published: a row that is lost refuses both, and no byte of the extraction is changed (seed 004, change 2).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/lock_file.h"
#include "core/finding.h"
#include "extract/accounting.h"
#include "extract/extraction_config.h"
#include "extract/extraction_state.h"
#include "extract/manifest.h"
#include "extract/publication.h"
#include "extract/row_log.h"

namespace holdfast::extract {

/// Where its lock is: beside what the output's name leads to, so that two names of one file are one output.
Result<std::string> lock_path(const ExtractionConfig& config);
/// The lock of an output; `conflict` names who holds it, `not_found` its folder.
Result<LockFile> lock_output(const ExtractionConfig& config, const std::string& purpose);

class OutputSession {
 public:
  struct Options {
    FileSystem* files = &real_file_system();
    Clock* clock = &system_clock();
    const Cancel* cancel = nullptr;
    std::string version = {};  // of the program
    std::string run_id = {};   // names what is published
  };
  /// Takes the lock; `conflict` names who holds it. `config` outlives it.
  static Result<OutputSession> open(const ExtractionConfig& config, const std::string& purpose,
                                    Options options);

  /// `trust_seal`: a valid seal will do (read_state); what is read then is not sealed anew.
  Status look(bool trust_seal);
  /// Waits 20 ms where a file was written just now, so that the next look(false) can be sealed.
  Status let_times_settle() const;
  /// Whether nothing may be built on what is there: rows are lost, or published rows, items or lines in the middle can't be read.
  bool refuses() const;
  const ExtractionState& state() const { return state_; }
  const Accounts& accounts() const { return accounts_; }
  const core::SubjectReport& report() const { return report_; }
  FileSystem& files() const { return *options_.files; }
  Clock& clock() const { return *options_.clock; }
  /// The column that names rows: of the files that are there, else the first that was configured.
  std::string key_column() const;

  /// `conflict` where what is there was made by another extractor.
  Status require_extractor(const ExtractorConfig& extractor) const;
  /// Whether what is staged could be published: publish()'s errors, before long work is done in vain.
  Status check_publishable(const ExtractorConfig& extractor) const;
  /// The same of what is configured, without asking the tool.
  Status require_configured(const ExtractorConfig& extractor) const;
  /// Looks go on to their end from here on.
  void ignore_cancel() { options_.cancel = nullptr; }
  /// Opens ledger and staging file to go on; torn tails are cut off and kept, and rows that were staged and not claimed are claimed.
  Result<RowLog> open_log(const std::vector<Column>& columns);
  /// What open_log() cut off.
  const std::vector<TornTail>& torn() const { return torn_; }
  /// Publishes what is staged and takes the staging file away; nothing where nothing is staged. Looks before, and publishes
  /// nothing where refuses() then; and after.
  Status publish(const ExtractorConfig& extractor);
  const std::optional<Publication>& publication() const { return publication_; }
  /// Fills in what this session knows: counts of the publication, torn tails, version, and the seal where the verdict is in step.
  Status write_manifest(Manifest manifest);

 private:
  OutputSession(const ExtractionConfig& config, LockFile lock, Options options)
      : config_(&config), lock_(std::move(lock)), options_(std::move(options)) {}
  PublicationOptions publication_options(const ExtractorConfig& extractor) const;
  Status claim_staged(RowLog& log, const std::vector<Column>& columns) const;
  Status put_staging_away() const;
  Status remove_empty_staging();
  Status prepare_seal();
  Status seal(Manifest& manifest) const;
  bool may_seal_items(const Seal& now) const;

  const ExtractionConfig* config_;
  LockFile lock_;
  Options options_;
  ExtractionState state_;
  Accounts accounts_;
  core::SubjectReport report_;
  std::optional<Seal> looked_at_;  // the files as they were before the last look() read every key
  Timestamp looked_when_;
  std::vector<TornTail> torn_;
  std::optional<Publication> publication_;
};

}  // namespace holdfast::extract
