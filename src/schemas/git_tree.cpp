// SPDX-License-Identifier: Apache-2.0
// Files of one revision, through the git program: ls-tree for the names, cat-file for the bytes, log for the past. Nothing is checked
// out, no hook and no pager runs, and no word of ours can be taken for an option.
#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "base/child_process.h"
#include "base/root_folder.h"
#include "schemas/file_tree.h"
#include "schemas/registry_config.h"
#include "schemas/schema_text.h"

namespace holdfast::schemas {
namespace {

constexpr std::chrono::seconds kPatience{60};  // for a line of git's output, and for its end
constexpr std::size_t kMostOutputBytes = std::size_t{64} << 20U;
constexpr const char* kMostPast = "1000";

bool is_plain(std::string_view word) {
  return !word.starts_with('-') &&
         std::ranges::none_of(word, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

struct Blob {
  std::string object;
  std::uint64_t size_bytes = 0;
};

class GitTree final : public FileTree {
 public:
  GitTree(GitPlace place, const Cancel* cancel) : place_(std::move(place)), cancel_(cancel) {}

  Looked<std::vector<std::string>> list() override {
    if (auto problem = load()) return *problem;
    std::vector<std::string> names;
    names.reserve(blobs_.size());
    for (const auto& [name, blob] : blobs_)
      names.push_back(name);
    return names;
  }

  Looked<std::string> read(const std::string& path) override {
    if (auto problem = load()) return *problem;
    const auto found = blobs_.find(path);
    if (found == blobs_.end())
      return Problem{ProblemKind::not_found, shown(path) + " is not there"};
    return blob(found->second, path);
  }

  Looked<std::vector<Past>> past_of(const std::string& path) override {
    auto text =
        run({"log", "--format=%H %cI", "-n", kMostPast, place_.revision, "--", below(path)});
    if (!text) return text.problem();
    std::vector<Past> past;
    std::string_view rest = *text;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      const std::string_view line = rest.substr(0, end);
      const std::size_t blank = line.find(' ');
      if (blank != std::string_view::npos)
        past.push_back({std::string(line.substr(0, blank)), std::string(line.substr(blank + 1))});
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    std::ranges::reverse(past);
    return past;
  }

  Looked<std::string> read_at(const std::string& revision, const std::string& path) override {
    if (!is_plain(revision) || revision.empty())
      return Problem{ProblemKind::not_found, printable_path(revision) + " is no revision"};
    GitTree other({place_.folder, revision, place_.path}, cancel_);
    return other.read(path);
  }

 private:
  std::string below(const std::string& path) const {
    return place_.path.empty() ? path : place_.path + '/' + path;
  }
  std::string shown(const std::string& path) const {
    return printable_path(shown_place("git:" + place_.revision + ':' + below(path)));
  }

  std::optional<Problem> load() {
    if (loaded_) return {};
    std::vector<std::string> words = {"ls-tree", "-r", "-l", "-z", place_.revision};
    if (!place_.path.empty()) words.push_back(place_.path + '/');
    auto text = run(words);
    if (!text) return text.problem();
    std::string_view rest = *text;
    const std::string prefix = place_.path.empty() ? "" : place_.path + '/';
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\0'), rest.size());
      take(rest.substr(0, end), prefix);
      if (blobs_.size() > kMostTreeFiles)
        return Problem{ProblemKind::too_large, shown("") + " has too many files"};
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (blobs_.empty())
      return Problem{ProblemKind::no_folder, "there is no folder " +
                                                 printable_path(shown_place(place_.path)) +
                                                 " in revision " + printable_path(place_.revision)};
    loaded_ = true;
    return {};
  }

  // "100644 blob <object> <blanks><size>\t<name>"; links and submodules are left out.
  void take(std::string_view line, const std::string& prefix) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string_view::npos || !line.starts_with("100")) return;
    const std::string name(line.substr(tab + 1));
    if (!name.starts_with(prefix)) return;
    const std::string_view head = line.substr(0, tab);
    const std::size_t object = head.find("blob ");
    if (object == std::string_view::npos) return;
    const std::string_view rest = head.substr(object + 5);
    const std::size_t blank = std::min(rest.find(' '), rest.size());
    Blob blob{std::string(rest.substr(0, blank)), 0};
    const std::size_t digits = rest.find_first_not_of(' ', blank);
    if (digits == std::string_view::npos) return;
    std::from_chars(rest.data() + digits, rest.data() + rest.size(), blob.size_bytes);
    blobs_[name.substr(prefix.size())] = std::move(blob);
  }

  Looked<std::string> blob(const Blob& blob, const std::string& path) {
    if (blob.size_bytes > kMostSchemaBytes)
      return Problem{ProblemKind::too_large, shown(path) + " is larger than 16 MiB"};
    auto bytes = run({"cat-file", "blob", blob.object});
    if (!bytes) return bytes.problem();
    // Lines come without their ends: whether the last had one is told by the size.
    if (bytes->size() == blob.size_bytes + 1 && bytes->ends_with('\n')) bytes->pop_back();
    if (bytes->size() != blob.size_bytes)
      return Problem{ProblemKind::unreadable, shown(path) + ": git gave " +
                                                  std::to_string(bytes->size()) + " of " +
                                                  std::to_string(blob.size_bytes) + " bytes"};
    return std::move(*bytes);
  }

  /// Its output, each line with a line feed.
  Looked<std::string> run(const std::vector<std::string>& words) const {
    std::vector<std::string> argv = {"git", "--no-pager", "-c", "core.quotePath=false"};
    argv.insert(argv.end(), words.begin(), words.end());
    ChildOptions options;
    options.folder = place_.folder;
    options.environment = {{"GIT_TERMINAL_PROMPT", "0"},
                           {"GIT_OPTIONAL_LOCKS", "0"},
                           {"GIT_LITERAL_PATHSPECS", "1"},
                           {"LC_ALL", "C"}};
    options.max_line_bytes = kMostOutputBytes;
    auto child = ChildProcess::start(argv, options);
    if (!child)
      return Problem{ProblemKind::unreadable, "git can't be run: " + child.error().message()};
    child->close_input();
    std::string out;
    for (;;) {
      auto line = child->read_line(kPatience, cancel_);
      if (!line) {
        const bool is_cancel = line.error().code() == Code::cancelled;
        return Problem{is_cancel ? ProblemKind::cancelled : ProblemKind::unreadable,
                       "git " + words.front() + ": " + line.error().message()};
      }
      if (!*line) break;
      out += **line;
      out += '\n';
      if (out.size() > kMostOutputBytes)
        return Problem{ProblemKind::too_large, "git " + words.front() + " gave more than 64 MiB"};
    }
    const ChildEnd end = child->wait(kPatience);
    if (!end.ok())
      return Problem{
          is_no_revision(child->error_tail()) ? ProblemKind::not_found : ProblemKind::unreadable,
          "git " + words.front() + " of " + printable_path(place_.revision) + ": " + end.text() +
              ": " + printable_path(first_line(child->error_tail()))};
    return out;
  }

  // The words of git, in the C locale, for a name that leads to no object.
  static bool is_no_revision(const std::string& text) {
    return text.find("ot a valid object name") != std::string::npos ||
           text.find("unknown revision") != std::string::npos;
  }

  static std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

  GitPlace place_;
  const Cancel* cancel_;
  std::map<std::string, Blob> blobs_;
  bool loaded_ = false;
};

}  // namespace

Result<std::optional<GitPlace>> parse_git_place(const std::string& text,
                                                const std::string& folder) {
  constexpr std::string_view kPrefix = "git:";
  if (!text.starts_with(kPrefix)) return std::optional<GitPlace>();
  const std::size_t colon = text.find(':', kPrefix.size());
  if (colon == std::string::npos || colon == kPrefix.size())
    return Error(Code::invalid, "\"" + text + "\" is not git:REVISION:PATH",
                 "for example git:main:schemas/v1");
  GitPlace place;
  place.folder = folder;
  place.revision = text.substr(kPrefix.size(), colon - kPrefix.size());
  place.path = text.substr(colon + 1);
  while (place.path.ends_with('/'))
    place.path.pop_back();
  if (place.path == ".") place.path.clear();
  if (!is_plain(place.revision) || !is_plain(place.path))
    return Error(Code::invalid, "\"" + printable_path(text) +
                                    "\": a revision or path does not begin with '-' and has no "
                                    "control characters");
  return std::optional<GitPlace>(std::move(place));
}

std::unique_ptr<FileTree> git_tree(GitPlace place, const Cancel* cancel) {
  return std::make_unique<GitTree>(std::move(place), cancel);
}

}  // namespace holdfast::schemas
