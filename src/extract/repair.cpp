// SPDX-License-Identifier: Apache-2.0
#include "extract/repair.h"

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>

#include "base/failpoint.h"
#include "base/lock_file.h"
#include "base/root_folder.h"
#include "base/whole_file.h"
#include "core/file_reader.h"
#include "core/sha256.h"
#include "extract/extraction_state.h"
#include "extract/judge.h"
#include "extract/ledger.h"
#include "extract/output_session.h"
#include "extract/shards.h"
#include "extract/staging.h"

namespace holdfast::extract {
namespace {

constexpr std::size_t kShownBytes = 80;

KeySet set_of(const std::vector<std::string>& keys) {
  KeySet out;
  for (const std::string& key : keys)
    out.insert(key);
  return out;
}

class Repairing {
 public:
  Repairing(const ExtractionConfig& config, const RepairOptions& options)
      : config_(config), options_(options), files_(*options.files) {}

  Result<Repair> run() {
    TRY(require_own_journal(config_, files_));
    std::optional<LockFile> lock;
    if (!options_.dry_run) {
      TRY_ASSIGN(lock, lock_output(config_, "holdfast extract repair " + config_.arguments));
    }
    TRY(require_nobody_beside(config_, files_));
    TRY(look());
    TRY(require_known());
    plan();
    TRY(require_keepable());
    if (options_.dry_run) return std::move(out_);
    TRY_ASSIGN(auto earlier, unfinished());
    if (!out_.changes() && !earlier) return std::move(out_);
    TRY(require_unused());
    out_.journal = repairs_journal(config_);
    counts_ = counts();
    if (earlier && is_continued(*earlier)) {
      take_over_staging(*earlier);
    } else if (earlier) {
      auto told = finish(*earlier);
      if (!told)
        return std::move(told).error().with("the repair that began at " +
                                            format_rfc3339(earlier->began_at) +
                                            " is still to be recorded");
      out_.finished = std::move(earlier);
    }
    if (!out_.changes()) return std::move(out_);
    auto written = write();
    // Where a file was replaced the repair is not over: the next one goes on with it.
    if (!written && !was_replaced_)
      drop(journal("failed", counts_), "the error that ended it says more");
    TRY(std::move(written));
    TRY(look());
    out_.recorded = finish(counts_);
    return std::move(out_);
  }

 private:
  Status look() {
    ledger_before_ = identity_of(config_.ledger());
    staging_before_ = identity_of(config_.staging());
    TRY_ASSIGN(state_, read_state(config_, files_, {.trust_seal = false}));
    // Nobody's first entry tells how they are written: a program that is not ours reads bare names.
    if (state_.ledger.size_bytes == 0 && !config_.extractor)
      state_.ledger.format = LedgerFormat::bare;
    accounts_ = accounts_of(state_);
    out_.report = judge(config_, state_, accounts_, options_.clock->now());
    return leave_out_changed();
  }

  // What would be there without the staged rows that are not what was extracted.
  Status leave_out_changed() {
    TRY(look_at_staged(state_, config_, files_));
    changed_.clear();
    for (const ChangedRow& row : state_.staged_values.changed)
      changed_.insert(row.offset);
    if (changed_.empty()) return {};
    RowKeys left;
    const auto take = [&](const StagedRow& row) -> Status {
      if (!changed_.contains(row.offset)) left.add(row.key);
      return {};
    };
    TRY(read_staging(files_, config_.staging(), config_.key_columns, take));
    state_.staged = std::move(left);
    accounts_ = accounts_of(state_);
    return {};
  }

  std::optional<FileIdentity> identity_of(const std::string& path) const {
    const auto identity = files_.identity(path);
    return identity ? std::optional(*identity) : std::nullopt;
  }

  RepairCounts counts() const {
    return {.began_at = options_.clock->now(),
            .actor = options_.actor,
            .reason = options_.reason,
            .removed = set_of(out_.removed).digest(),
            .added = set_of(out_.added).digest(),
            .repeated = out_.repeated,
            .bad_ledger_lines = out_.bad_ledger_lines,
            .bad_staging_lines = out_.bad_staging_lines,
            .changed_staging_rows = out_.changed_staging_rows,
            .entries = out_.entries};
  }

