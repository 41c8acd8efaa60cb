// SPDX-License-Identifier: Apache-2.0
#include "schemas/episodes.h"

#include <map>
#include <set>
#include <utility>

#include "catalog/event_log.h"
#include "catalog/stored.h"
#include "core/event.h"
#include "schemas/judge.h"
#include "schemas/statements.h"

namespace holdfast::schemas {
namespace {

constexpr std::int64_t kMostListed = 100'000;

struct OpenEpisode {
  std::int64_t id = 0;
  std::string status;
  std::string change;
  std::string worst;
  std::string local_sha256;
  std::string registry_sha256;
  Timestamp opened_at;
};

/// What an episode and its events say of a schema now.
struct Seen {
  std::string status;
  ChangeClass change = ChangeClass::unknown;
  std::string local_sha256;
  std::string registry_sha256;
};

Seen seen_of(const SchemaState& state) {
  Seen seen;
  seen.status = std::string(status_name(state.status));
  if (state.status == DriftStatus::missing_in_registry) seen.change = ChangeClass::breaking;
  if (state.comparison) seen.change = state.comparison->change;
  if (state.pin) seen.local_sha256 = state.pin->hashes.canonical_sha256;
  if (state.published) seen.registry_sha256 = state.published->hashes.canonical_sha256;
  return seen;
}

std::string drift_type(const SchemaState& state) {
  if (state.status == DriftStatus::missing_in_registry) return "missing_in_registry";
  return state.local_version != state.registry_version && !state.registry_version.empty()
             ? "version_mismatch"
             : "content_mismatch";
}

class Recording {
 public:
  Recording(catalog::Catalog& catalog, const SchemasConfig& config, DriftRun& run)
      : catalog_(catalog),
        config_(config),
        run_(run),
        at_(catalog::to_stored_precision(run.ended_at)) {}

  Status record() {
    TRY(catalog_.connection().run("event.lock_head"));
    TRY(load());
    for (SchemaState& state : run_.schemas)
      look_at(state);
    if (!run_.pins_problem) {
      let_go();
      TRY(record_registry());
    }
    return write();
  }

 private:
  sql::Connection& connection() { return catalog_.connection(); }

  Status load() {
    TRY_ASSIGN(const auto rows,
               connection().run("schema_episode.open_of", {{"section", config_.name}}));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      OpenEpisode& open = open_[rows.text(i, 1)];
      open.id = rows.integer(i, 0);
      open.status = rows.text(i, 2);
      open.change = rows.text(i, 3);
      open.worst = rows.text(i, 4);
      open.local_sha256 = rows.text(i, 7);
      open.registry_sha256 = rows.text(i, 8);
      TRY_ASSIGN(open.opened_at, catalog::stored_time(rows, i, 9));
    }
    return {};
  }

  void look_at(SchemaState& state) {
    const auto open = open_.find(state.name);
    switch (state.status) {
      case DriftStatus::synced:
        if (open != open_.end()) close(state, open->second);
        return;
      case DriftStatus::drift:
      case DriftStatus::missing_in_registry:
        if (open == open_.end()) return begin(state);
        return see_again(state, open->second);
      case DriftStatus::missing_local:
      case DriftStatus::local_error:
      case DriftStatus::registry_error:
      case DriftStatus::unknown:
        if (open != open_.end()) state.since = open->second.opened_at;
        return;
    }
  }

  void begin(SchemaState& state) {
    const Seen seen = seen_of(state);
    opened_.begin_row();
    opened_.add("subject", config_.subject_of(state.name).text());
    add_state(opened_, state, seen);
    state.since = at_;
    add_event("schema.drift_detected", state, seen);
  }

  void see_again(SchemaState& state, const OpenEpisode& open) {
    const Seen seen = seen_of(state);
    const auto worst = parse_class(open.worst).value_or(ChangeClass::unknown);
    updated_.begin_row();
    updated_.add("id", open.id);
    updated_.add("worst_class", std::string(class_name(std::max(worst, seen.change))));
    add_state(updated_, state, seen);
    state.since = open.opened_at;
    const bool is_same = open.status == seen.status && open.change == class_name(seen.change) &&
                         open.local_sha256 == seen.local_sha256 &&
                         open.registry_sha256 == seen.registry_sha256;
    if (is_same) return;
    core::Event& event = add_event("schema.drift_changed", state, seen);
    event.fields.push_back({"class_before", open.change});
    event.fields.push_back({"since", format_rfc3339(open.opened_at)});
  }

  void close(const SchemaState& state, const OpenEpisode& open) {
    closed_.begin_row();
    closed_.add("id", open.id);
    core::Event& event = add_event("schema.drift_resolved", state, seen_of(state));
    event.level = core::Level::note;
    event.fields.push_back({"since", format_rfc3339(open.opened_at)});
    event.fields.push_back({"worst_class", open.worst});
    event.fields.push_back({"duration_ms", (at_.ns - open.opened_at.ns) / std::int64_t{1'000'000}});
  }

  // Neither pinned nor asked for any more: nobody will ever look at it again.
  void let_go() {
    std::set<std::string_view> known;
    for (const SchemaState& state : run_.schemas)
      known.insert(state.name);
    for (const auto& [name, open] : open_) {
      if (known.contains(name)) continue;
      SchemaState gone;
      gone.name = name;
      close(gone, open);
      events_.back().fields.push_back({"reason", "unpinned"});
    }
  }

  static void add_state(sql::JsonRows& rows, const SchemaState& state, const Seen& seen) {
    rows.add("schema_name", state.name);
    rows.add("status", seen.status);
    rows.add("class", std::string(class_name(seen.change)));
    rows.add("local_version", state.local_version);
    rows.add("registry_version", state.registry_version);
    rows.add("local_sha256", seen.local_sha256);
    rows.add("registry_sha256", seen.registry_sha256);
  }

