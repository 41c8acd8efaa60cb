// SPDX-License-Identifier: Apache-2.0
#include "schemas/drift.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>
#include <utility>

#include "base/root_folder.h"
#include "base/thread.h"
#include "schemas/guard.h"
#include "schemas/judge.h"
#include "schemas/registry_claims.h"

namespace holdfast::schemas {
namespace {

constexpr int kFewRequests = 4;         // at once, to one registry
constexpr std::size_t kEachWorker = 8;  // schemas that make another connection worth it

std::string shown_of(const RemoteSchema& remote) {
  return "the registry's " + printable_path(remote.name);
}

/// What one worker does with one pin.
class Looking {
 public:
  Looking(const SchemasConfig& config, const Index& index) : config_(config), index_(index) {}

  void look(SchemaState& state, Registry& registry) const {
    const IndexEntry* entry = index_.find(state.name);
    if (state.pin && state.pin->problem) {
      state.status = DriftStatus::local_error;
      state.problem = state.pin->problem;
      return;
    }
    if (entry == nullptr && index_.is_whole) {
      state.status = DriftStatus::missing_in_registry;
      return;
    }
    auto remote = registry.get(config_.track, state.name, {});
    if (entry == nullptr && !remote && remote.problem().kind == ProblemKind::not_found) {
      state.status = DriftStatus::missing_in_registry;
      return;
    }
    const IndexEntry listed = entry != nullptr ? *entry : IndexEntry{};
    state.is_deprecated = listed.deprecated;
    state.registry_version = listed.version;
    if (!remote) return fail(state, remote.problem());
    take(state, listed, *std::move(remote));
    if (!state.problem) compare(state);
  }

  void compare(SchemaState& state) const {
    if (!state.pin) {
      state.status = DriftStatus::missing_local;
      return;
    }
    auto comparison = compare_schemas(*state.pin, *state.published, config_.comparison);
    if (comparison) {
      state.status =
          comparison->change == ChangeClass::identical ? DriftStatus::synced : DriftStatus::drift;
      state.comparison = *std::move(comparison);
      return;
    }
    // Which of the two is no schema?
    const auto local = facts_of(*state.pin);
    state.status = local.problem ? DriftStatus::local_error : DriftStatus::registry_error;
    state.problem = local.problem ? *local.problem : comparison.problem();
  }

 private:
  static void fail(SchemaState& state, Problem problem) {
    state.status = DriftStatus::registry_error;
    if (problem.kind == ProblemKind::not_found)
      problem = {ProblemKind::index_inconsistent,
                 "the registry's index lists " + printable_path(state.name) +
                     ", and it is not there: " + problem.detail,
                 problem.http_status, problem.attempts};
    if (problem.kind == ProblemKind::cancelled) state.status = DriftStatus::unknown;
    state.problem = std::move(problem);
  }

  static void take(SchemaState& state, const IndexEntry& entry, RemoteSchema remote) {
    const std::string where = shown_of(remote);
    if (!remote.version.empty()) state.registry_version = remote.version;
    state.is_deprecated = state.is_deprecated || remote.deprecated;
    state.deprecation_note = remote.deprecation_note;
    state.registry_url = remote.url;
    state.declared_sha256 =
        remote.declared_sha256.empty() ? entry.declared_sha256 : remote.declared_sha256;
    state.published = pin_of(state.name, "", std::move(remote.content), where);
    if (state.published->problem) return fail(state, *state.published->problem);
    if (auto problem = id_contradiction(entry, remote, state.published->text))
      fail(state, *std::move(problem));
  }

  const SchemasConfig& config_;
  const Index& index_;
};

/// A run: plans, hands out to workers, and settles what needs all of them.
class Observing {
 public:
  Observing(const SchemasConfig& config, const DriftOptions& options)
      : config_(config),
        options_(options),
        clock_(options.clock != nullptr ? *options.clock : system_clock()) {}

  Result<DriftRun> run() {
    run_.started_at = clock_.now();
    TRY(refuse_own_registry(config_));
    // Before the pins: where there are none the hint names the address again, so it has to be one. Nothing is asked yet.
    registry_options_ = {config_.workspace_folder, options_.cancel, &clock_,
                         clock_.monotonic() + config_.registry.run_timeout, options_.known};
    TRY_ASSIGN(auto registry, open_registry(config_.registry, registry_options_));
    auto pins = read_pins(config_.fixtures);
    if (!pins) {
      run_.pins_problem = pins.problem();
      run_.ended_at = clock_.now();
      return std::move(run_);
    }
    // Whatever a mode asks for, and NONE asks for nothing: what comes before it has to see the change.
    ComparisonOptions every_direction = config_.comparison;
    every_direction.mode.reset();
    TRY(prove_that_drift_is_seen(*pins, [&](const Pin& old, const Pin& now) {
      return compare_schemas(old, now, every_direction);
    }));
    TRY(prove_that_drift_is_told());
    plan(*pins);
    auto index = registry->index(config_.track);
    if (index) {
      run_.index_generated_at = index->generated_at;
      add_not_pinned(*index);
      TRY(look_at_all(std::move(registry), *index));
      settle_declared_hashes();
    } else {
      leave_unknown(index.problem());
    }
    if (options_.cancel != nullptr && options_.cancel->requested())
      return Error(Code::cancelled, "stopped while comparing schemas", "run it again");
    run_.ended_at = clock_.now();
    return std::move(run_);
  }

