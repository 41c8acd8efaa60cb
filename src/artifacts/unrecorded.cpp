// SPDX-License-Identifier: Apache-2.0
// 1. List every root that does not lie inside another one.
// 2. Go through all rows: mark the listed file a path names; where it names none as written (links,
//    "..", a nested root), remember the identity of what it leads to.
// 3. What is not marked, and is not one of those identities, is unrecorded.
#include "artifacts/unrecorded.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "artifacts/judge.h"
#include "artifacts/rules.h"
#include "base/shell_word.h"
#include "core/canonical_json.h"
#include "core/file_hasher.h"

namespace holdfast::artifacts {
namespace {

constexpr std::int64_t kPageRows = 2000;
constexpr std::size_t kMaxNamedMoves = 5;  // in one finding; the rest is counted

using FileKey = std::pair<std::uint64_t, std::uint64_t>;  // device, inode

FileKey key_of(const FileIdentity& identity) {
  return {identity.device, identity.inode};
}

/// "a//./b" as "a/b"; none where only the file system can tell (".." or an absolute path elsewhere).
std::optional<std::string> plain_path(std::string_view path, const std::string& root) {
  if (!path.empty() && path.front() == '/') {
    const bool below = path.size() > root.size() + 1 && path.starts_with(root) &&
                       (root.ends_with('/') || path[root.size()] == '/');
    if (!below) return {};
    path.remove_prefix(root.size());
  }
  std::string out;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    if (part == "..") return {};
    if (part.empty() || part == ".") continue;
    if (!out.empty()) out += '/';
    out += part;
  }
  return out;
}

bool is_inside(const std::string& folder, const std::string& other) {
  return folder.size() > other.size() && folder.starts_with(other) &&
         (other.ends_with('/') || folder[other.size()] == '/');
}

struct ListedRoot {
  const RootFolder* root = nullptr;
  bool listed = false;  // else it lies inside another root, which lists it
  IgnoreList ignore;
  std::vector<std::string> files;
  std::vector<bool> recorded;
};

class Survey {
 public:
  Survey(const Roots& roots, const SourceConfig& config) : roots_(roots), config_(config) {}

  Status list(std::vector<std::string>& unreadable) {
    std::vector<std::string> real;  // two roots may be one folder under two names
    for (const RootFolder& root : roots_.folders())
      real.push_back(real_path(root.path()));
    for (std::size_t i = 0; i < real.size(); ++i) {
      const RootFolder& root = roots_.folders()[i];
      ListedRoot listed;
      listed.root = &root;
      listed.listed = !is_nested(real, i);
      if (listed.listed) {
        TRY_ASSIGN(listed.ignore, ignore_list_of(config_, root.path()));
        TRY_ASSIGN(auto listing, root.list());
        listed.files = std::move(listing.files);
        listed.recorded.assign(listed.files.size(), false);
        for (const std::string& folder : listing.unreadable) {
          if (!listed.ignore.matches(folder)) unreadable.push_back(root.path() + '/' + folder);
        }
      }
      listed_.push_back(std::move(listed));
    }
    return {};
  }

  Status mark(const std::string& path) {
    for (ListedRoot& root : listed_) {
      if (!root.listed) break;
      const auto plain = plain_path(path, root.root->path());
      if (!plain) continue;
      const auto at = std::lower_bound(root.files.begin(), root.files.end(), *plain);
      if (at == root.files.end() || *at != *plain) continue;
      root.recorded[static_cast<std::size_t>(at - root.files.begin())] = true;
      return {};
    }
    const Roots::Resolved resolved = roots_.resolve(path);
    if (resolved.opened.found) led_to_.insert(key_of(resolved.opened.identity));
    return check_shortage(resolved.opened.refusal, resolved.opened.reason);
  }

  Result<std::vector<UnrecordedFile>> rest() {
    std::vector<UnrecordedFile> out;
    for (ListedRoot& root : listed_) {
      for (std::size_t i = 0; i < root.files.size(); ++i) {
        if (root.recorded[i] || root.ignore.matches(root.files[i])) continue;
        const Opened seen = root.root->stat_file(root.files[i]);
        TRY(check_shortage(seen.refusal, seen.reason));
        if (!seen.found || led_to_.contains(key_of(seen.identity))) continue;
        out.push_back({root.root, std::move(root.files[i]), seen.identity.size_bytes});
      }
    }
    return out;
  }

 private:
  static std::string real_path(const std::string& path) {
    std::error_code failed;
    const auto real = std::filesystem::canonical(path, failed);
    return failed ? path : real.string();
  }
  /// Lies inside another root, or is the same folder as an earlier one.
  static bool is_nested(const std::vector<std::string>& real, std::size_t i) {
    for (std::size_t other = 0; other < real.size(); ++other) {
      if (is_inside(real[i], real[other]) || (other < i && real[i] == real[other])) return true;
    }
    return false;
  }

