// SPDX-License-Identifier: Apache-2.0
#include "service/plain_answers.h"

#include <utility>

#include "schemas/json_object.h"

namespace holdfast::service {
namespace {

using schemas::JsonObject;
using schemas::PublishedSchema;

void add_identity(JsonObject& out, const PublishedSchema& schema) {
  out.text("name", schema.published_name)
      .text("track", schema.track)
      .text("core_version", schema.version)
      .text("version", schema.version)
      .text("sha256", schema.seed_sha256)
      .text("sha256_kind", "seed")
      .text("raw_sha256", schema.raw_sha256)
      .text("canonical_sha256", schema.canonical_sha256)
      .text("$schema_id", schema.schema_id);
}

void add_state(JsonObject& out, const PublishedSchema& schema) {
  out.flag("deprecated", schema.deprecated)
      .text_or_null("deprecation_note", schema.deprecation_note)
      .json("x_compat", schema.x_compat)
      .text("created_at", format_rfc3339(schema.created_at))
      .text("updated_at", format_rfc3339(schema.updated_at))
      .number("ordinal", schema.ordinal)
      .number("id", schema.content_id);
}

}  // namespace

std::string schema_answer(const PublishedSchema& schema, std::string_view content) {
  JsonObject out;
  add_identity(out, schema);
  out.json("content", content);
  add_state(out, schema);
  return std::move(out).take() + '\n';
}

std::string publish_answer(const PublishedSchema& schema, std::string_view effect) {
  JsonObject out;
  out.text("effect", effect);
  add_identity(out, schema);
  add_state(out, schema);
  return std::move(out).take() + '\n';
}

std::string version_answer(const PublishedSchema& schema) {
  JsonObject out;
  out.text("core_version", schema.version)
      .text("sha256", schema.seed_sha256)
      .text("created_at", format_rfc3339(schema.created_at))
      .flag("deprecated", schema.deprecated)
      .text("canonical_sha256", schema.canonical_sha256)
      .number("ordinal", schema.ordinal);
  return std::move(out).take();
}

std::string index_answer(const PublishedSchema& latest) {
  JsonObject out;
  out.text("name", latest.published_name)
      .text("$schema_id", latest.schema_id)
      .text("sha256", latest.seed_sha256)
      .text("latest_core_version", latest.version)
      .flag("deprecated", latest.deprecated)
      .text("canonical_sha256", latest.canonical_sha256);
  return std::move(out).take();
}

std::string etag_of(const PublishedSchema& schema) {
  return '"' + schema.canonical_sha256 + '-' + std::to_string(schema.revision) + '"';
}

http::Reply json_reply(std::string body, std::string etag) {
  http::Reply reply;
  reply.body = std::move(body);
  reply.headers.emplace_back("Cache-Control", "no-cache");
  if (!etag.empty()) reply.headers.emplace_back("ETag", std::move(etag));
  return reply;
}

}  // namespace holdfast::service