  // One that nobody was told of. Of an extraction of the workspace only who records can tell it.
  Result<std::optional<RepairCounts>> unfinished() const {
    TRY_ASSIGN(auto earlier, unfinished_repair(config_, files_));
    if (earlier && !options_.record && !earlier->actor.empty()) earlier.reset();
    return earlier;
  }

  // Whether that one had not replaced the ledger yet, so that this one does it; it may have replaced the staging file.
  bool is_continued(const RepairCounts& earlier) const {
    const bool is_same_ledger = earlier.removed == counts_.removed &&
                                earlier.added == counts_.added &&
                                earlier.repeated == counts_.repeated &&
                                earlier.bad_ledger_lines == counts_.bad_ledger_lines;
    const bool is_same_staging = earlier.bad_staging_lines == counts_.bad_staging_lines &&
                                 earlier.changed_staging_rows == counts_.changed_staging_rows;
    const bool is_staging_done = counts_.bad_staging_lines + counts_.changed_staging_rows == 0;
    return out_.changes() && is_same_ledger && (is_same_staging || is_staging_done);
  }

  void take_over_staging(const RepairCounts& earlier) {
    counts_.bad_staging_lines = earlier.bad_staging_lines;
    counts_.changed_staging_rows = earlier.changed_staging_rows;
    was_replaced_ = true;  // as far as anybody knows
  }

  // Recorded first: what was killed in between is recorded again, and counts once.
  Status finish(const RepairCounts& counts) {
    if (options_.record) TRY(options_.record(counts, out_.report));
    HOLDFAST_FAILPOINT("extraction.repair_recorded");
    return journal("done", counts);
  }

  Status write() {
    TRY(journal("begun", counts_));
    HOLDFAST_FAILPOINT("extraction.repair_begun");
    if (out_.bad_staging_lines + out_.changed_staging_rows > 0) {
      TRY(keep_copy(config_.staging()));
      TRY(require_unchanged(config_.staging(), staging_before_));
      was_replaced_ = true;
      TRY(write_staging());
    }
    TRY(keep_copy(config_.ledger()));
    HOLDFAST_FAILPOINT("extraction.repair_kept");
    TRY(require_unchanged(config_.ledger(), ledger_before_));
    was_replaced_ = true;
    TRY(write_ledger());
    HOLDFAST_FAILPOINT("extraction.repaired");
    return {};
  }

  // A program that has one of the files open would go on writing into the old one, which has no name any more.
  Status require_unused() const {
    for (const std::string& path : {config_.ledger(), config_.staging()}) {
      TRY_ASSIGN(const auto folder, RootFolder::open(folder_of(path)));
      const Opened opened = folder.open_file(name_of(path));
      if (!opened.found || core::writers_of_open(opened.fd.get()) != core::Writers::some) continue;
      return Error(Code::conflict,
                   printable_path(path) + " is open in another program; nothing was changed",
                   "stop that program first, or wait until it has ended");
    }
    return {};
  }

  Status require_unchanged(const std::string& path,
                           const std::optional<FileIdentity>& before) const {
    const auto now = files_.identity(path);
    if (before ? now && *now == *before : !now) return {};
    return Error(Code::conflict,
                 printable_path(path) + " was written while it was read; it stands as it is",
                 "stop what writes it, and repair again");
  }

  Status require_known() const {
    if (state_.published.unreadable)
      return Error(
          Code::conflict,
          "the published rows can't be read, so nobody knows which are missing: " +
              state_.published.unreadable->message(),
          state_.published.unreadable->code() == Code::invalid
              ? state_.published.unreadable->hint()
              : "restore the file from a copy; or move it away, and all its rows are missing");
    const bool nothing =
        !state_.published.exists && state_.ledger.size_bytes == 0 && state_.staging.size_bytes == 0;
    if (!nothing) return {};
    return Error(Code::not_found,
                 "there is no " + printable_path(config_.out) + ", nor " +
                     printable_path(config_.ledger()) + " or " + printable_path(config_.staging()),
                 "name the Parquet file of the extraction");
  }