 private:
  // The same on the way that every pin goes: its status, its count and its finding.
  Status prove_that_drift_is_told() const {
    const Index nothing;
    DriftRun probe;
    SchemaState& state = probe.schemas.emplace_back();
    state.name = "guard";
    state.is_expected = true;
    state.pin = guard_pin();
    state.published = guard_change();
    Looking(config_, nothing).compare(state);
    const DriftCounts counts = probe.counts();
    const core::SubjectReport report = judge(config_, state, run_.started_at);
    const bool is_told = std::ranges::any_of(report.findings, [](const core::Finding& finding) {
      return finding.level >= core::Level::warning;
    });
    if (is_told && counts.drifted == 1 && counts.synced == 0 &&
        report.verdict == core::Verdict::drifted)
      return {};
    return Error(Code::internal,
                 "the check can't tell a change: one more required name was not told",
                 "nothing this run says about schemas can be relied on; report it");
  }

  void plan(PinFolder& pins) {
    run_.lock_problem = pins.lock_problem;
    is_fetched_alone_ =
        !pins.lock_problem &&
        (!pins.lock || (!is_of_other_track(*pins.lock, config_.track) &&
                        !is_of_other_registry(*pins.lock, config_.registry.shown())));
    const std::set<std::string, std::less<>> critical(config_.critical.begin(),
                                                      config_.critical.end());
    std::set<std::string, std::less<>> missing = critical;
    if (pins.lock)
      for (const auto& [name, pin] : pins.lock->pins)
        missing.insert(name);
    for (Pin& pin : pins.pins) {
      SchemaState state;
      state.name = pin.name;
      state.local_version = pins.version_of(pin);
      state.was_edited = pins.was_edited(pin);
      if (const LockedPin* locked = pins.lock ? pins.lock->find(pin.name) : nullptr)
        state.locked_sha256 = locked->canonical_sha256;
      state.is_critical = critical.contains(pin.name);
      state.is_expected = true;
      state.is_lock_unread = pins.lock_problem.has_value();
      state.is_fetched_alone = is_fetched_alone_;
      missing.erase(pin.name);
      state.pinned_track = other_track(pins, pin);
      state.pin = std::move(pin);
      run_.schemas.push_back(std::move(state));
    }
    for (const std::string& name : missing) {
      SchemaState state;
      state.name = name;
      state.is_critical = critical.contains(name);
      state.is_expected = true;
      state.is_fetched_alone = is_fetched_alone_;
      state.status = DriftStatus::missing_local;
      run_.schemas.push_back(std::move(state));
    }
  }

  std::string other_track(const PinFolder& pins, const Pin& pin) const {
    const bool is_locked = pins.lock && pins.lock->find(pin.name) != nullptr;
    const std::string track = is_locked ? pins.lock->track : pin.text.stamps.track.value_or("");
    return config_.track.empty() || track == config_.track ? std::string() : track;
  }

  void add_not_pinned(const Index& index) {
    std::set<std::string, std::less<>> known;
    for (const SchemaState& state : run_.schemas)
      known.insert(state.name);
    for (const IndexEntry& entry : index.entries) {
      if (known.contains(entry.name)) continue;
      ++run_.not_pinned;
      if (!config_.all) continue;
      SchemaState state;
      state.name = entry.name;
      state.status = DriftStatus::missing_local;
      state.registry_version = entry.version;
      state.is_deprecated = entry.deprecated;
      state.is_fetched_alone = is_fetched_alone_;
      run_.schemas.push_back(std::move(state));
    }
    std::ranges::sort(run_.schemas, {}, &SchemaState::name);
  }

  void leave_unknown(const Problem& problem) {
    run_.registry_problem = problem;
    for (SchemaState& state : run_.schemas) {
      if (!state.pin) continue;
      state.problem = state.pin->problem ? state.pin->problem : problem;
      state.status = state.pin->problem ? DriftStatus::local_error : DriftStatus::unknown;
    }
    std::ranges::sort(run_.schemas, {}, &SchemaState::name);
  }

