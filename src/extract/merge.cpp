// SPDX-License-Identifier: Apache-2.0
#include "extract/merge.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "base/failpoint.h"
#include "base/lock_file.h"
#include "base/root_folder.h"
#include "base/shell_word.h"
#include "core/canonical_json.h"
#include "core/sha256.h"
#include "extract/output_session.h"
#include "extract/published_rows.h"
#include "extract/shards.h"

namespace holdfast::extract {
namespace {

constexpr std::size_t kGroupRows = 512;  // staged with one sync
constexpr std::size_t kShownBytes = 80;

using TakeRow = std::function<Status(const Row& row)>;

// One side of a merge beside the output.
struct Source {
  ExtractionConfig config;
  std::optional<OutputSession> session;  // locks what is to be removed
  ExtractionState state;
  Accounts accounts;
  std::vector<std::optional<FileIdentity>> files;  // as they were when they were read
  MergedSource told;
};

class Merge {
 public:
  Merge(const ExtractionConfig& config, const ExtractorConfig& extractor,
        const MergeOptions& options, OutputSession& main)
      : config_(config),
        extractor_(extractor),
        options_(options),
        files_(*options.files),
        main_(main) {}

  Result<MergeEnd> run() {
    manifest_.command = "merge";
    manifest_.began_at = options_.clock->now();
    manifest_.extractor = extractor_fingerprint(extractor_);
    manifest_.tool = extractor_tool(extractor_);
    TRY(main_.look(false));
    if (main_.refuses()) return end("refused");
    TRY(main_.require_extractor(extractor_));
    TRY(open_sources());
    manifest_.counts.done_before = main_.accounts().done;
    manifest_.counts.items = main_.state().item_count().value_or(0);
    manifest_.counts.pending_at_start = main_.accounts().pending.size();
    manifest_.counts.recovered_rows = main_.state().staged.keys.size();
    // Its manifest stays the one of the merge that ended, with the time of that.
    if (ended_before_ && main_.report().verdict == core::Verdict::in_step) return end("complete");
    TRY(compare());
    gather_failed();
    TRY(main_.check_publishable(extractor_));
    manifest_.status = "running";
    TRY(main_.write_manifest(manifest_));
    TRY(stage());
    TRY(main_.publish(extractor_));
    if (main_.refuses()) return end("refused");
    HOLDFAST_FAILPOINT("extraction.merged");
    TRY(remove_sources());
    TRY(main_.look(false));
    const bool complete = main_.report().verdict == core::Verdict::in_step;
    manifest_.status = complete ? "complete" : "incomplete";
    keep_pending_failures();
    manifest_.counts.elapsed_s = elapsed_s();
    TRY(main_.write_manifest(manifest_));
    return end(complete ? "complete" : "incomplete");
  }

 private:
  Status open_sources() {
    std::vector<ExtractionConfig> configs;
    if (options_.from.empty()) {
      TRY_ASSIGN(const auto shards, shards_beside(config_, files_));
      for (const core::Shard& shard : shards)
        configs.push_back(shard_files(config_, shard));
    }
    std::set<std::string> seen;
    for (const std::string& out : options_.from) {
      if (!seen.insert(out).second) continue;
      ExtractionConfig config = config_;
      config.items.reset();
      config.items_file.reset();
      config.out = out;
      configs.push_back(std::move(config));
    }
    if (configs.empty()) return look_for_earlier_merge();
    for (ExtractionConfig& config : configs)
      TRY(open_source(std::move(config)));
    return {};
  }

  // A merge that was killed when its sources were gone already has only its end left to do, and one that is repeated nothing. Shards that
  // were lost before they were merged are neither: then items are pending.
  Status look_for_earlier_merge() {
    TRY_ASSIGN(const auto manifest, read_manifest(config_, files_));
    const bool is_merge = manifest && manifest->command == "merge";
    if (is_merge && manifest->status == "running") return {};
    if (is_merge && manifest->status == "complete" && main_.accounts().pending.empty()) {
      ended_before_ = manifest->updated_at;
      return {};
    }
    return Error(
        Code::not_found,
        "extract." + config_.name + ": no shards lie beside " + printable_path(config_.out) +
            (is_merge ? "; the last merge ended at " + format_rfc3339(manifest->updated_at) : ""),
        "run with --shard K/N first, or name the files: --from FILE");
  }

