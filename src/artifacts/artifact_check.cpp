// SPDX-License-Identifier: Apache-2.0
#include "artifacts/artifact_check.h"

#include <set>
#include <utility>
#include <vector>

#include "artifacts/judge.h"
#include "artifacts/observations.h"
#include "artifacts/row_pass.h"
#include "artifacts/tally.h"
#include "artifacts/unrecorded.h"
#include "base/failpoint.h"
#include "base/root_folder.h"
#include "catalog/incidents.h"

namespace holdfast::artifacts {
namespace {

constexpr std::int64_t kPageRows = 1000;
constexpr std::int64_t kCommitRows = 1000;
constexpr std::size_t kSaveAtOnce = 1000;
constexpr std::int64_t kLeastFiles = 2;  // one file that is gone says nothing of its disk

class ArtifactCheck final : public core::Check {
 public:
  ArtifactCheck(const SourceConfig& config, catalog::Catalog& catalog)
      : config_(config), catalog_(catalog) {}
  std::string name() const override { return "artifacts." + config_.name; }
  std::string hint_where_empty() const override {
    return "holdfast artifacts import " + config_.name + " --from-folder FOLDER makes rows";
  }
  std::string_view domain() const override { return "artifacts"; }
  Result<core::CheckCounts> run(const core::CheckOptions& options, core::CheckSink& sink) override;
  std::string remark() const override { return remark_; }

 private:
  const SourceConfig& config_;
  catalog::Catalog& catalog_;
  std::string remark_;
};

/// One run of the check.
class CheckPass {
 public:
  CheckPass(const SourceConfig& config, catalog::Catalog& catalog,
            const core::CheckOptions& options, core::CheckSink& sink)
      : config_(config),
        catalog_(catalog),
        options_(options),
        sink_(sink),
        clock_(options.clock != nullptr ? *options.clock : catalog.clock()),
        depth_(options.depth.value_or(config.check_depth)),
        started_at_(clock_.now()) {}

  Result<core::CheckCounts> run() {
    TRY_ASSIGN(auto table, ArtifactTable::open(config_, catalog_, Access::read_only));
    TRY_ASSIGN(const Roots roots, Roots::open(config_.roots));
    Status looked = look_at_rows(table, roots);
    if (looked && !cancelled_) looked = look_at_files(table, roots);
    for (MissingRow& each : held_) {  // whatever came of the rest: this was seen
      tally_.add(each.row, each.report, 0);
      TRY(sink_.report(std::move(each.report)));
    }
    if (!looked) return std::move(looked).error();
    if (cancelled_) return Error(Code::cancelled, "check artifacts." + config_.name + " stopped");
    return counts();
  }

  /// Where not one of several recorded files was found, their place is in doubt, and not they.
  std::string remark() const {
    if (file_count_ < kLeastFiles || absent_count_ < file_count_) return {};
    std::string roots;
    for (const std::string& root : config_.roots)
      roots += (roots.empty() ? "" : " or ") + printable_path(root);
    return "none of the " + std::to_string(file_count_) + " recorded files is in " + roots +
           ": is its disk mounted, is root right?";
  }

 private:
  core::CheckCounts counts() const {
    core::CheckCounts counts = tally_.counts();
    counts.size_bytes_read += static_cast<std::int64_t>(size_bytes_of_moves_);
    return counts;
  }

  Status look_at_rows(ArtifactTable& table, const Roots& roots) {
    const PageQuery query{.selection = RowSelection::all,
                          .after = {},
                          .limit = kPageRows,
                          .types = config_.types,
                          .marked_before = {}};
    RowPager pager(table, query);
    RowPass pass;
    pass.table = &table;
    pass.depth = depth_;
    pass.max_age = options_.max_age ? options_.max_age : config_.max_age;
    pass.batch.jobs = options_.jobs;
    pass.batch.commit_every_count = kCommitRows;
    pass.batch.cancel = options_.cancel;
    pass.batch.clock = &clock_;
    pass.batch.on_progress = [&](const core::BatchProgress&) { sink_.progress(counts()); };
    pass.next_page = [&] { return pager.next(); };
    pass.on_judged = [&](std::span<Judged> judged) { return take(judged); };
    TRY_ASSIGN(const core::BatchEnd end, pass_over_rows(config_, catalog_, roots, pass));
    cancelled_ = end.cancelled;
    return {};
  }

  Status take(std::span<Judged> judged) {
    for (Judged& each : judged) {
      count_file(each);
      if (looks_elsewhere()) leave_out_search(each.report);
      if (hold(each)) continue;
      tally_.add(each.row, each.report, each.seen.size_bytes_read);
      TRY(sink_.report(each.report));
    }
    return {};
  }

  void count_file(const Judged& judged) {
    if (judged.overtaken || judged.seen.state == RowState::no_path ||
        judged.seen.state == RowState::bad_metadata)
      return;  // no file was looked for
    ++file_count_;
    if (judged.seen.state == RowState::missing) ++absent_count_;
  }

  bool looks_elsewhere() const { return config_.list_unrecorded && depth_ == core::Depth::full; }

  /// A hint that sends the reader here.
  static void leave_out_search(core::SubjectReport& report) {
    for (core::Finding& finding : report.findings)
      if (finding.hint.ends_with(kContentElsewhere))
        finding.hint.resize(finding.hint.size() - kContentElsewhere.size());
  }

