// SPDX-License-Identifier: Apache-2.0
#include "extract/staging.h"

#include <algorithm>
#include <utility>

#include "base/line_reader.h"
#include "base/root_folder.h"
#include "core/json_scan.h"

namespace holdfast::extract {
namespace {

constexpr std::size_t kShownBytes = 80;

/// The key of a row, or why the line is none.
struct KeyOrProblem {
  std::string key;
  std::string key_column;
  std::string problem;
};

KeyOrProblem key_of(std::string_view text, const std::vector<std::string>& key_columns) {
  core::JsonScan scan(text, core::JsonNumbers::python);
  KeyOrProblem out;
  bool found = false;
  scan.skip_space();
  const bool is_object = scan.members([&](core::JsonSpan name, core::JsonSpan value) {
    const std::string word = core::json_unescaped(name.of(text));
    if (std::ranges::find(key_columns, word) == key_columns.end()) return true;
    const std::string_view json = value.of(text);
    if (found) out.problem = "it has its key twice";
    if (json.front() != '"') out.problem = "its key is no string";
    if (!out.problem.empty()) return true;
    if (core::has_lone_surrogate(json)) out.problem = "its key is no text";
    out.key = core::json_unescaped(json);
    out.key_column = word;
    found = true;
    return true;
  });
  scan.skip_space();
  if (!is_object || !scan.at_end()) {
    out.problem = "no JSON object";
  } else if (out.problem.empty() && !found) {
    out.problem = "no \"" + key_columns.front() + '"';
  } else if (out.problem.empty() && out.key.empty()) {
    out.problem = "its key is empty";
  }
  return out;
}

}  // namespace

Result<StagingReading> read_staging(FileSystem& files, const std::string& path,
                                    const std::vector<std::string>& key_columns,
                                    const std::function<Status(const StagedRow&)>& take) {
  StagingReading out;
  TRY_ASSIGN(const bool is_there, files.exists(path));
  if (!is_there) return out;
  LineReader lines(files, path, kMaxLineBytes);
  for (std::uint64_t number = 1;; ++number) {
    TRY_ASSIGN(const auto line, lines.next());
    if (!line) return out;
    out.size_bytes += line->size_bytes;
    std::string_view text = line->text;
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.empty() && line->has_line_feed) continue;
    auto key = key_of(text, key_columns);
    if (line->is_too_long) key.problem = "too long for a row";
    if (!line->has_line_feed) key.problem = "torn: it has no line feed";
    if (text.find('\0') != std::string_view::npos) key.problem = "torn: it holds a NUL byte";
    if (!key.problem.empty()) {
      TRY_ASSIGN(const core::Sha256Digest sha256, digest_of(*line, files, path));
      out.bad_lines.push_back({.line = number,
                               .offset = line->offset,
                               .size_bytes = line->size_bytes,
                               .is_torn = !line->has_line_feed || !is_object_line(text) ||
                                          text.find('\0') != std::string_view::npos,
                               .why = std::move(key.problem),
                               .beginning = printable_path(text.substr(0, kShownBytes)),
                               .sha256 = sha256});
      continue;
    }
    if (out.row_count++ == 0) out.key_column = key.key_column;
    TRY(take({.key = key.key, .key_column = key.key_column, .json = text, .offset = line->offset}));
  }
}

Result<StagedIndex> index_staging(FileSystem& files, const std::string& path,
                                  const std::vector<std::string>& key_columns) {
  StagedIndex out;
  TRY(read_staging(files, path, key_columns, [&](const StagedRow& row) -> Status {
    const std::size_t at = out.keys.find(row.key);
    if (at != KeySet::kNone) {
      out.last_offset[at] = row.offset;
    } else {
      out.keys.insert(row.key);
      out.last_offset.push_back(row.offset);
    }
    return {};
  }));
  return out;
}

}  // namespace holdfast::extract
