// SPDX-License-Identifier: Apache-2.0
// Readers of lists. Pure: text in, rows out.
#include "artifacts/import_list.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/nearest.h"
#include "base/root_folder.h"
#include "core/canonical_json.h"
#include "core/sha256.h"

namespace holdfast::artifacts {
namespace {

constexpr std::size_t kSha256Digits = 64;
constexpr std::size_t kMaxShown = 80;

/// Where we are, for messages.
struct Place {
  const std::string& list;
  std::int64_t line = 1;
  std::string text() const { return printable_path(list) + ':' + std::to_string(line); }
  Error bad(const std::string& what, std::string_view value) const {
    return {Code::invalid,
            text() + ": " + what + ": \"" + printable_path(value.substr(0, kMaxShown)) + '"',
            "mend the line; nothing of the list was imported"};
  }
};

/// The next line without its end; moves `text` on.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

void skip_byte_order_mark(std::string_view& text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
}

Result<std::string> read_sha256(std::string_view text, const Place& place) {
  const auto digest = core::parse_sha256(text);
  if (!digest) return place.bad("not the 64 hex digits of a SHA-256", text);
  return core::to_hex(*digest);
}

Result<std::int64_t> read_size(std::string_view text, const Place& place) {
  std::int64_t size_bytes = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, size_bytes);
  if (text.empty() || read.ec != std::errc() || read.ptr != end || size_bytes < 0)
    return place.bad("not a size in bytes", text);
  return size_bytes;
}

// --- columns that csv and jsonl share

constexpr std::array<std::string_view, 6> kColumns{"path",  "id",     "type",
                                                   "title", "sha256", "size_bytes"};

std::string column_of(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kOther{
      {{"file_path", "path"},
       {"artifact_type", "type"},
       {"file_sha256", "sha256"},
       {"file_size_bytes", "size_bytes"}}};
  for (const auto& [other, column] : kOther) {
    if (name == other) return std::string(column);
  }
  return std::string(name);
}

Status require_column(std::string_view name, const Place& place) {
  if (std::find(kColumns.begin(), kColumns.end(), column_of(name)) != kColumns.end()) return {};
  const std::vector<std::string> known(kColumns.begin(), kColumns.end());
  return place.bad("no such column (there are path, id, type, title, sha256, size_bytes" +
                       did_you_mean(name, known) + ")",
                   name);
}

/// Two names of one column would let the last one win in silence.
Status require_once(std::vector<std::string>& seen, std::string_view name, const Place& place) {
  std::string column = column_of(name);
  if (std::find(seen.begin(), seen.end(), column) != seen.end())
    return place.bad("\"" + column + "\" is given twice", name);
  seen.push_back(std::move(column));
  return {};
}

Status set_column(ImportRow& row, std::string_view name, const std::string& value,
                  const Place& place) {
  const std::string column = column_of(name);
  if (!core::is_utf8(value)) return place.bad("not UTF-8", value);
  if (column == "path") row.path = value;
  if (column == "id") row.id = value;
  if (column == "type") row.type = value;
  if (column == "title") row.title = value;
  if (value.empty()) return {};
  if (column == "sha256") {
    TRY_ASSIGN(row.sha256, read_sha256(value, place));
  }
  if (column == "size_bytes") {
    TRY_ASSIGN(row.size_bytes, read_size(value, place));
  }
  return {};
}

// --- csv

/// One record, which may go over several lines; moves `text` and the place on.
Result<std::vector<std::string>> take_record(std::string_view& text, Place& place,
                                             std::int64_t& next_line) {
  std::vector<std::string> fields(1);
  std::size_t i = 0;
  bool quoted = false;
  bool was_quoted = false;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') ++next_line;
    if (quoted) {
      if (c != '"') {
        fields.back() += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        fields.back() += text[++i];
      } else {
        quoted = false;
      }
    } else if (c == '"') {
      if (!fields.back().empty() || was_quoted)
        return place.bad("a quote in the middle of a field", fields.back());
      quoted = was_quoted = true;
    } else if (c == ',') {
      if (fields.size() == kMaxCsvColumns) return place.bad("more than 64 columns", fields.front());
      fields.emplace_back();
      was_quoted = false;
    } else if (c == '\n' || (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n')) {
      if (c == '\r') {
        ++i;
        ++next_line;
      }
      break;
    } else if (was_quoted) {
      return place.bad("text behind a quoted field", fields.back());
    } else {
      fields.back() += c;
    }
  }
  if (quoted) return place.bad("a quote that is not closed", fields.back());
  text.remove_prefix(std::min(i + 1, text.size()));
  return fields;
}

// --- sha256sum

// GNU coreutils: a backslash before the line says that \\, \n and \r in the path stand for themselves.
Result<std::string> unescaped_path(std::string_view path, const Place& place) {
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '\\') {
      out += path[i];
      continue;
    }
    const char c = i + 1 < path.size() ? path[i + 1] : '\0';
    if (c != '\\' && c != 'n' && c != 'r')
      return place.bad("a backslash that escapes nothing", path);
    out += c == 'n' ? '\n' : c == 'r' ? '\r' : '\\';
    ++i;
  }
  return out;
}

