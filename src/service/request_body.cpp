// SPDX-License-Identifier: Apache-2.0
#include "service/request_body.h"

#include <algorithm>
#include <vector>

#include "base/nearest.h"
#include "base/root_folder.h"
#include "core/canonical_json.h"
#include "core/json_scan.h"

namespace holdfast::service {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kMostShown = 60;

std::string shown(std::string_view name) {
  return '"' + printable_path(name.substr(0, kMostShown)) + '"';
}

bool is_of(FieldType type, std::string_view value) {
  const char first = value.front();
  switch (type) {
    case FieldType::text:
      return first == '"' && !core::has_lone_surrogate(value);
    case FieldType::flag:
      return first == 't' || first == 'f';
    case FieldType::object:
      return first == '{';
    case FieldType::schema:
      return first == '{' || first == 't' || first == 'f' ||
             (first == '"' && !core::has_lone_surrogate(value));
    case FieldType::any:
      return true;
  }
  return false;
}

std::string_view wanted(FieldType type) {
  switch (type) {
    case FieldType::text:
      return "a text";
    case FieldType::flag:
      return "true or false";
    case FieldType::object:
      return "an object";
    case FieldType::schema:
      return "a schema: an object or a boolean";
    case FieldType::any:
      return "a value";
  }
  return "a value";
}

Error unknown_field(const std::string& name, std::span<const Field> fields) {
  std::vector<std::string> names;
  std::string list;
  for (const Field& field : fields) {
    names.emplace_back(field.name);
    list += (list.empty() ? "" : ", ") + names.back();
  }
  return {
      Code::invalid,
      "the request has a field " + shown(name) + ", which there is not" + did_you_mean(name, names),
      "there are: " + list};
}

Status check_bytes(const std::string& body) {
  if (body.starts_with(kByteOrderMark))
    return Error(Code::invalid, "the body begins with a byte-order mark, which is no JSON",
                 "send it as UTF-8 without one");
  if (!core::is_utf8(body)) return Error(Code::invalid, "the body is no UTF-8");
  if (core::is_json_too_deep(body))
    return Error(Code::invalid, "the body is nested deeper than " +
                                    std::to_string(core::kJsonDepthLimit) + " levels");
  return {};
}

}  // namespace

std::string_view type_name(FieldType type) {
  switch (type) {
    case FieldType::text:
      return "text";
    case FieldType::flag:
      return "flag";
    case FieldType::object:
      return "object";
    case FieldType::schema:
      return "schema";
    case FieldType::any:
      return "any";
  }
  return "any";
}

Result<RequestBody> RequestBody::parse(const std::string& body, std::span<const Field> fields,
                                       Unknown unknown) {
  TRY(check_bytes(body));
  RequestBody out;
  std::optional<Error> refused;
  core::JsonScan scan(body);
  scan.skip_space();
  const auto take = [&](core::JsonSpan key, core::JsonSpan value) -> Status {
    const std::string name = core::json_unescaped(key.of(body));
    const std::string_view text = value.of(body);
    const auto field = std::ranges::find(fields, name, &Field::name);
    if (field == fields.end())
      return unknown == Unknown::ignored ? Status() : unknown_field(name, fields);
    if (out.values_.contains(name))
      return Error(Code::invalid, "the request has the field " + shown(name) + " twice");
    if (text != "null" && !is_of(field->type, text))
      return Error(Code::invalid,
                   "the field " + shown(name) + " is not " + std::string(wanted(field->type)));
    out.values_.emplace(name, text);
    return {};
  };
  const bool is_object = scan.members([&](core::JsonSpan key, core::JsonSpan value) {
    auto taken = take(key, value);
    if (!taken) refused = std::move(taken).error();
    return !refused.has_value();
  });
  if (refused) return *refused;
  scan.skip_space();
  if (!is_object || !scan.at_end())
    return Error(Code::invalid, "the body is no JSON object: it stops being one at byte " +
                                    std::to_string(scan.at()));
  std::erase_if(out.values_, [](const auto& each) { return each.second == "null"; });
  for (const Field& field : fields)
    if (field.need == Need::required && !out.has(field.name))
      return Error(Code::invalid, "the request has no field " + shown(field.name));
  return out;
}

std::string RequestBody::text(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? "" : core::json_unescaped(found->second);
}

std::optional<bool> RequestBody::flag(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::nullopt : std::optional(found->second == "true");
}

std::string RequestBody::json(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? "" : found->second;
}

std::string RequestBody::schema(std::string_view name) const {
  const std::string value = json(name);
  return value.starts_with('"') ? core::json_unescaped(value) : value;
}

}  // namespace holdfast::service
