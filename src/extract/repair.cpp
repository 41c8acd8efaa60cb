// SPDX-License-Identifier: Apache-2.0
#include "extract/repair.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/failpoint.h"
#include "base/line_file.h"
#include "base/lock_file.h"
#include "base/root_folder.h"
#include "base/whole_file.h"
#include "core/canonical_json.h"
#include "core/sha256.h"
#include "extract/extraction_state.h"
#include "extract/judge.h"
#include "extract/ledger.h"
#include "extract/output_session.h"
#include "extract/staging.h"

namespace holdfast::extract {
namespace {

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
    std::optional<LockFile> lock;
    if (!options_.dry_run) {
      TRY_ASSIGN(lock, lock_output(config_, "holdfast extract repair " + config_.arguments));
    }
    TRY(look());
    TRY(require_known());
    plan();
    TRY(require_keepable());
    if (options_.dry_run || !out_.changes()) return std::move(out_);
    began_at_ = options_.clock->now();
    TRY(journal("begun"));
    HOLDFAST_FAILPOINT("extraction.repair_begun");
    if (out_.bad_staging_lines > 0) {
      TRY(keep_copy(config_.staging()));
      TRY(write_staging());
    }
    TRY(keep_copy(config_.ledger()));
    HOLDFAST_FAILPOINT("extraction.repair_kept");
    TRY(write_ledger());
    HOLDFAST_FAILPOINT("extraction.repaired");
    TRY(journal("done"));
    TRY(look());
    return std::move(out_);
  }

 private:
  Status look() {
    TRY_ASSIGN(state_, read_state(config_, files_, {.trust_seal = false}));
    accounts_ = accounts_of(state_);
    out_.report = judge(config_, state_, accounts_, options_.clock->now());
    return {};
  }

  Status require_known() const {
    if (state_.published.unreadable)
      return Error(Code::conflict,
                   "the published rows can't be read, so nobody knows which are missing: " +
                       state_.published.unreadable->message(),
                   "restore the file from a copy; or move it away, and all its rows are missing");
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
    out_.entries = state_.ledger.keys.size() - out_.removed.size() + out_.added.size();
  }

  // Of keys that go into a bare ledger.
  Status require_keepable() const {
    if (state_.ledger.format != LedgerFormat::bare) return {};
    for (const std::string& key : out_.added) {
      if (const auto problem = bare_key_problem(key))
        return Error(Code::invalid,
                     "the ledger holds bare keys, and \"" + printable_path(key) +
                         "\" can't be one: " + *problem,
                     "take its row away, or begin a new ledger");
    }
    return {};
  }

  static std::string digest_of(const std::vector<std::string>& keys) {
    return set_of(keys).digest().text();
  }

  // Durable before anything is changed, and again when it is.
  Status journal(const char* what) {
    out_.journal = repairs_journal(config_);
    TRY_ASSIGN(auto lines, LineFile::open(files_, out_.journal, nullptr));
    TRY_ASSIGN(const std::string line,
               core::canonical_json(
                   {{"what", std::string(what)},
                    {"at", format_rfc3339(options_.clock->now())},
                    {"began_at", format_rfc3339(began_at_)},
                    {"actor", options_.actor},
                    {"reason", options_.reason},
                    {"out", printable_path(config_.out)},
                    {"removed", digest_of(out_.removed)},
                    {"added", digest_of(out_.added)},
                    {"repeated", static_cast<std::int64_t>(out_.repeated)},
                    {"bad_ledger_lines", static_cast<std::int64_t>(out_.bad_ledger_lines)},
                    {"bad_staging_lines", static_cast<std::int64_t>(out_.bad_staging_lines)},
                    {"entries", static_cast<std::int64_t>(out_.entries)}}));
    TRY(lines.append(line));
    return lines.sync();
  }

  // The old file, whole and durable under another name.
  Status keep_copy(const std::string& path) {
    TRY_ASSIGN(const bool exists, files_.exists(path));
    if (!exists) return {};
    std::string aside = aside_name(path, "before-repair", began_at_);
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
  Timestamp began_at_;
  Repair out_;
};

}  // namespace

std::string repairs_journal(const ExtractionConfig& config) {
  return config.beside(".repairs.jsonl");
}

Result<Repair> repair_extraction(const ExtractionConfig& config, const RepairOptions& options) {
  return Repairing(config, options).run();
}

}  // namespace holdfast::extract
