// SPDX-License-Identifier: Apache-2.0
#include "extract/merge.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "base/failpoint.h"
#include "base/root_folder.h"
#include "base/shell_word.h"
#include "core/sha256.h"
#include "extract/output_session.h"
#include "extract/published_rows.h"
#include "extract/staging.h"

namespace holdfast::extract {
namespace {

constexpr std::size_t kGroupRows = 512;  // staged with one sync

using TakeRow = std::function<Status(const Row& row)>;

/// Every row of an output, published or staged, in the columns that are asked for.
class RowsOf {
 public:
  RowsOf(const ExtractionConfig& config, FileSystem& files, const ExtractionState& state,
         const std::vector<Column>& columns)
      : config_(config), files_(files), state_(state), columns_(columns) {}

  /// Each key once, the newest row of it.
  Status visit(const TakeRow& take) const {
    TRY_ASSIGN(const StagedIndex index,
               index_staging(files_, config_.staging(), config_.key_columns));
    const auto take_staged = [&](const StagedRow& staged) -> Status {
      if (!index.is_last(staged)) return {};
      TRY_ASSIGN(const Row row, read_row(staged.json, staged.key_column, columns_));
      return take(row);
    };
    TRY(read_staging(files_, config_.staging(), config_.key_columns, take_staged));
    if (!state_.published.exists) return {};
    return visit_published_rows(
        config_, files_, state_.published.key_column, columns_,
        [&](const Row& row) { return index.keys.contains(row.key) ? Status() : take(row); });
  }

 private:
  const ExtractionConfig& config_;
  FileSystem& files_;
  const ExtractionState& state_;
  const std::vector<Column>& columns_;
};

struct Source {
  ExtractionConfig config;
  std::unique_ptr<OutputSession> session;
  MergedSource told;
};

class Merge {
 public:
  Merge(const ExtractionConfig& config, const ExtractorConfig& extractor,
        const MergeOptions& options)
      : config_(config), extractor_(extractor), options_(options), files_(*options.files) {}

  Result<MergeEnd> run() {
    manifest_.began_at = options_.clock->now();
    manifest_.extractor = extractor_fingerprint(extractor_);
    manifest_.tool = extractor_tool(extractor_);
    TRY_ASSIGN(auto opened, open_session(config_));
    main_ = &opened;
    if (main_->refuses()) return end("refused");
    TRY(main_->require_extractor(extractor_));
    TRY(open_sources());
    TRY(compare());
    manifest_.counts.done_before = main_->accounts().done;
    if (main_->state().items) manifest_.counts.items = main_->state().items->keys.size();
    manifest_.counts.pending_at_start = main_->accounts().pending.size();
    manifest_.counts.recovered_rows = main_->state().staged.keys.size();
    TRY(main_->check_publishable(extractor_));
    manifest_.status = "running";
    TRY(main_->write_manifest(manifest_));
    TRY(stage());
    TRY(main_->publish(extractor_));
    if (main_->refuses()) return end("refused");
    HOLDFAST_FAILPOINT("extraction.merged");
    if (!options_.keep) TRY(remove_sources());
    TRY(main_->look(false));
    const bool complete = main_->report().verdict == core::Verdict::in_step;
    manifest_.status = complete ? "complete" : "incomplete";
    manifest_.counts.ok = 0;
    manifest_.failed = main_->state().failed;
    manifest_.counts.elapsed_s = elapsed_s();
    TRY(main_->write_manifest(manifest_));
    return end(complete ? "complete" : "incomplete");
  }

 private:
  Result<OutputSession> open_session(const ExtractionConfig& config) {
    TRY_ASSIGN(auto session,
               OutputSession::open(config, "holdfast extract merge " + config_.arguments,
                                   {.files = options_.files,
                                    .clock = options_.clock,
                                    .cancel = options_.cancel,
                                    .version = options_.version,
                                    .run_id = options_.run_id}));
    TRY(session.look(false));
    return session;
  }

  Status open_sources() {
    std::vector<ExtractionConfig> configs;
    for (const core::Shard& shard : main_->state().shards)
      if (options_.from.empty()) configs.push_back(config_.for_shard(shard));
    for (const std::string& out : options_.from) {
      ExtractionConfig config = config_;
      config.out = out;
      configs.push_back(std::move(config));
    }
    if (configs.empty())
      return Error(
          Code::not_found,
          "extract." + config_.name + ": no shards lie beside " + printable_path(config_.out),
          "run with --shard K/N first, or name the files: --from FILE");
    for (ExtractionConfig& config : configs) {
      // What there should be is asked of the whole, once all is merged.
      config.items.reset();
      config.items_file.reset();
      config.shard.reset();
      TRY(open_source(std::move(config)));
    }
    return {};
  }