  // Parquet file, ledger and staging file.
  std::vector<std::optional<FileIdentity>> files_of(const ExtractionConfig& config) const {
    std::vector<std::optional<FileIdentity>> out;
    for (const std::string& path : {config.out, config.ledger(), config.staging()}) {
      const auto identity = files_.identity(path);
      out.push_back(identity ? std::optional(*identity) : std::nullopt);
    }
    return out;
  }

  bool removes_sources() const { return options_.from.empty() && !options_.keep; }

  Status open_source(ExtractionConfig config) {
    if (config.out == config_.out)
      return Error(Code::invalid, printable_path(config.out) + " is the output itself");
    auto source = std::make_unique<Source>();
    source->config = std::move(config);
    const std::string out = printable_path(source->config.out);
    if (removes_sources()) {
      TRY_ASSIGN(source->session,
                 OutputSession::open(source->config, "holdfast extract merge " + config_.arguments,
                                     {.files = options_.files, .clock = options_.clock}));
    } else {
      TRY_ASSIGN(const auto lock, lock_path(source->config));
      TRY_ASSIGN(const auto holder, LockFile::holder(lock));
      if (holder) return Error(Code::conflict, out + " is being written by " + *holder);
    }
    source->files = files_of(source->config);
    TRY_ASSIGN(source->state, read_state(source->config, files_, {.trust_seal = false}));
    source->accounts = accounts_of(source->state);
    TRY(require_sound(*source));
    source->told = {.out = source->config.out, .row_count = source->accounts.done};
    sources_.push_back(std::move(source));
    return {};
  }

  // Nothing of a source may be left behind in silence.
  Status require_sound(Source& source) const {
    const ExtractionState& state = source.state;
    const std::string out = printable_path(source.config.out);
    const std::string look =
        "look at it first: holdfast extract check --out " + shell_word(source.config.out);
    const auto refuse = [&](const std::string& what) {
      return Error(Code::conflict, out + ": " + what + "; nothing was changed", look);
    };
    const bool nothing =
        !state.published.exists && state.staging.size_bytes == 0 && state.ledger.keys.empty();
    if (nothing)
      return Error(Code::not_found, "there is no " + out,
                   "name the Parquet file of a shard or of another run");
    if (state.published.unreadable) return refuse(state.published.unreadable->message());
    if (!state.published.rows.repeated.empty())
      return refuse("\"" + printable_path(state.published.rows.repeated.front()) +
                    "\" has more than one row");
    if (state.published.rows.nameless > 0) return refuse("it has rows without a key");
    for (const std::string& key : source.accounts.missing) {
      if (!has_row(main_.state(), key))
        return refuse("CONSISTENCY ERROR: " + std::to_string(source.accounts.missing.size()) +
                      " finished rows are lost, the first of \"" + printable_path(key) + '"');
    }
    const std::string ours = extractor_fingerprint(extractor_);
    const auto manifest = read_manifest(source.config, files_);
    const bool same_manifest =
        !manifest || !*manifest || (*manifest)->extractor.empty() || (*manifest)->extractor == ours;
    if (!same_manifest || state.published.extractor.value_or(ours) != ours)
      return refuse("its rows were made by another extractor");
    return state.published.exists ? require_columns(source) : Status();
  }

  Status require_columns(const Source& source) const {
    TRY_ASSIGN(const auto columns,
               published_columns(source.config, files_, source.state.published.key_column));
    std::vector<std::string> lost = columns.others;
    for (const Column& column : columns.columns) {
      if (std::ranges::find(extractor_.columns, column.name, &Column::name) ==
          extractor_.columns.end())
        lost.push_back(column.name);
    }
    if (!lost.empty())
      return Error(Code::conflict,
                   printable_path(source.config.out) + ": its column \"" +
                       printable_path(lost.front()) +
                       "\" is none of the extractor's, and would be lost; nothing was changed",
                   "declare it in 'columns', or take it out of the file");
    return {};
  }

  static bool has_row(const ExtractionState& state, std::string_view key) {
    return state.published.rows.keys.contains(key) || state.staged.keys.contains(key);
  }

  Status each_row(const ExtractionConfig& config, const ExtractionState& state,
                  const TakeRow& take) const {
    return visit_rows(config, files_, state.published, extractor_.columns, take);
  }