  std::size_t worker_count() const {
    if (config_.registry.kind == RegistryKind::directory) return 1;
    const auto most = static_cast<std::size_t>(options_.jobs > 0 ? options_.jobs : kFewRequests);
    return std::clamp<std::size_t>(run_.schemas.size() / kEachWorker, 1, most);
  }

  void work(Registry& registry, const Looking& looking, const Progress& tell = {}) {
    for (;;) {
      if (tell) tell(static_cast<std::int64_t>(done_), std::ssize(run_.schemas));
      const std::size_t at = next_.fetch_add(1);
      if (at >= run_.schemas.size()) return;
      SchemaState& state = run_.schemas[at];
      const bool stopped = options_.cancel != nullptr && options_.cancel->requested();
      if (state.pin && !stopped) looking.look(state, registry);
      done_.fetch_add(1);
    }
  }

  Status look_at_all(std::unique_ptr<Registry> first, const Index& index) {
    const Looking looking(config_, index);
    std::vector<std::unique_ptr<Registry>> others;
    while (others.size() + 1 < worker_count()) {
      TRY_ASSIGN(auto other, first->another());
      others.push_back(std::move(other));
    }
    std::vector<std::thread> crew;
    crew.reserve(others.size());
    for (const auto& registry : others) {
      auto thread = start_thread([this, &registry, &looking] { work(*registry, looking); });
      if (!thread) {
        drop(std::move(thread).error(), "fewer threads take longer for the same");
        break;
      }
      crew.push_back(std::move(*thread));
    }
    work(*first, looking, options_.on_progress);  // this thread tells how far all are
    for (std::thread& each : crew)
      each.join();
    if (options_.on_progress)
      options_.on_progress(static_cast<std::int64_t>(done_), std::ssize(run_.schemas));
    return {};
  }

  static bool has_declared(const SchemaState& state) {
    return state.published && !state.published->problem && !state.declared_sha256.empty();
  }

  void settle_declared_hashes() {
    std::vector<HashClaim> claims;
    for (const SchemaState& state : run_.schemas)
      if (has_declared(state)) claims.push_back({state.declared_sha256, state.published->hashes});
    run_.declared_hash = settled_hash(config_.declared_hash, claims);
    for (SchemaState& state : run_.schemas) {
      if (state.problem || !has_declared(state)) continue;
      state.problem = hash_contradiction(
          state.name, {state.declared_sha256, state.published->hashes}, run_.declared_hash);
      if (!state.problem) continue;
      state.status = DriftStatus::registry_error;
      state.comparison.reset();
    }
  }

  const SchemasConfig& config_;
  const DriftOptions& options_;
  Clock& clock_;
  DriftRun run_;
  RegistryOptions registry_options_;
  bool is_fetched_alone_ = true;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<std::size_t> done_ = 0;
};

}  // namespace

std::string_view status_name(DriftStatus status) {
  switch (status) {
    case DriftStatus::synced:
      return "synced";
    case DriftStatus::drift:
      return "drift";
    case DriftStatus::missing_in_registry:
      return "missing_in_registry";
    case DriftStatus::missing_local:
      return "missing_local";
    case DriftStatus::local_error:
      return "local_error";
    case DriftStatus::registry_error:
      return "registry_error";
    case DriftStatus::unknown:
      return "unknown";
  }
  return "unknown";
}

const std::optional<Problem>& DriftRun::problem() const {
  return pins_problem ? pins_problem : registry_problem ? registry_problem : lock_problem;
}

DriftCounts DriftRun::counts() const {
  DriftCounts out;
  for (const SchemaState& state : schemas) {
    if (!state.is_expected) {  // published, and nobody asked for it
      ++out.missing_local;
      continue;
    }
    ++out.total;
    out.deprecated += state.is_deprecated ? 1 : 0;
    out.compared += state.comparison ? 1 : 0;
    switch (state.status) {
      case DriftStatus::synced:
        ++out.synced;
        break;
      case DriftStatus::drift:
        ++out.drifted;
        break;
      case DriftStatus::missing_in_registry:
        ++out.missing_in_registry;
        break;
      case DriftStatus::missing_local:
        ++out.missing_local;
        break;
      case DriftStatus::local_error:
      case DriftStatus::registry_error:
      case DriftStatus::unknown:
        ++out.unknown;
        break;
    }
  }
  return out;
}

bool DriftRun::is_complete() const {
  const DriftCounts all = counts();
  return !problem() && !catalog_error && all.unknown == 0 && all.compared > 0;
}

Result<DriftRun> observe_drift(const SchemasConfig& config, const DriftOptions& options) {
  return Observing(config, options).run();
}

}  // namespace holdfast::schemas
