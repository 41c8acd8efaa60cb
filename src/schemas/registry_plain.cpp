// SPDX-License-Identifier: Apache-2.0
#include "schemas/registry_plain.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/root_folder.h"
#include "core/json_scan.h"
#include "http/url.h"
#include "schemas/pins.h"
#include "schemas/registry_http.h"

namespace holdfast::schemas {
namespace {

constexpr std::size_t kMostEntries = 1'000'000;

class PlainRegistry final : public Registry {
 public:
  explicit PlainRegistry(RegistryHttp http) : http_(std::move(http)) {}

  Result<std::unique_ptr<Registry>> another() const override {
    TRY_ASSIGN(auto http, http_.another());
    auto other = std::make_unique<PlainRegistry>(std::move(http));
    other->names_ = names_;
    other->track_ = track_;
    return std::unique_ptr<Registry>(std::move(other));
  }

  Looked<Index> index(const std::string& track) override {
    auto answer = http_.get("/index");
    if (!answer) return answer.problem();
    const std::string_view body = answer->body;
    const auto broken = [&](const std::string& what) {
      return Problem{ProblemKind::index_inconsistent, answer->url + ": " + what, answer->status,
                     static_cast<int>(answer->attempts.size())};
    };
    const std::string_view tracks = member_text(body, "tracks");
    if (!tracks.starts_with('{')) return broken("the answer has no \"tracks\"");
    const std::string_view one = member_text(tracks, track);
    if (one.empty())
      return Problem{ProblemKind::not_found, answer->url + " has no track " + printable_path(track),
                     answer->status, static_cast<int>(answer->attempts.size())};
    Index out;
    names_.clear();
    track_ = track;
    out.generated_at = text_member(body, "generated_at");
    std::string twice;
    bool is_whole = true;
    const bool is_list = each_element(member_text(one, "schemas"), [&](std::string_view entry) {
      is_whole = take(entry, out, twice) && is_whole;
    });
    if (!is_list || !is_whole)
      return broken("track " + printable_path(track) + " has no list of named schemas");
    if (!twice.empty()) return broken(printable_path(twice) + " is in the index twice");
    const std::string_view count = member_text(one, "count");
    if (!count.empty() && count != std::to_string(out.entries.size()))
      return broken("the index counts " + printable_path(count) + " schemas and lists " +
                    std::to_string(out.entries.size()));
    std::ranges::sort(out.entries, {}, &IndexEntry::name);
    return out;
  }

  Looked<std::vector<SchemaVersion>> versions(const std::string& track,
                                              const std::string& name) override {
    if (auto problem = know_names(track)) return *problem;
    auto answer = http_.get(path_of(track, name) + "/versions");
    if (!answer) return answer.problem();
    std::vector<SchemaVersion> out;
    const bool is_list = each_element(answer->body, [&](std::string_view entry) {
      out.push_back({text_member(entry, "core_version"), text_member(entry, "sha256"),
                     text_member(entry, "created_at"), flag_member(entry, "deprecated")});
    });
    if (!is_list)
      return Problem{ProblemKind::not_json, answer->url + " answered no list of versions"};
    std::ranges::stable_sort(out, [](const SchemaVersion& a, const SchemaVersion& b) {
      return version_less(a.version, b.version);
    });
    return out;
  }