Result<ImportRow> read_sha256sum_line(std::string_view line, const Place& place) {
  ImportRow row;
  row.place = place.text();
  const bool escaped = line.starts_with('\\');
  const std::string_view rest = escaped ? line.substr(1) : line;
  std::string_view path;
  if (rest.starts_with("SHA256 (")) {  // --tag
    const std::size_t close = rest.rfind(") = ");
    if (close == std::string_view::npos || close < 8)
      return place.bad("not a line of sha256sum --tag", line);
    path = rest.substr(8, close - 8);
    TRY_ASSIGN(row.sha256, read_sha256(rest.substr(close + 4), place));
  } else {
    const bool marked = rest.size() > kSha256Digits + 2 && rest[kSha256Digits] == ' ' &&
                        (rest[kSha256Digits + 1] == ' ' || rest[kSha256Digits + 1] == '*');
    if (!marked) return place.bad("not \"<64 hex digits>  <path>\"", line);
    path = rest.substr(kSha256Digits + 2);
    TRY_ASSIGN(row.sha256, read_sha256(rest.substr(0, kSha256Digits), place));
  }
  row.path = path;
  if (escaped) {
    TRY_ASSIGN(row.path, unescaped_path(path, place));
  }
  return row;
}

// --- bagit

Result<ImportRow> read_bagit_line(std::string_view line, const Place& place) {
  ImportRow row;
  row.place = place.text();
  const std::size_t space = line.find_first_of(" \t");
  const std::size_t path =
      space == std::string_view::npos ? space : line.find_first_not_of(" \t", space);
  if (path == std::string_view::npos) return place.bad("not \"<64 hex digits> <path>\"", line);
  TRY_ASSIGN(row.sha256, read_sha256(line.substr(0, space), place));
  std::string_view rest = line.substr(path);
  if (rest.starts_with('*'))
    rest.remove_prefix(1);  // as md5sum's binary mark, which RFC 8493 lets readers skip
  while (!rest.empty()) {
    const std::string_view code = rest.substr(0, 3);
    const char decoded = code == "%0A" || code == "%0a"   ? '\n'
                         : code == "%0D" || code == "%0d" ? '\r'
                         : code == "%25"                  ? '%'
                                                          : '\0';
    row.path += decoded == '\0' ? rest.front() : decoded;
    rest.remove_prefix(decoded == '\0' ? 1 : 3);
  }
  return row;
}

// --- dvc

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::string yaml_scalar(std::string_view text) {
  text = trim(text);
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
      text.back() == text.front()) {
    return std::string(text.substr(1, text.size() - 2));
  }
  return std::string(text);
}

Status end_dvc_out(std::vector<ImportRow>& rows, const Place& place) {
  if (rows.empty()) return {};
  const ImportRow& row = rows.back();
  if (row.path.empty()) return place.bad("an out without a path", row.md5.value_or(""));
  if (row.md5 && row.md5->ends_with(".dir")) {
    return Error(Code::unsupported,
                 row.place + ": \"" + printable_path(row.path) +
                     "\" is a folder, whose files this .dvc file does not list",
                 "import the folder itself: --from-folder");
  }
  return {};
}

Status set_dvc_key(ImportRow& row, std::string_view key, std::string_view value,
                   const Place& place) {
  const std::string text = yaml_scalar(value);
  if (key == "path") row.path = text;
  if (key == "md5") row.md5 = text;
  if (key == "size") {
    TRY_ASSIGN(row.size_bytes, read_size(text, place));
  }
  return {};
}

