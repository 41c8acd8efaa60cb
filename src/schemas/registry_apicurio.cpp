// SPDX-License-Identifier: Apache-2.0
#include "schemas/registry_apicurio.h"

#include <algorithm>
#include <utility>

#include "base/root_folder.h"
#include "http/url.h"
#include "schemas/registry_http.h"

namespace holdfast::schemas {
namespace {

constexpr std::string_view kApi = "/apis/registry/v3";
constexpr std::string_view kDefaultGroup = "default";  // always there, and never found by its name
constexpr std::size_t kPage = 500;
constexpr std::size_t kMostPages = 2000;

class ApicurioRegistry final : public Registry {
 public:
  ApicurioRegistry(RegistryHttp http, RegistryConfig config)
      : http_(std::move(http)), config_(std::move(config)) {
    if (config_.address.find("/apis/") == std::string::npos) api_ = kApi;
  }

  Result<std::unique_ptr<Registry>> another() const override {
    TRY_ASSIGN(auto http, http_.another());
    return std::unique_ptr<Registry>(std::make_unique<ApicurioRegistry>(std::move(http), config_));
  }

  Looked<Index> index(const std::string&) override {
    Index out;
    // Pages of a list that may change meanwhile, and of artifacts of one type.
    out.is_whole = false;
    const std::string query =
        api_ + "/search/artifacts?groupId=" + http::encoded_query_value(config_.group) +
        "&artifactType=JSON&order=asc&orderby=artifactId";
    auto problem = pages(query, "artifacts", [&](std::string_view artifact) {
      if (const auto name = name_of_subject(config_.subjects, text_member(artifact, "artifactId")))
        out.entries.push_back({*name, "", "", "", false});
    });
    if (problem) return *problem;
    if (out.entries.empty()) {
      if (auto no_group = look_for_group()) return *no_group;
    }
    std::ranges::sort(out.entries, {}, &IndexEntry::name);
    return out;
  }

  Looked<std::vector<SchemaVersion>> versions(const std::string&,
                                              const std::string& name) override {
    std::vector<SchemaVersion> out;
    auto problem = pages(path_of(name) + "?order=asc", "versions", [&](std::string_view version) {
      out.push_back({text_member(version, "version"), "", text_member(version, "createdOn"),
                     text_member(version, "state") == "DEPRECATED"});
    });
    if (problem) return *problem;
    std::ranges::stable_sort(out, [](const SchemaVersion& a, const SchemaVersion& b) {
      return version_less(a.version, b.version);
    });
    return out;
  }

  Looked<RemoteSchema> get(const std::string&, const std::string& name,
                           const std::optional<std::string>& version) override {
    const std::string path =
        path_of(name) + '/' + (version ? http::encoded_segment(*version) : "branch=latest");
    auto about = http_.get(path);
    if (!about) return about.problem();
    RemoteSchema out;
    out.name = name;
    out.version = text_member(about->body, "version");
    out.deprecated = text_member(about->body, "state") == "DEPRECATED";
    if (out.version.empty())
      return Problem{ProblemKind::not_json, about->url + ": the answer has no \"version\"",
                     about->status, static_cast<int>(about->attempts.size())};
    const std::string type = text_member(about->body, "artifactType");
    if (!type.empty() && type != "JSON")
      return Problem{
          ProblemKind::unsupported_dialect,
          about->url + ": it is an artifact of " + printable_path(type) + ", not of JSON",
          about->status, static_cast<int>(about->attempts.size())};
    // The version that was told, not the latest once more: another may have come between.
    auto content =
        http_.get_if_changed(path_of(name) + '/' + http::encoded_segment(out.version) + "/content");
    if (!content) return content.problem();
    out.url = content->url;
    if (const std::string* etag = http::find_header(content->headers, "ETag")) out.etag = *etag;
    out.content = std::move(content->body);
    return out;
  }

 private:
  std::string path_of(const std::string& name) const {
    return api_ + "/groups/" + http::encoded_segment(config_.group) + "/artifacts/" +
           http::encoded_segment(subject_of_name(config_.subjects, name)) + "/versions";
  }

  // A search in a group that is not there answers an empty list, as if all of its schemas had been deleted.
  std::optional<Problem> look_for_group() {
    if (config_.group == kDefaultGroup) return {};
    const auto group = http_.get(api_ + "/groups/" + http::encoded_segment(config_.group));
    if (!group) return group.problem();
    return {};
  }

  // Until as many were seen as there are: a server may give fewer at a time than it was asked for.
  std::optional<Problem> pages(const std::string& query, std::string_view list,
                               const std::function<void(std::string_view)>& see) {
    std::size_t seen = 0;
    for (std::size_t page = 0; page < kMostPages; ++page) {
      auto answer =
          http_.get(query + "&limit=" + std::to_string(kPage) + "&offset=" + std::to_string(seen));
      if (!answer) return answer.problem();
      std::size_t count = 0;
      const bool is_list =
          each_element(member_text(answer->body, list), [&](std::string_view each) {
            ++count;
            see(each);
          });
      if (!is_list)
        return Problem{ProblemKind::index_inconsistent,
                       answer->url + ": the answer has no list of " + std::string(list),
                       answer->status, static_cast<int>(answer->attempts.size())};
      seen += count;
      if (count == 0 || member_text(answer->body, "count") == std::to_string(seen)) return {};
    }
    return Problem{ProblemKind::too_large, http_.url_of(query) + " has too many pages"};
  }

  RegistryHttp http_;
  RegistryConfig config_;
  std::string api_;
};

}  // namespace

Result<std::unique_ptr<Registry>> open_apicurio_registry(const RegistryConfig& config,
                                                         const RegistryOptions& options) {
  TRY_ASSIGN(auto http, RegistryHttp::open(config, options));
  return std::unique_ptr<Registry>(std::make_unique<ApicurioRegistry>(std::move(http), config));
}

}  // namespace holdfast::schemas
