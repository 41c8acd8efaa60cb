// SPDX-License-Identifier: Apache-2.0
// Dynamic scopes: a $dynamicRef or $recursiveRef leads elsewhere on each way through the resources of a schema, and so a node that has one
// below it says something else there. A scope is what the resources on a way decide: the first one with an anchor does.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "json_schema/schema.h"

namespace holdfast::json_schema {

using ScopeId = std::uint32_t;
constexpr ScopeId kNoScope = 0;  // no resource was entered, or none decides anything

class DynamicScopes {
 public:
  explicit DynamicScopes(const Schema& schema) : schema_(schema) {}

  /// The scope behind a step into a resource. Nothing where there are too many.
  std::optional<ScopeId> enter(ScopeId scope, ResourceId resource);
  /// Where a dynamic reference leads.
  NodeId target(ScopeId scope, const ReferenceKeywords& words) const;

 private:
  struct Scope {
    std::vector<std::pair<std::string_view, NodeId>> anchors;  // sorted by name
    NodeId recursive = kNoNode;
    bool operator==(const Scope&) const = default;
  };

  std::optional<ScopeId> enter_new(ScopeId scope, const SchemaResource& entered);

  const Schema& schema_;
  std::vector<Scope> scopes_{Scope{}};
  std::map<std::pair<ScopeId, ResourceId>, std::optional<ScopeId>> entered_;
  std::size_t looked_ = 0;
};

}  // namespace holdfast::json_schema
