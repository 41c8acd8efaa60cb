// SPDX-License-Identifier: Apache-2.0
#include "service/folder_sync.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/readable_file.h"
#include "base/root_folder.h"
#include "schemas/pins.h"
#include "schemas/registry.h"
#include "schemas/schema_text.h"

namespace holdfast::service {
namespace {

constexpr std::size_t kMostFiles = 10'000;
constexpr std::size_t kMostBytes = std::size_t{256} << 20U;  // of all files
constexpr std::array<std::string_view, 2> kEndings = {".json", ".schema"};

bool is_schema_file(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return !name.starts_with('_') && !name.starts_with('.') && name != schemas::kLockFile &&
         std::ranges::any_of(kEndings, [&](auto ending) { return name.ends_with(ending); });
}

// "a/b" without slashes at its ends; no step that leads up.
Result<std::string> clean_path(std::string path) {
  while (path.ends_with('/'))
    path.pop_back();
  std::string_view rest = path;
  while (!rest.empty()) {
    const std::string_view step = rest.substr(0, rest.find('/'));
    if (step.empty() || step == "." || step == ".." || step.find('\0') != std::string_view::npos ||
        step.find('\\') != std::string_view::npos)
      return Error(Code::invalid,
                   "the path " + printable_path(path.substr(0, 200)) +
                       " leads out of the folder that this registry syncs from",
                   "a path below it, without \".\" and \"..\"");
    rest.remove_prefix(std::min(step.size() + 1, rest.size()));
  }
  return path;
}

struct SchemaFile {
  std::string path;
  std::string track;
  std::string name;
};

// TRACK/NAME below the path, or NAME in it: then the path's last step is the track.
Result<SchemaFile> place_of(const std::string& file, const std::string& path) {
  const std::string inner = path.empty() ? file : file.substr(path.size() + 1);
  const std::size_t slash = inner.find('/');
  SchemaFile out{file, {}, {}};
  if (slash == std::string::npos) {
    out.track = path.substr(path.rfind('/') + 1);
    out.name = schemas::schema_name_of(inner);
  } else {
    out.track = inner.substr(0, slash);
    out.name = schemas::schema_name_of(inner.substr(slash + 1));
  }
  if (auto fine = schemas::check_track(out.track); !fine)
    return std::move(fine).error().with(printable_path(file));
  if (auto fine = schemas::check_schema_name(out.name); !fine)
    return std::move(fine).error().with(printable_path(file));
  return out;
}

// Whoever asks over HTTP is not told where the root lies: no read_beneath.
Result<std::string> bytes_of(const RootFolder& root, const std::string& file) {
  const Opened opened = root.open_file(file);
  TRY(check_shortage(opened.refusal, opened.reason));
  if (!opened.found || opened.refusal != OpenRefusal::none)
    return Error(Code::invalid, printable_path(file) + ": " + opened.reason);
  return read_descriptor(opened.fd.get(), file, schemas::kMostSchemaBytes);
}

Result<schemas::Publication> publication_of(const SchemaFile& file, std::string bytes,
                                            const std::string& version) {
  const auto text = schemas::read_schema_text(bytes);
  if (!text) return Error(Code::invalid, printable_path(file.path) + ' ' + text.problem().detail);
  schemas::Publication out;
  out.track = file.track;
  out.name = file.name;
  out.version = text->stamps.core_version.value_or(version);
  if (out.version.empty())
    return Error(Code::invalid,
                 printable_path(file.path) + " has no stamp $core_version to say its version",
                 "say the version of such files as \"ref\"");
  if (auto fine = schemas::check_version(out.version); !fine)
    return std::move(fine).error().with(printable_path(file.path));
  out.content = std::move(bytes);
  return out;
}

Result<std::vector<schemas::Publication>> read_folder(const SyncOptions& options) {
  TRY_ASSIGN(const std::string path, clean_path(options.path));
  TRY_ASSIGN(const auto root, RootFolder::open(options.folder));
  TRY_ASSIGN(const auto listing, root.list());
  const std::string before = path.empty() ? "" : path + '/';
  std::vector<schemas::Publication> out;
  std::size_t bytes = 0;
  for (const std::string& file : listing.files) {
    if (!file.starts_with(before) || !is_schema_file(file)) continue;
    if (out.size() == kMostFiles)
      return Error(
          Code::invalid,
          "more than " + std::to_string(kMostFiles) + " schemas are below " + printable_path(path),
          "sync a folder below it");
    TRY_ASSIGN(const SchemaFile place, place_of(file, path));
    TRY_ASSIGN(std::string content, bytes_of(root, file));
    bytes += content.size();
    if (bytes > kMostBytes)
      return Error(
          Code::invalid,
          "the schemas below " + printable_path(path) + " are larger than 256 MiB together",
          "sync a folder below it");
    TRY_ASSIGN(auto publication, publication_of(place, std::move(content), options.version));
    out.push_back(std::move(publication));
  }
  for (const std::string& folder : listing.unreadable)
    if (path.empty() || folder == path || folder.starts_with(before))
      return Error(Code::invalid, printable_path(folder) + " can't be read");
  if (out.empty())
    return Error(Code::not_found,
                 "there is no schema below \"" + printable_path(path) +
                     "\" in the folder that this registry syncs from",
                 "TRACK/NAME.json");
  std::ranges::stable_sort(out, [](const auto& a, const auto& b) {
    return schemas::version_less(a.version, b.version);
  });
  return out;
}

}  // namespace

Result<Synced> sync_folder(PublishedCatalog& catalog, const SyncOptions& options) {
  TRY_ASSIGN(const auto publications, read_folder(options));
  return catalog.write([&](catalog::Catalog& with) -> Result<Synced> {
    Synced out;
    out.file_count = publications.size();
    TRY_ASSIGN(auto transaction, schemas::begin_publishing(with));
    for (const schemas::Publication& publication : publications) {
      TRY_ASSIGN(auto published, schemas::publish(with, publication, options.actor));
      if (published.effect != schemas::PublishEffect::unchanged)
        out.changed.push_back(std::move(published));
    }
    TRY(transaction.commit());
    return out;
  });
}

}  // namespace holdfast::service