  // Every row must be what its ledger says, of a source also one that can be kept and read again; and the rows of a key that more than one
  // side has must be equal. Nothing is written before that is known.
  Status compare() {
    KeySet seen;
    each_key([&](std::string_view key) {
      if (!seen.insert(key)) common_.insert(key);
    });
    digests_.resize(common_.size());
    from_.resize(common_.size());
    const auto take_ours = [&](const Row& row) -> Status {
      TRY(require_recorded(config_, main_.state().ledger, row));
      return compare_common(config_, row);
    };
    TRY(each_row(config_, main_.state(), take_ours));
    for (const auto& source : sources_) {
      const auto take = [&](const Row& row) -> Status {
        TRY(require_keepable(*source, row));
        TRY(require_recorded(source->config, source->state.ledger, row));
        return compare_common(source->config, row);
      };
      TRY(each_row(source->config, source->state, take));
    }
    return {};
  }

  Status compare_common(const ExtractionConfig& config, const Row& row) {
    const std::size_t at = common_.find(row.key);
    if (at == KeySet::kNone) return {};
    const auto digest = row_digest(row, extractor_.columns);
    if (!digests_[at]) {
      digests_[at] = digest;
      from_[at] = &config.out;
      return {};
    }
    if (*digests_[at] == digest) return {};
    return Error(Code::conflict,
                 "the rows of \"" + printable_path(row.key) + "\" in " +
                     printable_path(*from_[at]) + " and " + printable_path(config.out) +
                     " differ; nothing was changed",
                 "look which of the two is right, and take the other file away");
  }

  Status require_keepable(const Source& source, const Row& row) const {
    const std::string place = place_of(source.config, row);
    const std::string key_column = main_.key_column();
    const bool is_text =
        core::is_utf8(row.key) && std::ranges::all_of(row.values, [](const Value& value) {
          const auto* text = std::get_if<std::string>(&value);
          return text == nullptr || core::is_utf8(*text);
        });
    if (!is_text)
      return Error(Code::conflict, place + " is no UTF-8; nothing was changed",
                   "take it out of the file");
    const std::string text = row_text(row, key_column, extractor_.columns);
    const auto kept = RowLog::require_keepable(main_.state().ledger.format, row.key, text);
    if (!kept)
      return Error(Code::conflict,
                   place + " can't be kept: " + kept.error().message() + "; nothing was changed",
                   "take it out of the file");
    return {};
  }

  Status require_recorded(const ExtractionConfig& config, const Ledger& ledger,
                          const Row& row) const {
    const core::Sha256Digest* recorded = recorded_digest(ledger, row.key);
    if (recorded == nullptr || *recorded == row_digest(row, extractor_.columns)) return {};
    return Error(Code::conflict,
                 place_of(config, row) +
                     " is not what was extracted, as its ledger says; nothing was changed",
                 "holdfast extract check --deep " +
                     (&config == &config_ ? config.arguments : "--out " + shell_word(config.out)));
  }

  static std::string place_of(const ExtractionConfig& config, const Row& row) {
    return printable_path(config.out) + ": the row of \"" +
           printable_path(row.key.substr(0, kShownBytes)) + '"';
  }

  // The keys of the output and of the sources, each once a side.
  void each_key(const std::function<void(std::string_view)>& take) const {
    const auto side = [&](const ExtractionState& state) {
      const KeySet& published = state.published.rows.keys;
      for (std::size_t i = 0; i < published.size(); ++i)
        take(published.at(i));
      for (std::size_t i = 0; i < state.staged.keys.size(); ++i) {
        if (!published.contains(state.staged.keys.at(i))) take(state.staged.keys.at(i));
      }
    };
    side(main_.state());
    for (const auto& source : sources_)
      side(source->state);
  }

  void gather_failed() {
    manifest_.failed = main_.state().failed;
    for (const auto& source : sources_)
      manifest_.failed.insert(manifest_.failed.end(), source->state.failed.begin(),
                              source->state.failed.end());
  }
  void keep_pending_failures() {
    std::set<std::string> pending;
    for (const std::string& key : main_.accounts().pending)
      pending.insert(printable_path(key));
    std::erase_if(manifest_.failed,
                  [&](const FailedItem& item) { return pending.erase(item.key) == 0; });
  }

  Status stage() {
    for (const auto& source : sources_) {
      if (files_of(source->config) == source->files) continue;
      return Error(Code::conflict,
                   printable_path(source->config.out) +
                       " was written while it was read; nothing was changed",
                   "wait until it is whole, and run the same command again");
    }
    const std::string key_column = main_.key_column();
    KeySet there = main_.state().published.rows.keys;
    for (std::size_t i = 0; i < main_.state().staged.keys.size(); ++i)
      there.insert(main_.state().staged.keys.at(i));
    TRY_ASSIGN(auto log, main_.open_log(extractor_.columns));
    std::size_t gathered = 0;
    for (const auto& source : sources_) {
      const auto take = [&](const Row& row) -> Status {
        if (options_.cancel != nullptr && options_.cancel->requested())
          return Error(Code::cancelled, "asked to stop; what was merged is staged",
                       "run the same command again to go on");
        if (!there.insert(row.key)) return {};
        ++source->told.new_count;
        TRY(log.append(row.key, row_text(row, key_column, extractor_.columns),
                       row_digest(row, extractor_.columns)));
        return ++gathered % kGroupRows == 0 ? log.sync() : Status();
      };
      TRY(each_row(source->config, source->state, take));
    }
    return log.sync();
  }

