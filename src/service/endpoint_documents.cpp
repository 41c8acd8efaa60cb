// SPDX-License-Identifier: Apache-2.0
#include "service/endpoint_documents.h"

#include <map>
#include <memory>

#include "base/ascii.h"
#include "schemas/json_object.h"

namespace holdfast::service {
namespace {

using schemas::json_string;
using schemas::JsonObject;

std::string html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

void append_row(std::string& out, const Endpoint& endpoint) {
  out += "<tr><td><code>" + std::string(http::method_name(endpoint.method)) +
         "</code></td><td><code>" + html(endpoint.pattern) + "</code></td><td>" +
         html(endpoint.summary);
  for (const QueryKey& key : endpoint.query)
    out += "<br><code>?" + html(key.name) + "=</code> " + html(key.meaning);
  for (const Field& field : endpoint.fields)
    out += "<br><code>" + html(field.name) + "</code> (" + std::string(type_name(field.type)) +
           (field.need == Need::required ? ", required) " : ") ") + html(field.meaning);
  out +=
      std::string("</td><td>") + (endpoint.access == Access::write ? "token" : "") + "</td></tr>\n";
}

void append_table(std::string& out, const std::vector<Endpoint>& endpoints, Speech speech) {
  out += "<table>\n<tr><th>method</th><th>path</th><th>what</th><th>needs</th></tr>\n";
  for (const Endpoint& endpoint : endpoints)
    if (endpoint.speech == speech) append_row(out, endpoint);
  out += "</table>\n";
}

// The parameters of a pattern: "{track}".
std::vector<std::string> parameters_of(const std::string& pattern) {
  std::vector<std::string> out;
  for (std::size_t at = pattern.find('{'); at != std::string::npos; at = pattern.find('{', at)) {
    const std::size_t end = pattern.find('}', at);
    out.push_back(pattern.substr(at + 1, end - at - 1));
    at = end;
  }
  return out;
}

std::string parameter(std::string_view name, std::string_view place, std::string_view meaning) {
  JsonObject out;
  out.text("name", name).text("in", place).flag("required", place == "path");
  if (!meaning.empty()) out.text("description", meaning);
  return std::move(out.json("schema", R"({"type":"string"})")).take();
}

std::string type_schema(const Field& field) {
  JsonObject out;
  switch (field.type) {
    case FieldType::text:
      out.text("type", "string");
      break;
    case FieldType::flag:
      out.text("type", "boolean");
      break;
    case FieldType::object:
      out.text("type", "object");
      break;
    case FieldType::schema:
      out.json("type", R"(["object","boolean","string"])");
      break;
    case FieldType::any:
      break;
  }
  return std::move(out.text("description", field.meaning)).take();
}

std::string request_body(const Endpoint& endpoint) {
  JsonObject properties;
  std::vector<std::string> required;
  for (const Field& field : endpoint.fields) {
    properties.json(field.name, type_schema(field));
    if (field.need == Need::required) required.push_back(json_string(field.name));
  }
  JsonObject schema;
  schema.text("type", "object").json("properties", std::move(properties).take());
  schema.array("required", required);
  JsonObject media;
  media.json("schema", std::move(schema).take());
  JsonObject content;
  content.json(endpoint.speech == Speech::plain ? "application/json" : kConfluentType,
               std::move(media).take());
  JsonObject body;
  body.flag("required", true).json("content", std::move(content).take());
  return std::move(body).take();
}

std::string operation(const Endpoint& endpoint) {
  std::vector<std::string> parameters;
  for (const std::string& name : parameters_of(endpoint.pattern))
    parameters.push_back(parameter(name, "path", ""));
  for (const QueryKey& key : endpoint.query)
    parameters.push_back(parameter(key.name, "query", key.meaning));
  JsonObject out;
  out.text("summary", endpoint.summary);
  out.array("tags", {json_string(endpoint.speech == Speech::plain ? "plain" : "confluent")});
  if (!parameters.empty()) out.array("parameters", parameters);
  if (!endpoint.fields.empty()) out.json("requestBody", request_body(endpoint));
  if (endpoint.access == Access::write) out.json("security", R"([{"token":[]}])");
  out.json("responses",
           R"({"default":{"description":"the answer, or a problem with its status"}})");
  return std::move(out).take();
}

}  // namespace

std::string docs_page(const std::vector<Endpoint>& endpoints) {
  std::string out =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>Schema "
      "registry</title>\n<style>\n"
      "body{font:16px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 "
      "1em;color-scheme:light dark}\n"
      "table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:."
      "4em .6em;"
      "border-bottom:1px solid #8884}\n"
      "@media(max-width:40em){table,tbody,tr,td{display:block}tr:first-child{display:none}"
      "tr{padding:.6em 0;border-bottom:1px solid #8884}"
      "td{padding:0;border:0;overflow-wrap:anywhere}td:empty{display:none}"
      "td:last-child::before{content:'needs a '}}\n</style></head><body>\n"
      "<h1>Schema registry</h1>\n<p>holdfast " HOLDFAST_VERSION
      ". The same for programs: <a href=\"/openapi.json\">/openapi.json</a>. What needs a token "
      "takes it as "
      "<code>Authorization: Bearer TOKEN</code>.</p>\n<h2>Plain</h2>\n";
  append_table(out, endpoints, Speech::plain);
  out += "<h2>As Confluent's registry</h2>\n";
  append_table(out, endpoints, Speech::confluent);
  return out + "</body></html>\n";
}

std::string openapi_document(const std::vector<Endpoint>& endpoints) {
  std::map<std::string, JsonObject> paths;
  for (const Endpoint& endpoint : endpoints)
    paths[endpoint.pattern].json(ascii_lowered(http::method_name(endpoint.method)),
                                 operation(endpoint));
  JsonObject all;
  for (auto& [pattern, path] : paths)
    all.json(pattern, std::move(path).take());
  JsonObject info;
  info.text("title", "Schema registry of holdfast").text("version", HOLDFAST_VERSION);
  JsonObject out;
  out.text("openapi", "3.1.0").json("info", std::move(info).take());
  out.json("paths", std::move(all).take());
  out.json("components", R"({"securitySchemes":{"token":{"type":"http","scheme":"bearer"}}})");
  return std::move(out).take() + '\n';
}

std::vector<Endpoint> document_endpoints(const std::vector<Endpoint>& endpoints) {
  Endpoint page;
  page.pattern = "/docs";
  page.summary = "This page";
  Endpoint document;
  document.pattern = "/openapi.json";
  document.summary = "All of this as an OpenAPI document";
  std::vector<Endpoint> all = endpoints;
  all.push_back(page);
  all.push_back(document);
  const auto fixed = [](std::string type, std::string body) -> http::Handler {
    const auto tag = http::strong_etag(body);
    return [type = std::move(type), tag,
            shared = std::make_shared<const std::string>(std::move(body))](const http::Call&) {
      http::Reply reply;
      reply.content_type = type;
      reply.body = *shared;
      reply.headers = {
          {"ETag", tag},
          {"Cache-Control", "no-cache"},
          {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"}};
      return Result<http::Reply>(std::move(reply));
    };
  };
  page.handler = fixed("text/html; charset=utf-8", docs_page(all));
  document.handler = fixed("application/json", openapi_document(all));
  return {page, document};
}

}  // namespace holdfast::service