template <class ReadLine>
Result<std::vector<ImportRow>> read_lines(std::string_view text, const std::string& list,
                                          const ReadLine& read_line) {
  skip_byte_order_mark(text);
  std::vector<ImportRow> rows;
  for (Place place{list}; !text.empty(); ++place.line) {
    const std::string_view line = take_line(text);
    if (trim(line).empty()) continue;
    TRY_ASSIGN(auto row, read_line(line, place));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

Result<std::vector<ImportRow>> read_csv_list(std::string_view text, const std::string& list) {
  skip_byte_order_mark(text);
  Place place{list};
  std::int64_t next_line = 1;
  TRY_ASSIGN(const auto header, take_record(text, place, next_line));
  std::vector<std::string> columns;
  for (const std::string& name : header) {
    TRY(require_column(name, place));
    TRY(require_once(columns, name, place));
  }
  if (std::none_of(header.begin(), header.end(),
                   [](const std::string& name) { return column_of(name) == "path"; })) {
    return place.bad("there is no column \"path\"", header.front());
  }
  std::vector<ImportRow> rows;
  while (!text.empty()) {
    place.line = next_line;
    TRY_ASSIGN(const auto fields, take_record(text, place, next_line));
    if (fields.size() == 1 && fields.front().empty()) continue;  // an empty line
    if (fields.size() != header.size()) {
      return place.bad(std::to_string(fields.size()) + " fields where the header has " +
                           std::to_string(header.size()),
                       fields.front());
    }
    ImportRow row;
    row.place = place.text();
    for (std::size_t i = 0; i < fields.size(); ++i)
      TRY(set_column(row, header[i], fields[i], place));
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<std::vector<ImportRow>> read_jsonl_list(std::string_view text, const std::string& list) {
  return read_lines(text, list, [](std::string_view line, const Place& place) -> Result<ImportRow> {
    if (core::is_json_too_deep(line)) return place.bad("nested too deep", line);
    // The reader keeps the last of two equal keys; here each is seen.
    std::vector<std::string> keys;
    const auto note_key = [&](int depth, nlohmann::json::parse_event_t event, const auto& value) {
      if (depth == 1 && event == nlohmann::json::parse_event_t::key)
        keys.push_back(value.template get<std::string>());
      return true;
    };
    const auto json = nlohmann::json::parse(line, note_key, false);
    if (!json.is_object()) return place.bad("not a JSON object", line);
    ImportRow row;
    row.place = place.text();
    std::vector<std::string> columns;
    for (const std::string& key : keys) {
      TRY(require_column(key, place));
      TRY(require_once(columns, key, place));
    }
    for (const auto& [key, value] : json.items()) {
      if (value.is_null()) continue;
      const bool is_size = column_of(key) == "size_bytes";
      const bool integer = is_size && value.is_number_integer();
      if (!value.is_string() && !integer)
        return place.bad(
            key + (is_size ? ": expected a whole number of bytes" : ": expected a string"),
            value.dump());
      TRY(set_column(row, key, integer ? value.dump() : value.template get<std::string>(), place));
    }
    return row;
  });
}

Result<std::vector<ImportRow>> read_sha256sum_list(std::string_view text, const std::string& list) {
  return read_lines(text, list, read_sha256sum_line);
}

Result<std::vector<ImportRow>> read_bagit_manifest(std::string_view text, const std::string& list) {
  return read_lines(text, list, read_bagit_line);
}

// The subset of YAML that DVC writes: a top-level `outs:` with a list of one-line keys.
Result<std::vector<ImportRow>> read_dvc_file(std::string_view text, const std::string& list) {
  std::vector<ImportRow> rows;
  bool in_outs = false;
  bool seen_outs = false;
  Place place{list};
  for (; !text.empty(); ++place.line) {
    std::string_view line = take_line(text);
    const bool indented = line.starts_with(' ') || line.starts_with('-');
    line = trim(line);
    if (line.empty() || line.starts_with('#')) continue;
    if (!indented) {
      in_outs = line == "outs:";
      seen_outs = seen_outs || in_outs;
      continue;
    }
    if (!in_outs) continue;
    if (line.starts_with("- ")) {
      TRY(end_dvc_out(rows, place));
      rows.emplace_back().place = place.text();
      line = trim(line.substr(2));
    }
    const std::size_t colon = line.find(':');
    if (rows.empty() || colon == std::string_view::npos)
      return place.bad("not what DVC writes below outs", line);
    TRY(set_dvc_key(rows.back(), line.substr(0, colon), line.substr(colon + 1), place));
  }
  TRY(end_dvc_out(rows, place));
  if (!seen_outs) return place.bad("no top-level \"outs:\", so this is no .dvc file", list);
  return rows;
}

}  // namespace holdfast::artifacts