  Status open_source(ExtractionConfig config) {
    if (config.out == config_.out)
      return Error(Code::invalid, printable_path(config.out) + " is the output itself");
    auto source = std::make_unique<Source>();
    source->config = std::move(config);
    const std::string& out = source->config.out;
    TRY_ASSIGN(const bool exists, files_.exists(out));
    TRY_ASSIGN(const bool staged, files_.exists(source->config.staging()));
    if (!exists && !staged)
      return Error(Code::not_found, "there is no " + printable_path(out),
                   "name the Parquet file of a shard or of another run");
    TRY_ASSIGN(auto session, open_session(source->config));
    source->session = std::make_unique<OutputSession>(std::move(session));
    if (source->session->refuses())
      return Error(Code::conflict,
                   printable_path(out) + ": " + source->session->report().findings.front().message,
                   "look at it first: holdfast extract check --out " + shell_word(out));
    TRY(source->session->require_extractor(extractor_));
    source->told.out = out;
    sources_.push_back(std::move(source));
    return {};
  }

  Status each_row(const ExtractionConfig& config, const ExtractionState& state,
                  const TakeRow& take) const {
    return RowsOf(config, files_, state, extractor_.columns).visit(take);
  }

  // Rows of a key that more than one side has must be equal; nothing is written before that is known.
  Status compare() {
    KeySet seen;
    KeySet common;
    each_key([&](std::string_view key) {
      if (!seen.insert(key)) common.insert(key);
    });
    std::vector<std::optional<core::Sha256Digest>> digests(common.size());
    std::vector<const std::string*> from(common.size());
    const auto compare_one = [&](const ExtractionConfig& config, const Row& row) -> Status {
      const std::size_t at = common.find(row.key);
      if (at == KeySet::kNone) return {};
      const auto digest = core::sha256(row_text(row, "key", extractor_.columns));
      if (!digests[at]) {
        digests[at] = digest;
        from[at] = &config.out;
        return {};
      }
      if (*digests[at] == digest) return {};
      return Error(Code::conflict,
                   "the rows of \"" + printable_path(row.key) + "\" in " +
                       printable_path(*from[at]) + " and " + printable_path(config.out) +
                       " differ; nothing was changed",
                   "look which of the two is right, and take the other file away");
    };
    TRY(each_row(config_, main_->state(),
                 [&](const Row& row) { return compare_one(config_, row); }));
    for (const auto& source : sources_) {
      TRY(each_row(source->config, source->session->state(),
                   [&](const Row& row) { return compare_one(source->config, row); }));
    }
    return {};
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
    side(main_->state());
    for (const auto& source : sources_)
      side(source->session->state());
  }

  Status stage() {
    const std::string key_column = main_->key_column();
    KeySet there = main_->state().published.rows.keys;
    for (std::size_t i = 0; i < main_->state().staged.keys.size(); ++i)
      there.insert(main_->state().staged.keys.at(i));
    TRY_ASSIGN(auto log, main_->open_log(extractor_.columns));
    std::size_t gathered = 0;
    for (const auto& source : sources_) {
      const ExtractionState& state = source->session->state();
      source->told.row_count = source->session->accounts().done;
      const auto take = [&](const Row& row) -> Status {
        if (options_.cancel != nullptr && options_.cancel->requested())
          return Error(Code::cancelled, "asked to stop; what was merged is staged",
                       "run the same command again to go on");
        if (!there.insert(row.key)) return {};
        ++source->told.new_count;
        TRY(log.append(row.key, row_text(row, key_column, extractor_.columns)));
        return ++gathered % kGroupRows == 0 ? log.sync() : Status();
      };
      TRY(each_row(source->config, state, take));
    }
    return log.sync();
  }

  Status remove_sources() {
    for (const auto& source : sources_) {
      const ExtractionConfig& config = source->config;
      for (const std::string& path :
           {config.staging(), config.ledger(), config.manifest(), config.out}) {
        TRY_ASSIGN(const bool exists, files_.exists(path));
        if (exists) TRY(files_.remove(path));
      }
      TRY(files_.sync_folder(folder_of(config.out)));
    }
    return {};
  }

  MergeEnd end(const char* status) {
    MergeEnd out;
    for (const auto& source : sources_)
      out.sources.push_back(source->told);
    manifest_.counts.elapsed_s = elapsed_s();
    out.run = {.status = status,
               .report = main_->report(),
               .counts = manifest_.counts,
               .failed = {},
               .torn = main_->torn(),
               .publication = main_->publication()};
    return out;
  }
  double elapsed_s() const {
    return std::chrono::duration<double>(options_.clock->monotonic() - began_).count();
  }

  const ExtractionConfig& config_;
  const ExtractorConfig& extractor_;
  const MergeOptions& options_;
  FileSystem& files_;
  const std::chrono::nanoseconds began_ = options_.clock->monotonic();
  OutputSession* main_ = nullptr;
  std::vector<std::unique_ptr<Source>> sources_;
  Manifest manifest_;
};

}  // namespace

Result<MergeEnd> merge_extraction(const ExtractionConfig& config, const MergeOptions& options) {
  if (!config.extractor)
    return Error(Code::invalid, "extract." + config.name + " has no extractor",
                 "name what made the rows in [extract." + config.name + "]: their columns are its");
  ExtractorConfig extractor = *config.extractor;
  TRY(prepare_extractor(extractor, options.cancel));
  return Merge(config, extractor, options).run();
}

}  // namespace holdfast::extract
