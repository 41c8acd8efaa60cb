// SPDX-License-Identifier: Apache-2.0
#include "schemas/registry_confluent.h"

#include <algorithm>
#include <utility>

#include "base/root_folder.h"
#include "core/json_scan.h"
#include "http/url.h"
#include "schemas/registry_http.h"

namespace holdfast::schemas {
namespace {

class ConfluentRegistry final : public Registry {
 public:
  ConfluentRegistry(RegistryHttp http, std::string subjects)
      : http_(std::move(http)), subjects_(std::move(subjects)) {}

  Result<std::unique_ptr<Registry>> another() const override {
    TRY_ASSIGN(auto http, http_.another());
    return std::unique_ptr<Registry>(
        std::make_unique<ConfluentRegistry>(std::move(http), subjects_));
  }

  Looked<Index> index(const std::string&) override {
    auto answer = http_.get("/subjects");
    if (!answer) return answer.problem();
    Index out;
    // A limit cuts the list without a word: Apicurio's max-subjects (1000), Confluent's subject.search.default.limit.
    out.is_whole = false;
    const bool is_list = each_element(answer->body, [&](std::string_view subject) {
      if (!subject.starts_with('"')) return;
      if (const auto name = name_of_subject(subjects_, core::json_unescaped(subject)))
        out.entries.push_back({*name, "", "", "", false});
    });
    if (!is_list)
      return Problem{ProblemKind::index_inconsistent, answer->url + " answered no list of subjects",
                     answer->status, static_cast<int>(answer->attempts.size())};
    std::ranges::sort(out.entries, {}, &IndexEntry::name);
    return out;
  }

  Looked<std::vector<SchemaVersion>> versions(const std::string&,
                                              const std::string& name) override {
    auto answer = http_.get(path_of(name));
    if (!answer) return answer.problem();
    std::vector<SchemaVersion> out;
    const bool is_list = each_element(answer->body, [&](std::string_view version) {
      out.push_back({std::string(version), "", "", false});
    });
    if (!is_list)
      return Problem{ProblemKind::not_json, answer->url + " answered no list of versions"};
    std::ranges::sort(out, [](const SchemaVersion& a, const SchemaVersion& b) {
      return version_less(a.version, b.version);
    });
    return out;
  }

  Looked<RemoteSchema> get(const std::string&, const std::string& name,
                           const std::optional<std::string>& version) override {
    auto answer = http_.get_if_changed(path_of(name) + '/' +
                                       http::encoded_segment(version.value_or("latest")));
    if (!answer) return answer.problem();
    const std::string_view body = answer->body;
    const auto refuse = [&](ProblemKind kind, const std::string& what) {
      return Problem{kind, answer->url + ": " + what, answer->status,
                     static_cast<int>(answer->attempts.size())};
    };
    const std::string_view schema = member_text(body, "schema");
    if (!schema.starts_with('"'))
      return refuse(ProblemKind::not_json, "the answer has no \"schema\"");
    std::string type = text_member(body, "schemaType");
    if (type.empty()) type = "AVRO";  // what the API means by saying nothing
    if (type != "JSON")
      return refuse(ProblemKind::unsupported_dialect,
                    "it is a schema of " + printable_path(type) + ", not of JSON");
    const std::string subject = text_member(body, "subject");
    if (!subject.empty() && subject != subject_of_name(subjects_, name))
      return refuse(ProblemKind::id_mismatch, "it answered " + printable_path(subject));
    const std::string_view references = member_text(body, "references");
    if (references.starts_with('[') && references.find('{') != std::string_view::npos)
      return refuse(ProblemKind::unresolved_ref,
                    "it refers to other subjects, which are not followed");
    RemoteSchema out;
    out.name = name;
    out.version = std::string(member_text(body, "version"));
    out.content = core::json_unescaped(schema);
    out.url = answer->url;
    return out;
  }

 private:
  std::string path_of(const std::string& name) const {
    return "/subjects/" + http::encoded_segment(subject_of_name(subjects_, name)) + "/versions";
  }

  RegistryHttp http_;
  std::string subjects_;
};

}  // namespace

Result<std::unique_ptr<Registry>> open_confluent_registry(const RegistryConfig& config,
                                                          const RegistryOptions& options) {
  TRY_ASSIGN(auto http, RegistryHttp::open(config, options));
  return std::unique_ptr<Registry>(
      std::make_unique<ConfluentRegistry>(std::move(http), config.subjects));
}

}  // namespace holdfast::schemas