  const Roots& roots_;
  const SourceConfig& config_;
  std::vector<ListedRoot> listed_;
  std::set<FileKey> led_to_;
};

/// "file:atlas/raw/one.bin": the path below the root; with several roots, where each may have it, the absolute path without its
/// first '/'.
core::Subject file_subject(const SourceConfig& config, std::string_view path) {
  path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
  return {"file", config.name + '/' + subject_name(path)};
}

core::Finding file_finding(const SourceConfig& config, const std::string& path,
                           std::string_view rule) {
  core::Finding finding;
  finding.subject = file_subject(config, path);
  finding.rule = rule;
  finding.level = core::find_rule(rules(), rule)->level;
  return finding;
}

/// What one content is named by, on both sides.
struct SameContent {
  std::vector<std::size_t> rows;   // of `missing`
  std::vector<std::size_t> files;  // of `files`
};
using ContentMap = std::map<core::Sha256Digest, SameContent>;

std::string named(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size() && i < kMaxNamedMoves; ++i) {
    if (i != 0) out += ", ";
    out += names[i];
  }
  if (names.size() > kMaxNamedMoves)
    out += " and " + std::to_string(names.size() - kMaxNamedMoves) + " more";
  return out;
}

/// What to do about a missing row whose content is at `paths`. The command is whole where there is one row and one file for it.
std::string moved_hint(const SourceConfig& config, const MissingRow& row, const SameContent& same,
                       const std::vector<UnrecordedFile>& files) {
  std::vector<std::string> paths;
  for (const std::size_t i : same.files)
    paths.push_back(printable_path(files[i].path));
  const std::string found = "its content is at " + named(paths) + ": if it was moved";
  if (!is_catalogs_own(config))
    return found + ", set the row's path to that; else restore the file";
  const std::string& path = files[same.files.front()].path;
  const bool one = same.files.size() == 1 && same.rows.size() == 1 && config.roots.size() == 1 &&
                   core::is_utf8(path);
  return found + ": " + move_command(config, row.row.id, one ? path : "PATH") +
         "; else restore the file" + forget_hint(config, row.row.id);
}

/// Names the files to the rows; the names of the rows come back, for the files.
std::string tell_rows(const SourceConfig& config, const SameContent& same,
                      std::vector<MissingRow>& missing, const std::vector<UnrecordedFile>& files) {
  std::vector<std::string> paths;
  for (const std::size_t i : same.files)
    paths.push_back(printable_path(files[i].path));
  std::vector<std::string> subjects;
  for (const std::size_t i : same.rows) {
    subjects.push_back(missing[i].report.subject.text());
    for (core::Finding& finding : missing[i].report.findings) {
      finding.witness.push_back({"same_content_at", named(paths)});
      finding.hint = moved_hint(config, missing[i], same, files);
    }
  }
  return named(subjects);
}

/// Hashes the files whose size a missing row has, and adds those whose content one has.
Result<std::uint64_t> find_same(const std::vector<UnrecordedFile>& files,
                                const std::set<std::uint64_t>& sizes, ContentMap& contents,
                                const MoveOptions& options) {
  std::size_t next_file = 0;
  std::uint64_t size_bytes_read = 0;
  const auto next = [&]() -> std::optional<core::HashJob> {
    if (options.cancel != nullptr && options.cancel->requested()) return {};
    while (next_file < files.size() && !sizes.contains(files[next_file].size_bytes))
      ++next_file;
    if (next_file >= files.size()) return {};
    const UnrecordedFile& file = files[next_file];
    return core::HashJob{next_file++, file.path, file.root};
  };
  const auto done = [&](core::HashOutcome outcome) -> Status {
    size_bytes_read += outcome.size_bytes_read;
    TRY(check_shortage(outcome.refusal, outcome.reason));
    if (outcome.verdict != core::HashVerdict::hashed) return {};
    const auto found = contents.find(outcome.digest);
    if (found != contents.end())
      found->second.files.push_back(static_cast<std::size_t>(outcome.ticket));
    return {};
  };
  TRY(core::hash_files(next, done, {.rate = options.rate, .cancel = options.cancel}));
  return size_bytes_read;
}

// How the row of a file that was moved gets this one.
std::string take_over(const SourceConfig& config, const UnrecordedFile& file) {
  if (!core::is_utf8(file.path))
    return "rename it (no row can hold a name that is not UTF-8), then look again";
  if (!is_catalogs_own(config)) return "set that row's path to this one";
  return "holdfast artifacts move gives that row this path";
}

