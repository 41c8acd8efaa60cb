// SPDX-License-Identifier: Apache-2.0
// What the plain API says of a published schema (docs/registry.md). Keys are those of source 001, and more.
#pragma once
#include <string>
#include <string_view>

#include "http/server.h"
#include "schemas/published.h"

namespace holdfast::service {

/// Of GET /schemas/{track}/{name}: everything, with the content as it was uploaded. `sha256` is the seed's own hash.
std::string schema_answer(const schemas::PublishedSchema& schema, std::string_view content);
/// Of POST /admin/schemas: what became of it, without the content.
std::string publish_answer(const schemas::PublishedSchema& schema, std::string_view effect);
/// An element of the list of versions.
std::string version_answer(const schemas::PublishedSchema& schema);
/// An element of the index.
std::string index_answer(const schemas::PublishedSchema& latest);
/// The canonical hash and the revision of the row: two that are equal say the same.
std::string etag_of(const schemas::PublishedSchema& schema);

/// 200 with a body that a client may keep, and must ask about again.
http::Reply json_reply(std::string body, std::string etag = {});

}  // namespace holdfast::service
