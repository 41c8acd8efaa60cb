// SPDX-License-Identifier: Apache-2.0
// As JSON Schema Core 2020-12, 8.2.3.2, and 2019-09, 8.2.4.2, have it.
#include "json_schema/compare_scope.h"

#include <algorithm>
#include <iterator>

namespace holdfast::json_schema {
namespace {

constexpr std::size_t kMostScopes = 64;
constexpr std::size_t kMostAnchorsLooked = 2'000'000;

const auto* find_anchor(const auto& anchors, std::string_view name) {
  const auto at = std::lower_bound(
      anchors.begin(), anchors.end(), name,
      [](const auto& anchor, std::string_view other) { return anchor.first < other; });
  return at != anchors.end() && at->first == name ? &*at : nullptr;
}

}  // namespace

std::optional<ScopeId> DynamicScopes::enter(ScopeId scope, ResourceId resource) {
  const SchemaResource& entered = schema_.resource(resource);
  if (entered.dynamic_anchors.empty() && !entered.is_recursive_anchor) return scope;
  const auto [known, is_new] = entered_.try_emplace({scope, resource});
  if (is_new) known->second = enter_new(scope, entered);
  return known->second;
}

std::optional<ScopeId> DynamicScopes::enter_new(ScopeId scope, const SchemaResource& entered) {
  looked_ += scopes_[scope].anchors.size() + entered.dynamic_anchors.size();
  if (looked_ > kMostAnchorsLooked) return std::nullopt;
  // What is there already is kept: the outermost resource decides.
  const Scope& outer = scopes_[scope];
  Scope next{{}, outer.recursive};
  std::set_union(outer.anchors.begin(), outer.anchors.end(), entered.dynamic_anchors.begin(),
                 entered.dynamic_anchors.end(), std::back_inserter(next.anchors),
                 [](const auto& a, const auto& b) { return a.first < b.first; });
  if (entered.is_recursive_anchor && next.recursive == kNoNode) next.recursive = entered.root;
  const auto equal = std::find(scopes_.begin(), scopes_.end(), next);
  if (equal != scopes_.end()) return static_cast<ScopeId>(equal - scopes_.begin());
  if (scopes_.size() == kMostScopes) return std::nullopt;
  scopes_.push_back(std::move(next));
  return static_cast<ScopeId>(scopes_.size() - 1);
}

NodeId DynamicScopes::target(ScopeId scope, const ReferenceKeywords& words) const {
  const Scope& here = scopes_[scope];
  if (words.is_recursive && here.recursive != kNoNode) return here.recursive;
  if (words.dynamic_name.data() != nullptr)
    if (const auto* anchor = find_anchor(here.anchors, words.dynamic_name)) return anchor->second;
  return words.dynamic_ref;
}

}  // namespace holdfast::json_schema