// Equal for all files of a root, so that a table can fold them.
std::string unrecorded_hint(const SourceConfig& config, const UnrecordedFile& file) {
  const std::string ignore = "name it under ignore of [artifacts." + config.name + ']';
  if (!core::is_utf8(file.path))
    return "no row can hold a name that is not UTF-8: rename it, or " + ignore;
  return ignore + ", or make rows: holdfast artifacts import " + config.name + " --from-folder " +
         shell_word(printable_path(file.root->path()));
}

}  // namespace

Result<UnrecordedFiles> find_unrecorded(ArtifactTable& table, const Roots& roots,
                                        const Cancel* cancel) {
  UnrecordedFiles out;
  Survey survey(roots, table.config());
  TRY(survey.list(out.unreadable_folders));
  PageQuery query;
  query.limit = kPageRows;
  while (true) {
    if (cancel != nullptr && cancel->requested())
      return Error(Code::cancelled, "stopped while listing files without a row");
    TRY_ASSIGN(const auto rows, table.page(query));
    if (rows.empty()) break;
    for (const ArtifactRow& row : rows) {
      if (row.path && !row.path->empty() && !is_foreign(row, table.config()))
        TRY(survey.mark(*row.path));
    }
    query.after = RowCursor{rows.back().type, rows.back().id};
  }
  TRY_ASSIGN(out.files, survey.rest());
  return out;
}

core::SubjectReport unrecorded_report(const SourceConfig& config, const UnrecordedFile& file,
                                      const std::string& same_content_as, Timestamp observed_at) {
  const std::string shown = printable_path(file.path);
  const std::string name =
      config.roots.size() == 1 ? file.path : file.root->path() + '/' + file.path;
  core::Finding finding = file_finding(config, name, kUnrecordedFile);
  finding.observed = shown;
  finding.message = finding.subject.text() + ": " + shown + " has no row";
  finding.witness = {{"path", shown},
                     {"root", printable_path(file.root->path())},
                     {"observed_size_bytes", static_cast<std::int64_t>(file.size_bytes)}};
  finding.hint = unrecorded_hint(config, file);
  finding.file = finding_file(config, file.root->path(), file.path);
  if (!same_content_as.empty()) {
    finding.witness.push_back({"same_content_as", same_content_as});
    finding.hint = "it has the recorded content of " + same_content_as +
                   ", whose file is gone: if it was moved, " + take_over(config, file);
  }
  core::SubjectReport report;
  report.subject = finding.subject;
  report.verdict = core::Verdict::unrecorded;
  report.observed_at = observed_at;
  report.basis = "nothing";
  report.findings.push_back(std::move(finding));
  return report;
}

core::SubjectReport unreadable_folder_report(const SourceConfig& config, const std::string& folder,
                                             Timestamp observed_at) {
  const std::string shown = printable_path(folder);
  const bool one_root = config.roots.size() == 1 && is_inside(folder, config.roots.front());
  const std::string name = one_root ? folder.substr(config.roots.front().size()) : folder;
  core::Finding finding = file_finding(config, name, kUnreadable);
  finding.observed = "unreadable";
  finding.message = finding.subject.text() + ": the folder " + shown +
                    " can't be listed: whether it holds files without a row is unknown";
  finding.witness = {{"path", shown}};
  finding.hint = "make the folder readable for this user, or name it under ignore of [artifacts." +
                 config.name + ']';
  finding.file = finding_file(config, "", folder);
  core::SubjectReport report;
  report.subject = finding.subject;
  report.observed_at = observed_at;
  report.basis = "nothing";
  report.findings.push_back(std::move(finding));
  return report;
}

core::SubjectReport listed_report(const std::string& subject, Timestamp observed_at) {
  core::SubjectReport report;
  report.subject = {"file", subject.substr(subject.find(':') + 1)};
  report.verdict = core::Verdict::in_step;
  report.observed_at = observed_at;
  report.proved_at = observed_at;  // the listing itself
  report.basis = "listing";
  return report;
}

Result<Moves> propose_moves(const SourceConfig& config, std::vector<MissingRow>& missing,
                            const std::vector<UnrecordedFile>& files, const MoveOptions& options) {
  ContentMap contents;
  std::set<std::uint64_t> sizes;
  for (std::size_t i = 0; i < missing.size(); ++i) {
    if (!missing[i].size_bytes) continue;
    contents[missing[i].digest].rows.push_back(i);
    sizes.insert(*missing[i].size_bytes);
  }
  Moves moves;
  if (contents.empty()) return moves;
  TRY_ASSIGN(moves.size_bytes_read, find_same(files, sizes, contents, options));
  for (auto& [digest, same] : contents) {
    if (same.files.empty()) continue;
    std::ranges::sort(same.files);  // hashes come in any order
    const std::string subjects = tell_rows(config, same, missing, files);
    for (const std::size_t i : same.files)
      moves.same_content_as.emplace(i, subjects);
  }
  return moves;
}

}  // namespace holdfast::artifacts