  Looked<RemoteSchema> get(const std::string& track, const std::string& name,
                           const std::optional<std::string>& version) override {
    if (auto problem = know_names(track)) return *problem;
    std::string path = path_of(track, name);
    if (version) path += "?version=" + http::encoded_query_value(*version);
    auto answer = http_.get_if_changed(path);
    if (answer && answer->status == 304 && !is_as_listed(name, version, answer->body))
      answer = http_.get(path);
    if (!answer) return answer.problem();
    const std::string_view body = answer->body;
    const int attempts = static_cast<int>(answer->attempts.size());
    RemoteSchema out;
    out.name = name;
    out.version = text_member(body, "core_version");
    out.schema_id = text_member(body, "$schema_id");
    out.declared_sha256 = text_member(body, "sha256");
    out.deprecated = flag_member(body, "deprecated");
    out.deprecation_note = text_member(body, "deprecation_note");
    out.url = answer->url;
    if (const std::string* etag = http::find_header(answer->headers, "ETag")) out.etag = *etag;
    const std::string_view content = member_text(body, "content");
    if (content.empty())
      return Problem{ProblemKind::not_json, answer->url + ": the answer has no \"content\"",
                     answer->status, attempts};
    // A registry may keep the text itself; the source hashes that as it is.
    out.content = content.starts_with('"') ? core::json_unescaped(content) : std::string(content);
    if (auto problem = other_schema(body, track, name, version)) {
      problem->detail.insert(0, answer->url + ": ");
      problem->attempts = attempts;
      return *problem;
    }
    return out;
  }

 private:
  bool take(std::string_view entry, Index& index, std::string& twice) {
    const std::string asked = text_member(entry, "name");
    if (asked.empty() || index.entries.size() == kMostEntries) return false;
    const std::string name = schema_name_of(asked);
    IndexEntry listed = {name, text_member(entry, "latest_core_version"),
                         text_member(entry, "$schema_id"), text_member(entry, "sha256"),
                         flag_member(entry, "deprecated")};
    if (!names_.emplace(name, Listed{asked, listed}).second) twice = name;
    index.entries.push_back(std::move(listed));
    return true;
  }

  // The registry may have been asked for one thing and have answered another.
  static std::optional<Problem> other_schema(std::string_view body, const std::string& track,
                                             const std::string& name,
                                             const std::optional<std::string>& version) {
    const std::string told = text_member(body, "name");
    if (!told.empty() && schema_name_of(told) != name)
      return Problem{ProblemKind::id_mismatch, "it was asked for " + printable_path(name) +
                                                   " and answered " + printable_path(told)};
    const std::string of_track = text_member(body, "track");
    if (!of_track.empty() && of_track != track)
      return Problem{ProblemKind::id_mismatch, "it was asked for track " + printable_path(track) +
                                                   " and answered " + printable_path(of_track)};
    const std::string of_version = text_member(body, "core_version");
    if (version && !of_version.empty() && of_version != *version)
      return Problem{ProblemKind::id_mismatch, "it was asked for version " +
                                                   printable_path(*version) + " and answered " +
                                                   printable_path(of_version)};
    return {};
  }

  // Whether the latest answer that is known is the one that the index tells of now.
  bool is_as_listed(const std::string& name, const std::optional<std::string>& version,
                    std::string_view body) const {
    const auto listed = names_.find(name);
    if (version || listed == names_.end()) return true;
    const auto agrees = [&](const std::string& told, const char* key) {
      return told.empty() || told == text_member(body, key);
    };
    const IndexEntry& entry = listed->second.entry;
    return agrees(entry.version, "core_version") && agrees(entry.declared_sha256, "sha256") &&
           entry.deprecated == flag_member(body, "deprecated");
  }

  std::optional<Problem> know_names(const std::string& track) {
    if (track_ == track) return {};
    const auto read = index(track);
    if (!read) return read.problem();
    return {};
  }

  std::string path_of(const std::string& track, const std::string& name) const {
    const auto known = names_.find(name);
    return "/schemas/" + http::encoded_segment(track) + '/' +
           http::encoded_segment(known == names_.end() ? name : known->second.asked);
  }

  RegistryHttp http_;
  struct Listed {
    std::string asked;  // the name as the registry has it
    IndexEntry entry;
  };

  std::optional<std::string> track_;  // whose index was read
  std::map<std::string, Listed, std::less<>> names_;
};

}  // namespace

Result<std::unique_ptr<Registry>> open_plain_registry(const RegistryConfig& config,
                                                      const RegistryOptions& options) {
  TRY_ASSIGN(auto http, RegistryHttp::open(config, options));
  return std::unique_ptr<Registry>(std::make_unique<PlainRegistry>(std::move(http)));
}

}  // namespace holdfast::schemas