  Status remove_sources() {
    if (!removes_sources()) return {};
    for (const auto& source : sources_) {
      TRY(require_published(*source));
      TRY(remove_source(*source));
    }
    return {};
  }

  // Every row of it is in the output, and it is still what was read.
  Status require_published(const Source& source) const {
    const auto refuse = [&](const std::string& what) {
      return Error(Code::conflict,
                   printable_path(source.config.out) + ": " + what + "; it was left where it is",
                   "run the same command again");
    };
    if (files_of(source.config) != source.files)
      return refuse("somebody wrote it while it was merged");
    for (const KeySet* keys : {&source.state.published.rows.keys, &source.state.staged.keys}) {
      for (std::size_t i = 0; i < keys->size(); ++i) {
        if (!main_.state().published.rows.keys.contains(keys->at(i)))
          return refuse("the row of \"" + printable_path(keys->at(i)) + "\" was not published");
      }
    }
    return {};
  }

  // The Parquet file last: what is left after a kill is merged again, or found to be merged.
  Status remove_source(const Source& source) {
    const ExtractionConfig& config = source.config;
    const auto remove = [&](const std::string& path) -> Status {
      TRY_ASSIGN(const bool exists, files_.exists(path));
      return exists ? files_.remove(path) : Status();
    };
    if (!source.state.staging.bad_lines.empty()) {
      TRY(files_.rename(config.staging(),
                        aside_name(config.staging(), "malformed", options_.clock->now())));
    }
    if (!source.state.ledger.bad_lines.empty())
      TRY(files_.rename(config.ledger(),
                        aside_name(config.ledger(), "malformed", options_.clock->now())));
    TRY(remove(config.staging()));
    TRY(remove(config.ledger()));
    const auto manifest = read_manifest(config, files_);
    if (manifest && *manifest) TRY(remove(config.manifest()));
    TRY(remove(config.out));
    return files_.sync_folder(folder_of(config.out));
  }

  MergeEnd end(const char* status) {
    MergeEnd out;
    out.ended_before = ended_before_;
    for (const auto& source : sources_)
      out.sources.push_back(source->told);
    manifest_.counts.elapsed_s = elapsed_s();
    out.run = {.status = status,
               .report = main_.report(),
               .counts = manifest_.counts,
               .failed = {},
               .torn = main_.torn(),
               .publication = main_.publication()};
    return out;
  }
  double elapsed_s() const {
    return std::chrono::duration<double>(options_.clock->monotonic() - began_).count();
  }

  const ExtractionConfig& config_;
  const ExtractorConfig& extractor_;
  const MergeOptions& options_;
  FileSystem& files_;
  OutputSession& main_;
  const std::chrono::nanoseconds began_ = options_.clock->monotonic();
  std::vector<std::unique_ptr<Source>> sources_;
  KeySet common_;  // keys that more than one side has
  std::vector<std::optional<core::Sha256Digest>> digests_;
  std::vector<const std::string*> from_;
  std::optional<Timestamp> ended_before_;  // where there is nothing to merge: when that was done
  Manifest manifest_;
};

}  // namespace

Result<MergeEnd> merge_extraction(const ExtractionConfig& config, const MergeOptions& options) {
  if (!config.extractor)
    return Error(Code::invalid, "extract." + config.name + " has no extractor",
                 "name what made the rows in [extract." + config.name + "]: their columns are its");
  TRY(require_own_manifest(config, *options.files));
  ExtractorConfig extractor = *config.extractor;
  TRY(prepare_extractor(extractor, options.cancel));
  TRY_ASSIGN(auto main, OutputSession::open(config, "holdfast extract merge " + config.arguments,
                                            {.files = options.files,
                                             .clock = options.clock,
                                             .cancel = options.cancel,
                                             .version = options.version,
                                             .run_id = options.run_id}));
  return Merge(config, extractor, options, main).run();
}

}  // namespace holdfast::extract