  core::Event& add_event(const char* name, const SchemaState& state, const Seen& seen) {
    core::Event event = event_of(name);
    event.subject = config_.subject_of(state.name).text();
    event.level = level_of(seen.change);
    const auto text_or_null = [](const std::string& text) {
      return text.empty() ? core::FieldValue() : core::FieldValue(text);
    };
    event.fields.push_back({"schema", state.name});
    event.fields.push_back({"status", seen.status});
    event.fields.push_back({"class", std::string(class_name(seen.change))});
    event.fields.push_back({"drift_type", drift_type(state)});
    event.fields.push_back({"local_sha256", text_or_null(seen.local_sha256)});
    event.fields.push_back({"local_version", text_or_null(state.local_version)});
    event.fields.push_back({"registry_sha256", text_or_null(seen.registry_sha256)});
    event.fields.push_back({"registry_version", text_or_null(state.registry_version)});
    event.fields.push_back({"detected_at", format_rfc3339(at_)});
    if (state.comparison) {
      event.fields.push_back({"backward", std::string(answer_name(state.comparison->backward))});
      event.fields.push_back({"forward", std::string(answer_name(state.comparison->forward))});
    }
    events_.push_back(std::move(event));
    return events_.back();
  }

  core::Event event_of(const char* name) const {
    core::Event event;
    event.name = name;
    event.actor = config_.actor;
    event.fields = {{"repo", config_.repo},
                    {"section", config_.name},
                    {"registry", config_.registry.shown()},
                    {"track", config_.track}};
    return event;
  }

  Status record_registry() {
    const bool is_up = !run_.registry_problem;
    TRY_ASSIGN(const auto rows,
               connection().run("schema_registry.find", {{"section", config_.name}}));
    const bool is_known = !rows.empty();
    const bool was_up = !is_known || rows.integer(0, 0) == 1;  // taken for up until it is not
    Timestamp since = at_;
    if (is_known && was_up == is_up) {
      TRY_ASSIGN(since, catalog::stored_time(rows, 0, 1));
    }
    const std::string problem =
        is_up ? std::string() : std::string(problem_name(run_.registry_problem->kind));
    TRY(connection().run("schema_registry.save", {{"section", config_.name},
                                                  {"registry", config_.registry.shown()},
                                                  {"is_up", std::int64_t{is_up ? 1 : 0}},
                                                  {"since", format_rfc3339(since)},
                                                  {"at", format_rfc3339(at_)},
                                                  {"problem", problem}}));
    if (was_up == is_up) return {};
    core::Event event = event_of(is_up ? "schema.registry_up" : "schema.registry_down");
    event.level = is_up ? core::Level::note : core::Level::warning;
    if (!is_up) {
      event.fields.push_back({"kind", problem});
      event.fields.push_back({"message", run_.registry_problem->detail});
    }
    events_.push_back(std::move(event));
    return {};
  }

  Status write() {
    const std::string at = format_rfc3339(at_);
    if (opened_.size() > 0)
      TRY(connection().run("schema_episode.insert", {{"section", config_.name},
                                                     {"registry", config_.registry.shown()},
                                                     {"track", config_.track},
                                                     {"at", at},
                                                     {"rows", opened_.take()}}));
    if (updated_.size() > 0)
      TRY(connection().run("schema_episode.update", {{"at", at}, {"rows", updated_.take()}}));
    if (closed_.size() > 0)
      TRY(connection().run("schema_episode.close", {{"at", at}, {"rows", closed_.take()}}));
    TRY(catalog::append_events(catalog_, events_));
    return {};
  }

  catalog::Catalog& catalog_;
  const SchemasConfig& config_;
  DriftRun& run_;
  Timestamp at_;
  std::map<std::string, OpenEpisode, std::less<>> open_;
  sql::JsonRows opened_, updated_, closed_;
  std::vector<core::Event> events_;
};

Result<Episode> stored_episode(const sql::Rows& rows, std::size_t row) {
  Episode out;
  out.id = rows.integer(row, 0);
  std::string* const texts[] = {&out.section,          &out.schema_name,  &out.subject,
                                &out.registry,         &out.track,        &out.status,
                                &out.change,           &out.worst_change, &out.local_version,
                                &out.registry_version, &out.local_sha256, &out.registry_sha256};
  std::size_t column = 1;
  for (std::string* text : texts)
    *text = rows.text(row, column++);
  TRY_ASSIGN(out.opened_at, catalog::stored_time(rows, row, column));
  TRY_ASSIGN(out.last_seen_at, catalog::stored_time(rows, row, column + 1));
  TRY_ASSIGN(out.closed_at, catalog::stored_optional_time(rows, row, column + 2));
  out.looks = rows.integer(row, column + 3);
  return out;
}

}  // namespace

Status record_episodes(catalog::Catalog& catalog, const SchemasConfig& config, DriftRun& run) {
  TRY(know_check_statements(catalog));
  return catalog::in_transaction(catalog.connection(),
                                 [&] { return Recording(catalog, config, run).record(); });
}

Result<std::vector<Episode>> list_episodes(catalog::Catalog& catalog, const EpisodeFilter& filter) {
  TRY(know_check_statements(catalog));
  TRY_ASSIGN(const auto rows,
             catalog.connection().run(
                 "schema_episode.list",
                 {{"section", catalog::text_value(filter.section)},
                  {"schema_name", catalog::text_value(filter.schema_name)},
                  {"open_only", std::int64_t{filter.open_only ? 1 : 0}},
                  {"limit", std::clamp<std::int64_t>(filter.limit, 0, kMostListed)}}));
  return catalog::stored_rows(rows, stored_episode);
}

}  // namespace holdfast::schemas
