// SPDX-License-Identifier: Apache-2.0
#include "schemas/published_index.h"

#include <algorithm>

#include "catalog/event_log.h"
#include "schemas/registry.h"

namespace holdfast::schemas {

const PublishedSchema* PublishedName::find(std::string_view version) const {
  const auto found = std::ranges::find(versions, version, &PublishedSchema::version);
  return found == versions.end() ? nullptr : &*found;
}

const PublishedSchema* PublishedName::find(std::int64_t ordinal) const {
  const auto found = std::ranges::lower_bound(versions, ordinal, {}, &PublishedSchema::ordinal);
  return found == versions.end() || found->ordinal != ordinal ? nullptr : &*found;
}

void PublishedIndex::take(PublishedSchema schema) {
  PublishedName& name = tracks_[schema.track][schema.name];
  const Key key{schema.track, schema.name};
  by_schema_id_.insert_or_assign(schema.schema_id, key);
  // A version that was deprecated later than others were published comes behind them.
  const auto place =
      std::ranges::lower_bound(name.versions, schema.ordinal, {}, &PublishedSchema::ordinal);
  if (place != name.versions.end() && place->ordinal == schema.ordinal) {
    *place = std::move(schema);
    return;
  }
  by_content_[schema.content_id].emplace_back(key, schema.ordinal);
  const bool is_last = place == name.versions.end();
  const bool is_newest =
      name.versions.empty() || version_less(name.latest().version, schema.version);
  const auto position = static_cast<std::size_t>(place - name.versions.begin());
  name.versions.insert(place, std::move(schema));
  if (is_newest) {
    name.newest = position;
  } else if (!is_last && position <= name.newest) {
    ++name.newest;
  }
}

void PublishedIndex::take(const LevelOf& level) {
  levels_.insert_or_assign(Key{level.track, level.name}, level.level);
}

Status PublishedIndex::refresh(catalog::Catalog& catalog) {
  TRY_ASSIGN(const std::int64_t newest, catalog::last_event_seq(catalog));
  if (newest == revision_) return {};
  std::int64_t after = revision_;
  for (bool more = true; more;) {
    TRY_ASSIGN(auto page, published_since(catalog, after));
    more = static_cast<std::int64_t>(page.size()) == kPublishedPage;
    if (!page.empty()) after = page.back().revision;
    for (PublishedSchema& schema : page)
      take(std::move(schema));
  }
  after = revision_;
  for (bool more = true; more;) {
    TRY_ASSIGN(const auto page, levels_since(catalog, after));
    more = static_cast<std::int64_t>(page.size()) == kPublishedPage;
    if (!page.empty()) after = page.back().revision;
    for (const LevelOf& level : page)
      take(level);
  }
  revision_ = newest;
  return {};
}

const PublishedName* PublishedIndex::find(std::string_view track, std::string_view name) const {
  const auto names = tracks_.find(track);
  if (names == tracks_.end()) return nullptr;
  const auto found = names->second.find(name);
  return found == names->second.end() ? nullptr : &found->second;
}

const PublishedSchema* PublishedIndex::find_by_schema_id(const std::string& schema_id) const {
  const auto key = by_schema_id_.find(schema_id);
  if (key == by_schema_id_.end()) return nullptr;
  const PublishedName* name = find(key->second.first, key->second.second);
  return name == nullptr ? nullptr : &name->latest();
}

std::vector<const PublishedSchema*> PublishedIndex::of_content(std::int64_t content_id) const {
  std::vector<const PublishedSchema*> out;
  const auto found = by_content_.find(content_id);
  if (found == by_content_.end()) return out;
  for (const auto& [key, ordinal] : found->second) {
    const PublishedName* name = find(key.first, key.second);
    out.push_back(name->find(ordinal));
  }
  return out;
}

std::optional<CompatibilityLevel> PublishedIndex::level(std::string_view track,
                                                        std::string_view name) const {
  const auto found = levels_.find(Key{track, name});
  return found == levels_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace holdfast::schemas
