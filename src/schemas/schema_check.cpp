// SPDX-License-Identifier: Apache-2.0
#include "schemas/schema_check.h"

#include <algorithm>
#include <initializer_list>
#include <set>

#include "base/root_folder.h"
#include "catalog/incidents.h"
#include "schemas/check_state.h"
#include "schemas/episodes.h"
#include "schemas/judge.h"

namespace holdfast::schemas {
namespace {

std::string hint_of_pins(const SchemasConfig& config) {
  const bool are_named = config.all || !config.critical.empty();
  return config.fetch_command() + (are_named ? "" : " --schemas NAME… (or --all)");
}

// Only what passes by itself is worth another try.
std::string hint_of_registry(const Problem& problem, const SchemasConfig& config) {
  using enum ProblemKind;
  const auto is_one_of = [&](std::initializer_list<ProblemKind> kinds) {
    return std::ranges::find(kinds, problem.kind) != kinds.end();
  };
  if (problem.kind == auth)
    return "set user and password, or token, of the registry in holdfast.toml (or REGISTRY_TOKEN)";
  if (problem.kind == tls)
    return "look whether the server speaks https there, and whether this machine trusts its "
           "certificate";
  if (problem.kind == redirect) return "name the address that it leads to";
  if (problem.http_status >= 500 ||
      !is_one_of({not_found, no_folder, http_status, not_json, index_inconsistent, unreadable}))
    return "check again once the registry answers";
  if (config.registry.kind == RegistryKind::directory)
    return "look at the folder or revision, and at the track: " + config.registry.shown();
  return "look at the address, at the track (" + printable_path(config.track) +
         ") and at the kind of the registry (" +
         std::string(registry_kind_name(config.registry.kind)) + ")";
}

std::string hint_of(const DriftRun& run, const SchemasConfig& config) {
  if (run.pins_problem) return hint_of_pins(config);
  if (run.registry_problem) return hint_of_registry(*run.registry_problem, config);
  return "mend it (a merge may have left its marks), or: " + config.fetch_command() + " --force";
}

class SchemaCheck final : public core::Check {
 public:
  SchemaCheck(const SchemasConfig& config, catalog::Catalog& catalog, std::optional<DriftRun>* seen,
              KnownAnswers* known)
      : config_(config), catalog_(catalog), seen_(seen), known_(known) {}
  std::string name() const override { return "schemas." + config_.name; }
  std::string_view domain() const override { return "schemas"; }

  Result<core::CheckCounts> run(const core::CheckOptions& options, core::CheckSink& sink) override {
    DriftOptions drift;
    drift.cancel = options.cancel;
    drift.clock = options.clock;
    drift.jobs = options.jobs;
    drift.known = known_;
    core::CheckCounts counts;
    drift.on_progress = [&](std::int64_t done, std::int64_t of) {
      core::CheckCounts so_far;
      so_far.planned = of;
      so_far.evaluated = done;
      sink.progress(so_far);
    };
    TRY_ASSIGN(DriftRun observed, observe_drift(config_, drift));
    // Kept before it is told: whoever takes the findings may look at it.
    DriftRun& run = seen_ != nullptr ? seen_->emplace(std::move(observed)) : observed;
    // Whatever the catalog says: what was seen is told.
    if (Status kept = keep(run); !kept) run.catalog_error = std::move(kept).error();
    Status told = tell(run, counts, sink);
    const auto& problem = run.problem();
    const std::int64_t compared = run.counts().compared;
    TRY(std::move(told));
    if (run.catalog_error) return *run.catalog_error;
    if (problem) return error_of(*problem).hinted(hint_of(run, config_));
    if (compared == 0 && counts.unreadable == 0)
      return Error(Code::unavailable,
                   "nothing was compared: " + config_.registry.shown() + " has none of the pins",
                   "look whether the registry was emptied, or is another one");
    return counts;
  }

 private:
  // Incidents of schemas that are neither pinned nor asked for any more would stay open for ever.
  Status let_go(const DriftRun& run) const {
    if (run.pins_problem || run.lock_problem) return {};
    std::set<std::string> known;
    for (const SchemaState& state : run.schemas)
      known.insert(config_.subject_of(state.name).text());
    TRY_ASSIGN(auto open, catalog::open_subjects(catalog_, domain()));
    const std::string ours = config_.subject_of("").text();
    std::erase_if(open, [&](const std::string& subject) {
      return !subject.starts_with(ours) || known.contains(subject);
    });
    if (open.empty()) return {};
    TRY(catalog::withdraw_incidents(catalog_, domain(), open, "", config_.actor));
    return {};
  }

  Status keep(DriftRun& run) const {
    TRY(record_episodes(catalog_, config_, run));
    TRY(record_check_state(catalog_, config_, run));
    return let_go(run);
  }

  Status tell(const DriftRun& run, core::CheckCounts& counts, core::CheckSink& sink) const {
    for (const SchemaState& state : run.schemas) {
      auto report = judge(config_, state, run.ended_at);
      ++counts.planned;
      const bool is_known = report.verdict != core::Verdict::unknown;
      ++(is_known ? counts.evaluated : counts.unreadable);
      if (state.pin) counts.size_bytes_read += static_cast<std::int64_t>(state.pin->bytes.size());
      if (state.published)
        counts.size_bytes_read += static_cast<std::int64_t>(state.published->bytes.size());
      TRY(sink.report(std::move(report)));
    }
    return {};
  }

  const SchemasConfig& config_;
  catalog::Catalog& catalog_;
  std::optional<DriftRun>* seen_;
  KnownAnswers* known_;
};

}  // namespace

std::unique_ptr<core::Check> make_schema_check(const SchemasConfig& config,
                                               catalog::Catalog& catalog,
                                               std::optional<DriftRun>* seen, KnownAnswers* known) {
  return std::make_unique<SchemaCheck>(config, catalog, seen, known);
}

}  // namespace holdfast::schemas
