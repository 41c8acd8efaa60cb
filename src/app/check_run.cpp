// SPDX-License-Identifier: Apache-2.0
#include "app/check_run.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>

#include "app/text.h"
#include "base/root_folder.h"
#include "catalog/check_runs.h"
#include "catalog/incidents.h"
#include "catalog/waivers.h"
#include "core/fields.h"

namespace holdfast::app {
namespace {

using core::Level;
using core::Verdict;

constexpr int kInternal = 2;  // exit codes beside the three conclusions
constexpr int kFailed = 5;
constexpr std::size_t kReportsAtOnce = 1000;  // observed together in one transaction

std::optional<Level> highest_unwaived(const std::vector<core::Finding>& findings) {
  std::optional<Level> highest;
  for (const core::Finding& finding : findings)
    if (!finding.waived) highest = std::max(highest.value_or(Level::note), finding.level);
  return highest;
}

bool wholly_waived(const core::SubjectReport& report) {
  return !report.findings.empty() && !highest_unwaived(report.findings).has_value();
}

// Errors, warnings and what could not be looked at, notes, what is waived, what is in step.
int rank_of(const ShownSubject& shown) {
  if (shown.level == Level::error) return 0;
  if (shown.level == Level::warning || shown.report.verdict == Verdict::unknown) return 1;
  if (shown.level == Level::note) return 2;
  return shown.report.findings.empty() ? 4 : 3;
}

/// Takes the reports of one check: counts, waives, keeps what will be shown, and hands on to the incidents what may move one.
class Collector final : public core::CheckSink {
 public:
  Collector(catalog::Catalog& catalog, const CheckRunOptions& options, const Workspace& workspace,
            CheckResult& result)
      : catalog_(catalog),
        options_(options),
        actor_(workspace.actor),
        folder_(workspace.folder + '/'),
        result_(result) {}

  Status begin() {
    TRY_ASSIGN(waivers_, catalog::WaiverSet::load(catalog_));
    TRY_ASSIGN(const auto open, catalog::open_subjects(catalog_, result_.domain));
    open_.insert(open.begin(), open.end());
    return {};
  }

  Status report(core::SubjectReport subject) override {
    if (open_.contains(subject.subject.text())) TRY(catalog::carry_over(catalog_, subject));
    waivers_->mark(subject.findings);
    for (core::Finding& finding : subject.findings) {
      finding.file = without_folder(std::move(finding.file));
      if (!finding.waived && options_.also_waived) finding.waived = options_.also_waived(finding);
      count(finding);
    }
    count(subject);
    const bool in_step = subject.verdict == Verdict::in_step && subject.findings.empty();
    if (!in_step || open_.contains(subject.subject.text())) pending_.push_back(subject);
    keep(std::move(subject), in_step);
    if (pending_.size() < kReportsAtOnce || catalog_.connection().in_transaction()) return {};
    return hand_on();
  }

  void progress(const core::CheckCounts& so_far) override {
    if (options_.on_progress) options_.on_progress(result_.name, so_far);
  }

  /// The rest of what was reported. An Error is our catalog's.
  Status end() {
    TRY(hand_on());
    if (result_.subject_count > static_cast<std::int64_t>(kFewSubjects) && !options_.keep_all)
      drop_in_step();
    sort();
    for (ShownSubject& shown : result_.subjects) {
      if (!shown.level) continue;
      TRY_ASSIGN(shown.since, catalog::open_since(catalog_, shown.report.subject.text()));
    }
    result_.not_listed_count =
        result_.subject_count - static_cast<std::int64_t>(result_.subjects.size());
    return {};
  }

  std::int64_t unknown_not_waived = 0;
  std::int64_t unknown_waived = 0;
  /// What our own catalog said while the check ran, so that it is told apart from the check's own Error.
  std::optional<Error> catalog_error;

 private:
  // Of a path as it is, and of one in the form that JSON can hold.
  std::string without_folder(std::string file) const {
    for (const std::string& folder : {folder_, printable_path(folder_)}) {
      if (!file.starts_with(folder)) continue;
      file.erase(0, folder.size());
      break;
    }
    return file;
  }

  void count(const core::Finding& finding) {
    if (finding.waived) {
      ++result_.findings.waived;
      return;
    }
    if (finding.level >= options_.fail_on) ++result_.findings_that_fail;
    switch (finding.level) {
      case Level::note:
        ++result_.findings.notes;
        return;
      case Level::warning:
        ++result_.findings.warnings;
        return;
      case Level::error:
        ++result_.findings.errors;
        return;
    }
  }

