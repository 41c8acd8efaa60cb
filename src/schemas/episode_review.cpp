// SPDX-License-Identifier: Apache-2.0
#include "schemas/episode_review.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "schemas/comparison.h"
#include "schemas/episodes.h"

namespace holdfast::schemas {
namespace {

constexpr std::int64_t kMostEpisodes = 10'000;  // of one schema

const SchemasConfig* section_of(std::span<const SchemasConfig> sections,
                                const std::string& subject) {
  for (const SchemasConfig& section : sections)
    if (subject.starts_with(section.subject_of("").text())) return &section;
  return nullptr;
}

bool overlaps(const Episode& episode, const catalog::Incident& incident) {
  const bool is_over_before = episode.closed_at && *episode.closed_at < incident.opened_at;
  const bool begins_after = incident.resolved_at && *incident.resolved_at < episode.opened_at;
  return !is_over_before && !begins_after;
}

std::string text_at(const catalog::StoredEvent& stored, std::string_view key) {
  const core::FieldValue* value = core::find_field(stored.event.fields, key);
  return value == nullptr ? std::string() : core::display(*value);
}

/// "2.0.0 over 1.2.0 (breaking) by ana"; "1.2.0 restored by ana".
std::string words_of_fetch(const catalog::StoredEvent& stored) {
  const std::string before = text_at(stored, "version_before");
  const std::string change = text_at(stored, "class");
  std::string out = text_at(stored, "version");
  if (text_at(stored, "action") == "replaced") {
    if (!before.empty()) out += " over " + before;
    if (!change.empty()) out += " (" + change + ')';
  } else {
    out += ' ' + text_at(stored, "action");
  }
  return out + " by " + stored.event.actor;
}

/// Who took what over. A check may see the new pins, and end the incident, before `schema.fetched` is appended: a fetch that began in
/// the incident is of it whenever it ended.
Result<core::Fields> fetches_of(catalog::Catalog& catalog,
                                std::span<const catalog::StoredEvent> events) {
  core::Fields out;
  std::set<std::string, std::less<>> told;  // runs
  for (const catalog::StoredEvent& stored : events) {
    const bool is_begun = stored.event.name == "schema.fetch_began";
    if (!is_begun && stored.event.name != "schema.fetched") continue;
    if (!told.insert(stored.event.run_id).second) continue;
    std::string words = words_of_fetch(stored);
    if (is_begun) {
      catalog::EventFilter ended;
      ended.after_seq = stored.event.seq;
      ended.limit = 1;
      ended.name = "schema.fetched";
      ended.subject = stored.event.subject;
      ended.run_id = stored.event.run_id;
      TRY_ASSIGN(const auto found, catalog::list_events(catalog, ended));
      if (found.empty()) words += ", not ended";
    }
    out.push_back({"fetched", std::move(words)});
  }
  return out;
}

}  // namespace

Result<core::Fields> review_of(catalog::Catalog& catalog, std::span<const SchemasConfig> sections,
                               const catalog::Incident& incident,
                               std::span<const catalog::StoredEvent> events) {
  const SchemasConfig* section = section_of(sections, incident.subject);
  if (section == nullptr) return core::Fields();
  EpisodeFilter filter;
  filter.section = section->name;
  filter.schema_name = incident.subject.substr(section->subject_of("").text().size());
  filter.limit = kMostEpisodes;
  TRY_ASSIGN(auto episodes, list_episodes(catalog, filter));
  std::erase_if(episodes, [&](const Episode& each) { return !overlaps(each, incident); });
  if (episodes.empty()) return core::Fields();
  const Episode& last = episodes.front();
  auto worst = ChangeClass::identical;
  std::int64_t looks = 0;
  std::int64_t active_ns = 0;
  for (const Episode& each : episodes) {
    worst = std::max(worst, parse_class(each.worst_change).value_or(ChangeClass::unknown));
    looks += each.looks;
    active_ns += each.closed_at.value_or(each.last_seen_at).ns - each.opened_at.ns;
  }
  core::Fields out = {{"registry", last.registry},
                      {"track", last.track},
                      {"class", std::string(class_name(worst))},
                      {"pinned_version", last.local_version},
                      {"published_version", last.registry_version},
                      {"seen_by_checks", looks},
                      {"active_for", format_span(std::chrono::nanoseconds(active_ns))}};
  TRY_ASSIGN(auto fetches, fetches_of(catalog, events));
  out.insert(out.end(), std::make_move_iterator(fetches.begin()),
             std::make_move_iterator(fetches.end()));
  return out;
}

}  // namespace holdfast::schemas
