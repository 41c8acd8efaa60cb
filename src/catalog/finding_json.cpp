// SPDX-License-Identifier: Apache-2.0
#include "catalog/finding_json.h"

#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/canonical_json.h"
#include "core/fields.h"

namespace holdfast::catalog {
namespace {

void append_member(std::string& out, std::string_view key, std::string_view text) {
  if (out.back() != '{') out += ',';
  core::append_canonical_string(out, key);
  out += ':';
  core::append_canonical_string(out, text);
}

Error unreadable() {
  return {Code::corrupt, "the catalog holds findings that cannot be read",
          "restore the catalog from a backup"};
}

/// A member that must be text, or nothing.
std::optional<std::string> text_of(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get_ref<const std::string&>();
}

Result<core::Finding> finding_from(const nlohmann::json& object) {
  if (!object.is_object() || !object.contains("witness") || !object.contains("waived"))
    return unreadable();
  core::Finding out;
  const std::pair<const char*, std::string*> members[] = {{"file", &out.file},
                                                          {"hint", &out.hint},
                                                          {"message", &out.message},
                                                          {"observed", &out.observed},
                                                          {"recorded", &out.recorded},
                                                          {"rule", &out.rule},
                                                          {"subject_kind", &out.subject.kind},
                                                          {"subject_name", &out.subject.name}};
  for (const auto& [key, member] : members) {
    auto text = text_of(object, key);
    if (!text) return unreadable();
    *member = std::move(*text);
  }
  const auto level = text_of(object, "level");
  const auto parsed = level ? core::parse_level(*level) : std::nullopt;
  if (!parsed || !object["waived"].is_boolean()) return unreadable();
  out.level = *parsed;
  out.waived = object["waived"].get<bool>();
  auto witness = core::parse_fields(
      object["witness"].dump());  // was parsed from valid UTF-8: dump() cannot throw
  if (!witness) return unreadable();
  out.witness = std::move(witness).value();
  return out;
}

}  // namespace

Result<std::string> findings_to_json(const std::vector<core::Finding>& findings) {
  std::string out = "[";
  for (const auto& finding : findings) {
    auto witness = core::canonical_json(finding.witness);
    if (!witness) return std::move(witness).error().with(finding.subject.text() + ": witness");
    if (out.size() > 1) out += ',';
    std::string object = "{";
    append_member(object, "file", finding.file);
    append_member(object, "hint", finding.hint);
    append_member(object, "level", core::level_name(finding.level));
    append_member(object, "message", finding.message);
    append_member(object, "observed", finding.observed);
    append_member(object, "recorded", finding.recorded);
    append_member(object, "rule", finding.rule);
    append_member(object, "subject_kind", finding.subject.kind);
    append_member(object, "subject_name", finding.subject.name);
    object += finding.waived ? ",\"waived\":true" : ",\"waived\":false";
    object += ",\"witness\":" + *witness + '}';
    out += object;
  }
  return out + ']';
}

Result<std::vector<core::Finding>> findings_from_json(const std::string& json) {
  if (core::is_json_too_deep(json)) return unreadable();
  const auto document = nlohmann::json::parse(json, nullptr, false);
  if (!document.is_array()) return unreadable();
  std::vector<core::Finding> out;
  for (const auto& object : document) {
    TRY_ASSIGN(auto finding, finding_from(object));
    out.push_back(std::move(finding));
  }
  return out;
}

}  // namespace holdfast::catalog
