// SPDX-License-Identifier: Apache-2.0
#include "schemas/registry_directory.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "base/root_folder.h"
#include "base/utf8.h"
#include "schemas/file_tree.h"
#include "schemas/pins.h"
#include "schemas/schema_text.h"

namespace holdfast::schemas {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCommitDigits = 12;

/// The files of one schema: one without a version, or some with.
struct Files {
  std::string single;                                         // its path
  std::vector<std::pair<std::string, std::string>> versions;  // version and path, oldest first
};

bool is_schema_file(std::string_view file) {
  return (file.ends_with(".json") || file.ends_with(".schema")) && !file.starts_with('.') &&
         file != kMetadataFile && file != kLockFile;
}

class DirectoryRegistry final : public Registry {
 public:
  DirectoryRegistry(std::unique_ptr<FileTree> tree, const RegistryConfig& config,
                    const RegistryOptions& options)
      : tree_(std::move(tree)),
        shown_(shown_place(config.address)),
        config_(config),
        options_(options) {}

  Result<std::unique_ptr<Registry>> another() const override {
    return open_directory_registry(config_, options_);
  }

  Looked<Index> index(const std::string& track) override {
    if (auto problem = load(track)) return *problem;
    Index out;
    for (const auto& [name, files] : schemas_) {
      IndexEntry entry;
      entry.name = name;
      if (!files.versions.empty()) entry.version = files.versions.back().first;
      out.entries.push_back(std::move(entry));
    }
    return out;
  }

  Looked<std::vector<SchemaVersion>> versions(const std::string& track,
                                              const std::string& name) override {
    auto files = find(track, name);
    if (!files) return files.problem();
    std::vector<SchemaVersion> out;
    for (const auto& [version, path] : (*files)->versions)
      out.push_back({version, "", "", false});
    if (!out.empty()) return out;
    auto past = tree_->past_of((*files)->single);
    if (!past) return past.problem();
    for (const FileTree::Past& each : *past)
      out.push_back({each.revision, "", each.at, false});
    if (!out.empty()) return out;
    auto now = get(track, name, {});
    if (!now) return now.problem();
    out.push_back({now->version, "", "", false});
    return out;
  }

  Looked<RemoteSchema> get(const std::string& track, const std::string& name,
                           const std::optional<std::string>& version) override {
    auto files = find(track, name);
    if (!files) return files.problem();
    const Files& of = **files;
    std::string path = of.single;
    std::string found_version;
    for (const auto& [each, file] : of.versions) {
      if (version && each != *version) continue;
      path = file;
      found_version = each;
    }
    const bool is_past = version && found_version.empty() && !of.single.empty();
    if (path.empty() || (version && found_version.empty() && of.single.empty()))
      return Problem{ProblemKind::not_found,
                     shown(name) + " has no version " + printable_path(version.value_or("at all"))};
    return read(name, path, found_version, is_past ? version : std::nullopt);
  }

 private:
  // A single file is of the version of its stamp; any other version is a commit.
  Looked<RemoteSchema> read(const std::string& name, const std::string& path,
                            const std::string& found_version,
                            const std::optional<std::string>& asked) {
    auto bytes = tree_->read(path);
    if (!bytes) return bytes.problem();
    RemoteSchema out;
    out.name = name;
    out.url = printable_path(shown_ + '/' + path);
    out.content = std::move(*bytes);
    stamp(out, found_version);
    if (!asked || out.version == *asked) return out;
    auto old = tree_->read_at(*asked, path);
    if (!old) {
      if (old.problem().kind == ProblemKind::cancelled) return old.problem();
      return Problem{
          ProblemKind::not_found,
          shown(name) + " has no version " + printable_path(*asked) + ": " + old.problem().detail};
    }
    out.content = std::move(*old);
    stamp(out, asked->substr(0, kCommitDigits));
    return out;
  }

  static void stamp(RemoteSchema& schema, const std::string& version) {
    schema.version = version;
    const auto text = read_schema_text(schema.content);
    if (!text) return;
    if (version.empty()) schema.version = text->stamps.core_version.value_or("");
    schema.schema_id = text->stamps.schema_id.value_or("");
  }

  std::string shown(const std::string& name) const {
    return printable_path(shown_) + ": " + printable_path(name);
  }

  Looked<const Files*> find(const std::string& track, const std::string& name) {
    if (auto problem = load(track)) return *problem;
    const auto found = schemas_.find(name);
    if (found == schemas_.end())
      return Problem{ProblemKind::not_found, shown(name) + " is not there"};
    return &found->second;
  }