  /// Whether a missing row waits for the files without a row.
  bool hold(const Judged& judged) {
    const bool may_move = looks_elsewhere() && judged.report.verdict == core::Verdict::missing;
    if (!may_move || held_.size() >= kMaxHeldMissing) return false;
    const auto digest = core::parse_sha256(judged.row.recorded_sha256.value_or(""));
    if (!digest) return false;
    MissingRow row{judged.row, judged.report, *digest, judged.proved_size_bytes};
    // What was read in full is surer than what is recorded beside the hash.
    if (!row.size_bytes && judged.row.recorded_size_bytes && *judged.row.recorded_size_bytes >= 0)
      row.size_bytes = static_cast<std::uint64_t>(*judged.row.recorded_size_bytes);
    held_.push_back(std::move(row));
    return true;
  }

  Status look_at_files(ArtifactTable& table, const Roots& roots) {
    if (!config_.list_unrecorded) return {};
    auto found = find_unrecorded(table, roots, options_.cancel);
    if (!found && found.error().code() == Code::cancelled) {
      cancelled_ = true;
      return {};
    }
    if (!found) return std::move(found).error();
    TRY_ASSIGN(const Moves moves, propose_moves(config_, held_, found->files,
                                                {.rate = nullptr, .cancel = options_.cancel}));
    size_bytes_of_moves_ = moves.size_bytes_read;
    HOLDFAST_FAILPOINT("artifacts.before_missing_told");
    TRY(remember_missing(table));
    const Timestamp now = clock_.now();
    TRY(load_open_files());
    std::vector<Observation> some;
    for (std::size_t i = 0; i < found->files.size(); ++i) {
      const auto same = moves.same_content_as.find(i);
      const std::string subjects = same == moves.same_content_as.end() ? "" : same->second;
      some.push_back({"", "", unrecorded_report(config_, found->files[i], subjects, now)});
      if (some.size() >= kSaveAtOnce) TRY(report_files(some));
    }
    for (const std::string& folder : found->unreadable_folders)
      some.push_back({"", "", unreadable_folder_report(config_, folder, now)});
    TRY(report_files(some));
    TRY(report_listed_again(found->unreadable_folders, now));
    return prune_file_observations(catalog_, config_.name, started_at_);
  }

  /// Saves and reports them, and empties the list.
  Status report_files(std::vector<Observation>& files) {
    TRY(save_observations(catalog_, config_.name, files));
    for (Observation& file : files) {
      open_files_.erase(file.report.subject.text());
      TRY(sink_.report(std::move(file.report)));
    }
    files.clear();
    return {};
  }

  /// Files and folders of this source that have an open incident.
  Status load_open_files() {
    const std::string ours = "file:" + config_.name + '/';
    TRY_ASSIGN(auto open, catalog::open_subjects(catalog_, "artifacts"));
    for (std::string& subject : open) {
      if (subject.starts_with(ours)) open_files_.insert(std::move(subject));
    }
    return {};
  }

  /// What has an open incident and was not met by a whole listing: a folder that can be listed again, or
  /// is gone. Nobody else would ever report it. Below a folder that is closed still nothing is known.
  Status report_listed_again(const std::vector<std::string>& unreadable_folders, Timestamp now) {
    for (const std::string& folder : unreadable_folders) {
      const std::string below = unreadable_folder_report(config_, folder, now).subject.text() + '/';
      std::erase_if(open_files_, [&](const std::string& each) { return each.starts_with(below); });
    }
    for (const std::string& subject : open_files_)
      TRY(sink_.report(listed_report(subject, now)));
    return {};
  }

  /// Missing rows once more, with the moves that are proposed; the search took its time.
  Status remember_missing(ArtifactTable& table) {
    std::vector<const ArtifactRow*> told;
    for (const MissingRow& each : held_)
      told.push_back(&each.row);
    TRY_ASSIGN(const auto overtaken, overtaken_rows(table, told));
    std::vector<Observation> rows;
    for (MissingRow& each : held_) {
      if (overtaken.contains(each.row.id)) {
        each.report = overtaken_report(config_, each.row, each.report.observed_at);
      } else {
        rows.push_back({each.row.id, each.row.type, each.report});
      }
    }
    return save_observations(catalog_, config_.name, rows);
  }

  const SourceConfig& config_;
  catalog::Catalog& catalog_;
  const core::CheckOptions& options_;
  core::CheckSink& sink_;
  Clock& clock_;
  core::Depth depth_;
  Timestamp started_at_;
  Tally tally_;
  std::vector<MissingRow> held_;
  std::set<std::string> open_files_;
  std::uint64_t size_bytes_of_moves_ = 0;
  std::int64_t file_count_ = 0;    // recorded, and looked for
  std::int64_t absent_count_ = 0;  // of these, in no root
  bool cancelled_ = false;
};

Result<core::CheckCounts> ArtifactCheck::run(const core::CheckOptions& options,
                                             core::CheckSink& sink) {
  CheckPass pass(config_, catalog_, options, sink);
  auto counts = pass.run();
  if (counts) remark_ = pass.remark();
  return counts;
}

}  // namespace

std::unique_ptr<core::Check> make_artifact_check(const SourceConfig& config,
                                                 catalog::Catalog& catalog) {
  return std::make_unique<ArtifactCheck>(config, catalog);
}

}  // namespace holdfast::artifacts