  void count(const core::SubjectReport& subject) {
    ++result_.subject_count;
    ++result_.by_verdict[static_cast<std::size_t>(subject.verdict)];
    if (subject.verdict == Verdict::unknown)
      ++(is_waived_unknown(subject) ? unknown_waived : unknown_not_waived);
    if (subject.proved_at) {
      result_.oldest_proof =
          std::min(result_.oldest_proof.value_or(*subject.proved_at), *subject.proved_at);
    } else if (subject.verdict != Verdict::unrecorded && !is_waived_unknown(subject)) {
      ++result_.unproved_count;
    }
  }

  // Its owner knows that it can't be looked at, so nobody waits for a proof of it.
  static bool is_waived_unknown(const core::SubjectReport& subject) {
    return subject.verdict == Verdict::unknown && wholly_waived(subject);
  }

  void keep(core::SubjectReport subject, bool in_step) {
    if (result_.subjects.size() >= kMostKeptSubjects) return;
    if (in_step && !options_.keep_all && in_step_kept_ >= kFewSubjects) return;
    if (in_step) ++in_step_kept_;
    const std::optional<Level> level = highest_unwaived(subject.findings);
    result_.subjects.push_back({std::move(subject), level, std::nullopt});
  }

  // What is worst first; within that by name, whatever order the check met them in.
  void sort() {
    std::ranges::stable_sort(
        result_.subjects, [](const ShownSubject& one, const ShownSubject& other) {
          const core::Subject& a = one.report.subject;
          const core::Subject& b = other.report.subject;
          return std::tuple(rank_of(one), std::string_view(a.kind), std::string_view(a.name)) <
                 std::tuple(rank_of(other), std::string_view(b.kind), std::string_view(b.name));
        });
  }

  void drop_in_step() {
    std::erase_if(result_.subjects, [](const ShownSubject& shown) {
      return shown.report.verdict == Verdict::in_step && shown.report.findings.empty();
    });
  }

  Status hand_on() {
    const auto changes =
        catalog::observe(catalog_, result_.domain, pending_, result_.run_id, actor_);
    if (!changes) {
      catalog_error = changes.error();
      return changes.error();
    }
    result_.incidents.opened += changes->opened;
    result_.incidents.changed += changes->changed;
    result_.incidents.resolved += changes->resolved;
    pending_.clear();
    return {};
  }

