// SPDX-License-Identifier: Apache-2.0
// References: from a URI to the node it names, which may be of another document, or at a place that is read only now.
#include <utility>

#include "json_schema/schema_reader.h"
#include "json_schema/uri_reference.h"

namespace holdfast::json_schema {
namespace {

constexpr std::uint64_t kReferenceBits = FoundKeywords::bit(Keyword::ref) |
                                         FoundKeywords::bit(Keyword::dynamic_ref) |
                                         FoundKeywords::bit(Keyword::recursive_ref);

}  // namespace

Status SchemaReader::read_references(NodeId id, const FoundKeywords& found) {
  if (!found.has_any(kReferenceBits)) return {};
  ReferenceKeywords& made = graph_->make<ReferenceKeywords>(1)[0];
  node(id).reference = &made;
  for (const Keyword keyword : {Keyword::ref, Keyword::dynamic_ref, Keyword::recursive_ref}) {
    const Value value = found.get(keyword);
    if (!value) continue;
    if (!value.is_string()) return malformed(id, keyword, value, "a URI");
    pending_.push_back({id, keyword, value.string(), &made});
  }
  return {};
}

Status SchemaReader::resolve_all() {
  while (!pending_.empty()) {
    const Pending next = pending_.back();
    pending_.pop_back();
    TRY(resolve(next));
  }
  return {};
}

Error SchemaReader::unresolved(const Pending& pending, std::string_view why) const {
  std::string pointer = graph_->pointer(pending.node);
  if (pointer.find('#') == std::string::npos) pointer.insert(0, "#");
  return Error(Code::not_found, pointer + ": " + std::string(keyword_name(pending.keyword)) +
                                    " is \"" + std::string(pending.text) + "\", " +
                                    std::string(why))
      .hinted("give the document it names as a further document; nothing is fetched");
}

Status SchemaReader::resolve(const Pending& pending) {
  TRY_ASSIGN(const Target target, find_target(pending));
  if (pending.keyword == Keyword::ref) {
    pending.into->ref = target.node;
    return {};
  }
  pending.into->dynamic_ref = target.node;
  const SchemaResource& resource = graph_->resources[target.resource];
  if (pending.keyword == Keyword::recursive_ref) {
    pending.into->is_recursive = resource.is_recursive_anchor && resource.root == target.node;
    graph_->has_dynamic_scope |= pending.into->is_recursive;
    return {};
  }
  const auto anchor = dynamic_anchors_.find({target.resource, target.fragment});
  if (anchor == dynamic_anchors_.end() || anchor->second != target.node) return {};
  pending.into->dynamic_name = anchor->first.second;
  graph_->has_dynamic_scope = true;
  return {};
}

Result<SchemaReader::Target> SchemaReader::find_target(const Pending& pending) {
  Target target;
  const SplitUri split = split_fragment(pending.text);
  target.resource = node(pending.node).resource;
  target.fragment = percent_decoded_leniently(split.fragment);
  if (!split.resource.empty()) {
    const std::string uri = resolve_uri(graph_->resources[target.resource].uri, split.resource);
    TRY_ASSIGN(const auto found, find_resource(uri));
    if (!found) return unresolved(pending, "and no document \"" + uri + "\" was given");
    target.resource = *found;
  }
  if (target.fragment.empty()) {
    target.node = graph_->resources[target.resource].root;
  } else if (target.fragment[0] == '/') {
    TRY_ASSIGN(target.node, read_pointer(target.resource, target.fragment));
  } else {
    const auto found = anchors_.find(std::pair(target.resource, target.fragment));
    if (found != anchors_.end()) target.node = found->second;
  }
  if (target.node == kNoNode) return unresolved(pending, "where nothing is");
  return target;
}

Result<std::optional<ResourceId>> SchemaReader::find_resource(const std::string& uri) {
  const auto found = resource_of_.find(uri);
  if (found != resource_of_.end()) return std::optional(found->second);
  const Document* document = find_document(uri);
  if (document != nullptr) {
    const NodeId known = graph_->node_of.find(document->root());
    if (known != kNoNode) return std::optional(graph_->nodes[known].resource);
    std::string place = uri;
    for (const FurtherDocument& further : options_.further)
      if (&further.document == document) place = split_fragment(further.uri).resource;
    TRY_ASSIGN(const ResourceId made, read_document(place, *document, default_));
    return std::optional(made);
  }
  // It may be a resource inside of a document that nothing has named yet.
  for (const FurtherDocument& further : options_.further) {
    if (graph_->node_of.find(further.document.root()) != kNoNode) continue;
    TRY(read_document(std::string(split_fragment(further.uri).resource), further.document,
                      default_));
    const auto inside = resource_of_.find(uri);
    if (inside != resource_of_.end()) return std::optional(inside->second);
  }
  return std::optional<ResourceId>();
}

Result<NodeId> SchemaReader::read_pointer(ResourceId resource, std::string_view pointer) {
  NodeId above = graph_->resources[resource].root;
  Value value = node(above).value;
  std::string_view below = pointer;  // behind `above`
  for (std::string_view left = pointer; value && !left.empty();) {
    const std::string_view step = left.substr(0, left.find('/', 1));
    left.remove_prefix(step.size());
    if (step[0] != '/') return kNoNode;
    value = step.find('~') == std::string_view::npos ? step_into(value, step.substr(1))
                                                     : value_at(value, step);
    const NodeId known = value ? graph_->node_of.find(value) : kNoNode;
    if (known == kNoNode) continue;
    above = known;
    below = left;
  }
  if (!value) return kNoNode;
  if (below.empty()) return above;
  NodePlace place;
  place.parent = above;
  place.document = graph_->places[above].document;
  place.name = graph_->texts.emplace_front(below);
  return read_node(value, place, node(above).resource);
}

}  // namespace holdfast::json_schema