  std::optional<Problem> load(const std::string& track) {
    if (loaded_ == track) return {};
    auto files = tree_->list();
    if (!files) return files.problem();
    // Another track's schemas are not this one's: a folder without tracks is named by its own ending, or asked for without a track.
    const std::string folder = track.empty() || is_named_after(track) ? "" : track + '/';
    schemas_.clear();
    twice_.clear();
    for (const std::string& file : *files)
      if (file.starts_with(folder)) take(file, folder.size());
    if (!twice_.empty())
      return Problem{ProblemKind::index_inconsistent,
                     printable_path(shown_) + " has more than one of " + twice_};
    if (schemas_.empty())
      return Problem{ProblemKind::not_found,
                     printable_path(shown_) + " has no schema" +
                         (track.empty() ? "" : " of track " + printable_path(track))};
    for (auto& [name, each] : schemas_)
      std::ranges::sort(each.versions, [](const auto& a, const auto& b) {
        return version_less(a.first, b.first);
      });
    loaded_ = track;
    return {};
  }

  // "published/v1", "git:HEAD:published/v1".
  bool is_named_after(const std::string& track) const {
    std::string_view address = shown_;
    while (address.ends_with('/'))
      address.remove_suffix(1);
    if (!address.ends_with(track)) return false;
    address.remove_suffix(track.size());
    return address.empty() || address.ends_with('/') || address.ends_with(':');
  }

  void take(const std::string& file, std::size_t skipped) {
    const std::string_view rest = std::string_view(file).substr(skipped);
    const std::size_t slash = rest.find('/');
    const std::string_view last = slash == std::string_view::npos ? rest : rest.substr(slash + 1);
    if (last.find('/') != std::string_view::npos || !is_schema_file(last)) return;
    const std::string spelt = schema_name_of(rest.substr(0, std::min(slash, rest.size())));
    // As pins are called whose names no catalog can hold.
    const std::string name =
        find_malformed_utf8(spelt) == std::string::npos ? spelt : printable_path(spelt);
    Files& of = schemas_[name];
    if (slash == std::string_view::npos) {
      if (!of.single.empty() || !of.versions.empty())
        twice(name, of.single.empty() ? of.versions.front().second : of.single, file);
      of.single = file;
      return;
    }
    std::string version = schema_name_of(last);
    if (find_malformed_utf8(version) != std::string::npos) version = printable_path(version);
    const auto taken =
        std::ranges::find_if(of.versions, [&](const auto& each) { return each.first == version; });
    if (!of.single.empty()) twice(name, of.single, file);
    if (taken != of.versions.end()) twice(name + ' ' + version, taken->second, file);
    of.versions.emplace_back(std::move(version), file);
  }

  void twice(const std::string& name, const std::string& one, const std::string& other) {
    twice_ = printable_path(name) + ": " + printable_path(one) + " and " + printable_path(other);
  }

  std::unique_ptr<FileTree> tree_;
  std::string shown_;
  RegistryConfig config_;
  RegistryOptions options_;
  std::optional<std::string> loaded_;  // the track
  std::string twice_;                  // a name that several files have, and two of these
  std::map<std::string, Files, std::less<>> schemas_;
};

}  // namespace

Status refuse_other_addresses(const RegistryConfig& config, const std::string& workspace_folder) {
  const std::string& address = config.address;
  std::error_code ignored;
  if (address.starts_with("git:") || fs::exists(fs::path(workspace_folder) / address, ignored))
    return {};
  const std::string shown = printable_path(config.shown());
  if (address.find("://") != std::string::npos || is_misspelt_url(address))
    return Error(Code::invalid, shown + " is no address of a registry",
                 "http://…, https://…, a folder or git:REVISION:PATH");
  const std::size_t at = address.rfind('@');
  if (at != std::string::npos && address.find(':') < at)
    return Error(
        Code::invalid,
        "this is no folder: it looks like a user and a password before \"@\", which are not "
        "shown, without http://",
        "http://USER:PASSWORD@HOST:PORT; or http://HOST:PORT, user and password");
  const std::size_t colon = std::min(address.find(':'), address.find('/'));
  const bool is_host = colon > 0 && colon != std::string::npos && address[colon] == ':' &&
                       colon + 1 < address.size() && address[colon + 1] >= '0' &&
                       address[colon + 1] <= '9';
  if (is_host)
    return Error(Code::invalid, shown + " is no folder", "did you mean http://" + shown + "?");
  return {};
}

Result<std::unique_ptr<Registry>> open_directory_registry(const RegistryConfig& config,
                                                          const RegistryOptions& options) {
  if (config.address.empty())
    return Error(Code::invalid, "no registry is named",
                 "set registry in [schemas.NAME], or --registry-url");
  TRY_ASSIGN(auto place, parse_git_place(config.address, options.workspace_folder));
  std::unique_ptr<FileTree> tree;
  if (place) {
    tree = git_tree(*std::move(place), options.cancel);
  } else {
    const fs::path asked(config.address);
    const fs::path folder =
        asked.is_absolute() ? asked : fs::path(options.workspace_folder) / asked;
    TRY(refuse_other_addresses(config, options.workspace_folder));
    tree = folder_tree(folder.string());
  }
  return std::unique_ptr<Registry>(
      std::make_unique<DirectoryRegistry>(std::move(tree), config, options));
}

}  // namespace holdfast::schemas