  void plan() {
    out_.removed = accounts_.missing;
    out_.added = accounts_.unclaimed_published;
    out_.added.insert(out_.added.end(), accounts_.unclaimed_staged.begin(),
                      accounts_.unclaimed_staged.end());
    out_.repeated = state_.ledger.repeated.size();
    out_.bad_ledger_lines = state_.ledger.bad_lines.size();
    out_.bad_staging_lines = state_.staging.bad_lines.size();
    out_.changed_staging_rows = changed_.size();
    out_.entries = state_.ledger.keys.size() - out_.removed.size() + out_.added.size();
  }

  // Of keys that go in: what is written must be read again as it was meant.
  Status require_keepable() const {
    for (const std::string& key : out_.added) {
      if (const auto problem = key_problem(state_.ledger.format, key))
        return Error(Code::conflict,
                     printable_path(config_.out) + ": the ledger can't hold the key \"" +
                         printable_path(key.substr(0, kShownBytes)) + "\" of a row: " + *problem +
                         "; nothing was changed",
                     "take its row away, or begin a new ledger");
    }
    return {};
  }

  Status journal(const char* what, const RepairCounts& counts) const {
    return append_journal(config_, files_, what, counts, options_.clock->now());
  }

  // The old file, whole and durable under another name.
  Status keep_copy(const std::string& path) {
    TRY_ASSIGN(const bool exists, files_.exists(path));
    if (!exists) return {};
    std::string aside = aside_name(path, "before-repair", counts_.began_at);
    TRY_ASSIGN(auto copy, WholeFile::create(files_, aside));
    constexpr std::uint64_t kPieceBytes = 1U << 20U;
    for (std::uint64_t offset = 0;;) {
      TRY_ASSIGN(const std::string piece, files_.read_range(path, offset, kPieceBytes));
      if (piece.empty()) break;
      TRY(copy.write(piece));
      offset += piece.size();
    }
    TRY(copy.commit());
    out_.kept.push_back(std::move(aside));
    return {};
  }

  Status write_ledger() {
    const KeySet removed = set_of(out_.removed);
    const Ledger& ledger = state_.ledger;
    TRY_ASSIGN(auto file, WholeFile::create(files_, config_.ledger()));
    const auto write = [&](std::string_view key, const core::Sha256Digest& digest) {
      return file.write(ledger_line(ledger.format, key, digest) + '\n');
    };
    for (std::size_t i = 0; i < ledger.keys.size(); ++i) {
      if (removed.contains(ledger.keys.at(i))) continue;
      TRY(write(ledger.keys.at(i),
                i < ledger.row_digests.size() ? ledger.row_digests[i] : core::Sha256Digest{}));
    }
    for (const std::string& key : out_.added)
      TRY(write(key, {}));
    return file.commit();
  }

  Status write_staging() {
    TRY_ASSIGN(auto file, WholeFile::create(files_, config_.staging()));
    const auto copy = [&](const StagedRow& row) -> Status {
      if (changed_.contains(row.offset)) return {};
      TRY(file.write(row.json));
      return file.write("\n");
    };
    TRY(read_staging(files_, config_.staging(), config_.key_columns, copy));
    return file.commit();
  }

  const ExtractionConfig& config_;
  const RepairOptions& options_;
  FileSystem& files_;
  ExtractionState state_;
  Accounts accounts_;
  std::optional<FileIdentity> ledger_before_;  // as they were when they were read
  std::optional<FileIdentity> staging_before_;
  std::unordered_set<std::uint64_t> changed_;  // offsets of staged rows that go out
  RepairCounts counts_;
  bool was_replaced_ = false;  // the staging file, or the ledger
  Repair out_;
};

}  // namespace

Result<Repair> repair_extraction(const ExtractionConfig& config, const RepairOptions& options) {
  return Repairing(config, options).run();
}

}  // namespace holdfast::extract