  catalog::Catalog& catalog_;
  const CheckRunOptions& options_;
  std::string actor_;
  std::string folder_;  // with its slash: files below it are shown relative to it
  CheckResult& result_;
  std::optional<catalog::WaiverSet> waivers_;
  std::set<std::string, std::less<>> open_;
  std::vector<core::SubjectReport> pending_;
  std::size_t in_step_kept_ = 0;
};

void find_stale_proofs(CheckResult& result, std::chrono::nanoseconds max_age) {
  if (result.unproved_count > 0)
    result.gaps.push_back(counted(result.unproved_count, "subject") + " never proved in full");
  if (!result.oldest_proof) return;
  const std::chrono::nanoseconds age(result.ended_at.ns - result.oldest_proof->ns);
  if (age > max_age) result.gaps.push_back("the oldest proof is " + format_age_over(age, max_age));
}

std::string way_out_of_nothing(const core::CheckCounts& counts, const core::Check& check) {
  const std::string hint = counts.planned == 0 ? check.hint_where_empty() : std::string();
  return hint.empty() ? hint : ": there is nothing to look at; " + hint;
}

/// Why the check is incomplete. A subject that could not be looked at counts unless its owner waived exactly that.
void find_gaps(CheckResult& result, const Collector& collector, const core::Check& check,
               std::optional<std::chrono::nanoseconds> max_age) {
  if (result.error)
    result.gaps.push_back("the check could not be done: " + result.error->message());
  const core::CheckCounts& counts = result.counts;
  const std::int64_t not_looked_at =
      std::max(collector.unknown_not_waived,
               counts.planned - counts.evaluated - counts.skipped - collector.unknown_waived);
  if (!result.error && not_looked_at > 0)
    result.gaps.push_back(counted(not_looked_at, "subject") +
                          (not_looked_at == 1 ? " is" : " are") + " not known to be in step");
  if (!result.error && counts.evaluated == 0 && not_looked_at <= 0)
    result.gaps.push_back("nothing was evaluated" + way_out_of_nothing(counts, check));
  if (max_age) find_stale_proofs(result, *max_age);
}

std::string outcome_of(const CheckResult& result) {
  if (result.findings_that_fail > 0) return "findings";
  if (result.error) return "failed";
  return result.complete() ? "in_step" : "incomplete";
}

core::Fields detail_of(const CheckResult& result) {
  core::Fields fields = {{"complete", result.complete()}};
  if (result.depth)
    fields.push_back(
        {"depth", std::string(*result.depth == core::Depth::quick ? "quick" : "full")});
  if (result.oldest_proof) fields.push_back({"oldest_proof", format_rfc3339(*result.oldest_proof)});
  if (result.error) fields.push_back({"error", printable(result.error->message())});
  return fields;
}

catalog::CheckRunEnd end_of(const CheckResult& result, const std::string& outcome) {
  return {.outcome = outcome,
          .ended_at = result.ended_at,
          .counts = result.counts,
          .notes = result.findings.notes,
          .warnings = result.findings.warnings,
          .errors = result.findings.errors,
          .waived = result.findings.waived,
          .detail = detail_of(result)};
}

struct RunContext {
  const Workspace& workspace;
  catalog::Catalog& catalog;
  const CheckRunOptions& options;
};

Result<CheckResult> run_one(const RunContext& context, ConfiguredCheck& configured) {
  catalog::Catalog& catalog = context.catalog;
  CheckResult result;
  result.name = configured.check->name();
  result.domain = std::string(configured.check->domain());
  result.depth = context.options.depth;
  TRY_ASSIGN(auto record,
             catalog::CheckRunRecord::start(catalog, {result.name, result.domain, "check"}));
  result.run_id = record.id();
  result.started_at = record.started_at();
  Collector collector(catalog, context.options, context.workspace, result);
  TRY(collector.begin());
  const std::int64_t failures_before = catalog.connection().failure_count();
  const auto counts =
      configured.check->run({context.options.depth, context.options.jobs, context.options.cancel,
                             &catalog.clock(), context.options.max_age},
                            collector);
  if (collector.catalog_error) return *collector.catalog_error;
  if (counts) result.counts = *counts;
  if (!counts) result.error = counts.error();
  result.catalog_failed = !counts && catalog.connection().failure_count() > failures_before;
  TRY(collector.end());
  result.ended_at = catalog.clock().now();
  result.remark = configured.check->remark();
  find_gaps(result, collector, *configured.check,
            context.options.max_age ? context.options.max_age : configured.max_age);
  const bool cancelled = context.options.cancel != nullptr && context.options.cancel->requested();
  if (cancelled) result.gaps.emplace_back("it was stopped");
  TRY(record.end(end_of(result, cancelled ? "incomplete" : outcome_of(result)),
                 context.workspace.actor));
  if (cancelled)
    return Error(Code::cancelled,
                 "stopped while checking " + result.name + "; what was seen until then is kept",
                 "run it again");
  return result;
}

void conclude(CheckOutcome& outcome) {
  if (outcome.checks.empty() && outcome.gaps.empty())
    outcome.gaps.emplace_back(
        "there is nothing to check: holdfast.toml configures no check of the domains asked for");
  outcome.complete = outcome.gaps.empty();
  bool fails = false;
  for (const CheckResult& check : outcome.checks) {
    if (!check.complete()) outcome.complete = false;
    if (check.findings_that_fail > 0) fails = true;
  }
  outcome.conclusion = fails              ? Conclusion::findings
                       : outcome.complete ? Conclusion::in_step
                                          : Conclusion::incomplete;
  outcome.exit_code = exit_code_of(outcome.conclusion);
  if (outcome.conclusion != Conclusion::incomplete) return;
  bool is_forgiven = outcome.gaps.empty();
  for (const CheckResult& check : outcome.checks) {
    if (check.is_own_fault()) outcome.exit_code = check.catalog_failed ? kFailed : kInternal;
    if (!check.complete() && !outcome.is_forgiven(check)) is_forgiven = false;
  }
  if (is_forgiven) outcome.exit_code = 0;
}

}  // namespace

std::string_view conclusion_name(Conclusion conclusion) {
  switch (conclusion) {
    case Conclusion::in_step:
      return "in_step";
    case Conclusion::findings:
      return "findings";
    case Conclusion::incomplete:
      return "incomplete";
  }
  return "incomplete";
}

int exit_code_of(Conclusion conclusion) {
  switch (conclusion) {
    case Conclusion::in_step:
      return 0;
    case Conclusion::findings:
      return 1;
    case Conclusion::incomplete:
      return 3;
  }
  return 3;
}

Result<CheckOutcome> run_checks(std::vector<ConfiguredCheck> checks, const Workspace& workspace,
                                catalog::Catalog& catalog, const CheckRunOptions& options) {
  CheckOutcome outcome;
  outcome.workspace_name = workspace.name;
  outcome.workspace_folder = workspace.folder;
  outcome.started_at = catalog.clock().now();
  outcome.fail_on = options.fail_on;
  outcome.fail_open = options.fail_open;
  outcome.gaps = options.gaps;
  const RunContext context{workspace, catalog, options};
  for (ConfiguredCheck& check : checks) {
    TRY_ASSIGN(CheckResult result, run_one(context, check));
    outcome.checks.push_back(std::move(result));
  }
  outcome.ended_at = catalog.clock().now();
  conclude(outcome);
  return outcome;
}

}  // namespace holdfast::app
