// SPDX-License-Identifier: Apache-2.0
#include "extract/output_session.h"

#include <algorithm>
#include <ranges>
#include <utility>

#include "base/canonical_path.h"
#include "base/failpoint.h"
#include "base/memory_file_system.h"
#include "base/root_folder.h"
#include "base/shell_word.h"
#include "base/whole_file.h"
#include "extract/judge.h"
#include "extract/rules.h"
#include "extract/shards.h"

namespace holdfast::extract {
namespace {

// Two writes within one tick of the file system's clock may leave the same times; a tick is 10 ms at most.
constexpr std::chrono::nanoseconds kTwoTicks = std::chrono::milliseconds(20);
// …or 2 s where the file system keeps whole seconds only.
constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kTwoSecondsNs = 2 * kSecondNs;

/// Whether all bad lines stand at the end of the file: the torn tail of a writer that was killed, which may be cut off. One in the middle
/// is not for us to take away, nor what stands behind it.
bool is_torn_tail(const std::vector<BadLine>& lines, std::uint64_t size_bytes) {
  std::uint64_t end = size_bytes;
  for (const BadLine& line : std::views::reverse(lines)) {
    if (!line.is_torn || line.offset + line.size_bytes != end) return false;
    end = line.offset;
  }
  return true;
}

std::int64_t changed_at_ns(const Seal& files) {
  const std::int64_t list = files.items_file ? files.items_file->ctime_ns : 0;
  return std::max({files.ledger.ctime_ns, files.out.ctime_ns, list});
}

// Whether a write after `when` shows in the times of a file that was last changed then.
bool is_old_enough(std::int64_t changed_at_ns, Timestamp when) {
  const std::int64_t least_ns = changed_at_ns % kSecondNs == 0 ? kTwoSecondsNs : kTwoTicks.count();
  return when.ns - changed_at_ns >= least_ns;
}

bool has_rule(const core::SubjectReport& report, std::string_view rule) {
  return std::ranges::any_of(report.findings,
                             [&](const core::Finding& finding) { return finding.rule == rule; });
}

}  // namespace

Result<std::string> lock_path(const ExtractionConfig& config) {
  FileSystem& files = real_file_system();
  const std::string folder = folder_of(config.out);
  TRY_ASSIGN(const bool exists, files.exists(folder));
  if (!exists)
    return Error(Code::not_found,
                 "extract." + config.name + ": there is no folder " + printable_path(folder),
                 "make it: mkdir -p " + shell_word(folder) + "; or mount the disk that has it");
  const auto place = files.output_place(config.out);
  ExtractionConfig real = config;
  // Whoever only looks who holds it may not be allowed to write there.
  real.out = place ? place->path : canonical_path(config.out).string();
  return real.lock();
}

Result<LockFile> lock_output(const ExtractionConfig& config, const std::string& purpose) {
  TRY_ASSIGN(const auto path, lock_path(config));
  TRY(real_file_system().output_place(config.out));
  return LockFile::acquire(path, purpose);
}

Result<OutputSession> OutputSession::open(const ExtractionConfig& config,
                                          const std::string& purpose, Options options) {
  TRY_ASSIGN(auto lock, lock_output(config, purpose));
  TRY(require_nobody_beside(config, *options.files));
  // A run that finds nothing to do writes none of them, and nobody writes those of a shard that was merged.
  drop(remove_leftovers(*options.files,
                        {config.out, config.ledger(), config.staging(), config.manifest()}),
       "a leftover harms nobody");
  return OutputSession(config, std::move(lock), std::move(options));
}

Status OutputSession::look(bool trust_seal) {
  looked_at_.reset();
  if (!trust_seal) TRY(prepare_seal());
  TRY_ASSIGN(
      state_,
      read_state(*config_, files(),
                 {.trust_seal = trust_seal, .clock = options_.clock, .cancel = options_.cancel}));
  accounts_ = accounts_of(state_);
  report_ = judge(*config_, state_, accounts_, clock().now());
  return {};
}

// What a program wrote through a mapping is in no time of the file until it is synced; and after that the next such write is.
Status OutputSession::prepare_seal() {
  if (!identities_of(*config_, files())) return {};
  looked_when_ =
      clock().now();  // before the first sync: what is written during the others is too young
  TRY(files().sync_file(config_->ledger()));
  TRY(files().sync_file(config_->out));
  const bool is_list_synced =
      config_->items_file && static_cast<bool>(files().sync_file(*config_->items_file));
  if (auto identities = identities_of(*config_, files())) looked_at_ = *identities;
  if (looked_at_ && !is_list_synced) looked_at_->items_file.reset();
  return {};
}

bool OutputSession::refuses() const {
  return has_rule(report_, kRowsMissing) || has_rule(report_, kOutputUnreadable) ||
         has_rule(report_, kItemsUnreadable) ||
         !is_torn_tail(state_.staging.bad_lines, state_.staging.size_bytes) ||
         !is_torn_tail(state_.ledger.bad_lines, state_.ledger.size_bytes);
}

std::string OutputSession::key_column() const {
  if (!state_.published.key_column.empty()) return state_.published.key_column;
  return state_.staging.key_column.empty() ? config_->key_columns.front()
                                           : state_.staging.key_column;
}

Status OutputSession::require_extractor(const ExtractorConfig& extractor) const {
  if (accounts_.done == 0) return {};
  const std::string now = extractor_fingerprint(extractor);
  const std::string tool = extractor_tool(extractor);
  TRY_ASSIGN(const auto manifest, read_manifest(*config_, files()));
  const bool in_manifest = !manifest || manifest->extractor.empty() || manifest->extractor == now;
  if (in_manifest && state_.published.extractor.value_or(now) == now) return {};
  const std::string before = manifest ? manifest->tool : "";
  const std::string why =
      tool == before || before.empty() ? "command, columns or options" : before + "; now " + tool;
  return Error(Code::conflict,
               "extract." + config_->name + ": the rows of " + printable_path(config_->out) +
                   " were made by another extractor (" + why + "); nothing was changed",
               "go on with the one that made them, or publish into another file");
}

Status OutputSession::require_configured(const ExtractorConfig& extractor) const {
  TRY_ASSIGN(const auto manifest, read_manifest(*config_, files()));
  const bool is_same = !manifest || manifest->configured.empty() ||
                       manifest->configured == configured_fingerprint(extractor);
  if (is_same || accounts_.done == 0) return {};
  return Error(
      Code::conflict,
      "extract." + config_->name + ": the rows of " + printable_path(config_->out) +
          " were made by another extractor (command, columns or options); nothing was changed",
      "go on with the one that made them, or publish into another file");
}

Result<RowLog> OutputSession::open_log(const std::vector<Column>& columns) {
  TRY_ASSIGN(auto log,
             RowLog::open(files(), config_->staging(), config_->ledger(), state_.ledger.format));
  for (const auto* torn : {&log.torn_staging(), &log.torn_ledger()}) {
    if (*torn) torn_.push_back(**torn);
  }
  TRY(claim_staged(log, columns));
  return log;
}

// Rows that a killed run staged and did not claim.
Status OutputSession::claim_staged(RowLog& log, const std::vector<Column>& columns) const {
  KeySet unclaimed;
  for (const std::string& key : accounts_.unclaimed_staged)
    unclaimed.insert(key);
  if (unclaimed.empty()) return {};
  TRY_ASSIGN(const StagedIndex index,
             index_staging(files(), config_->staging(), config_->key_columns));
  const auto claim = [&](const StagedRow& staged) -> Status {
    if (!unclaimed.contains(staged.key) || !index.is_last(staged)) return {};
    const auto row = read_row(staged.json, staged.key_column, columns);
    return log.claim(staged.key, row ? row_digest(*row, columns) : core::Sha256Digest{});
  };
  TRY(read_staging(files(), config_->staging(), config_->key_columns, claim));
  return log.sync();
}

PublicationOptions OutputSession::publication_options(const ExtractorConfig& extractor) const {
  PublicationOptions out{.columns = extractor.columns,
                         .key_column = key_column(),
                         .key_values = {{kExtractorKey, extractor_fingerprint(extractor)}},
                         .id = options_.run_id,
                         .ledger = &state_.ledger};
  const std::string tool = extractor_tool(extractor);
  if (!tool.empty()) out.key_values.emplace_back(kToolKey, tool);
  return out;
}

Status OutputSession::check_publishable(const ExtractorConfig& extractor) const {
  return extract::check_publishable(*config_, files(), publication_options(extractor));
}

Status OutputSession::publish(const ExtractorConfig& extractor) {
  TRY(look(false));
  if (refuses()) return {};
  if (state_.staging.row_count == 0) return remove_empty_staging();
  TRY_ASSIGN(publication_, extract::publish(*config_, files(), publication_options(extractor)));
  TRY(put_staging_away());
  HOLDFAST_FAILPOINT("extraction.staging_removed");
  TRY(files().sync_folder(folder_of(config_->staging())));
  TRY(let_times_settle());
  return look(false);
}

Status OutputSession::let_times_settle() const {
  const auto now = identities_of(*config_, files());
  if (!now) return {};  // nothing there to be sealed
  const std::int64_t age_ns = clock().now().ns - changed_at_ns(*now);
  if (age_ns >= 0 && age_ns < kTwoTicks.count()) clock().sleep_for(kTwoTicks);
  return {};
}

Status OutputSession::remove_empty_staging() {
  TRY_ASSIGN(const bool exists, files().exists(config_->staging()));
  if (!exists || state_.staging.size_bytes > 0) return {};
  TRY(files().remove(config_->staging()));
  TRY(files().sync_folder(folder_of(config_->staging())));
  return look(false);
}

// Its rows are published. Lines that were none are evidence of a crash: the file is kept under another name.
Status OutputSession::put_staging_away() const {
  if (state_.staging.bad_lines.empty()) return files().remove(config_->staging());
  return files().rename(config_->staging(),
                        aside_name(config_->staging(), "malformed", clock().now()));
}

// The files must be those that were read, and old enough then for any later write to show in their times.
Status OutputSession::seal(Manifest& manifest) const {
  if (report_.verdict != core::Verdict::in_step) return {};
  if (state_.seal) {
    manifest.seal = state_.seal;
    return {};
  }
  if (!looked_at_ || is_in_memory(config_->ledger()) || is_in_memory(config_->out)) return {};
  const KeySetDigest keys = state_.ledger.keys.digest();
  const KeySet& published = state_.published.rows.keys;
  const bool are_same = published.shares_with(state_.ledger.keys) || keys == published.digest();
  if (state_.staging.size_bytes > 0 || !are_same) return {};
  if (!is_old_enough(looked_at_->ledger.ctime_ns, looked_when_) ||
      !is_old_enough(looked_at_->out.ctime_ns, looked_when_))
    return {};
  TRY_ASSIGN(const Seal now, identities_of(*config_, files()));
  if (now.ledger != looked_at_->ledger || now.out != looked_at_->out) return {};
  manifest.seal = now;
  manifest.seal->keys = keys;
  if (!may_seal_items(now)) manifest.seal->items_file.reset();
  manifest.seal->key_columns = config_->key_columns;
  manifest.seal->sealed_at = report_.observed_at;
  return {};
}

// Whether the list of items, too, is the file that was read, and old enough. Else it is read at each check.
bool OutputSession::may_seal_items(const Seal& now) const {
  const auto& list = now.items_file;
  if (!list || is_in_memory(*config_->items_file)) return false;
  // A shard has a part of the list only.
  const bool is_whole =
      !config_->shard && state_.items && state_.items->listed == state_.items->keys.size();
  return is_whole && list == looked_at_->items_file &&
         is_old_enough(list->ctime_ns, looked_when_) && state_.items->unreadable.empty() &&
         state_.items->keys.size() == state_.ledger.keys.size() && accounts_.pending.empty() &&
         accounts_.strangers.empty();
}

Status OutputSession::write_manifest(Manifest manifest) {
  manifest.updated_at = clock().now();
  manifest.version = options_.version;
  manifest.torn = torn_;
  manifest.counts.published_rows =
      state_.seal ? state_.seal->keys.count : state_.published.row_count;
  if (manifest.status != "running") {
    HOLDFAST_FAILPOINT("extraction.before_manifest");
    TRY(seal(manifest));
  }
  return extract::write_manifest(*config_, files(), manifest);
}

}  // namespace holdfast::extract
