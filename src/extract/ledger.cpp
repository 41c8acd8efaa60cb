// SPDX-License-Identifier: Apache-2.0
#include "extract/ledger.h"

#include <utility>

#include "base/line_reader.h"
#include "base/root_folder.h"
#include "core/canonical_json.h"
#include "core/json_scan.h"

namespace holdfast::extract {
namespace {

constexpr std::size_t kShownBytes = 80;

struct Entry {
  std::string key;
  core::Sha256Digest row_digest{};
};

/// A JSON ledger line; none where it is not one.
std::optional<Entry> read_json_entry(std::string_view text) {
  core::JsonScan scan(text);
  std::optional<std::string> key;
  std::optional<core::Sha256Digest> digest;
  bool good = true;
  scan.skip_space();
  const bool is_object = scan.members([&](core::JsonSpan name, core::JsonSpan value) {
    const std::string word = core::json_unescaped(name.of(text));
    if (word != "key" && word != "clip_name" && word != "row_sha256") return true;
    const std::string_view json = value.of(text);
    good = good && json.front() == '"';
    if (!good) return true;
    if (word == "row_sha256") {
      digest = core::parse_sha256(core::json_unescaped(json));
      good = digest.has_value();
    } else {
      good = !key.has_value();
      key = core::json_unescaped(json);
    }
    return true;
  });
  scan.skip_space();
  if (!is_object || !scan.at_end() || !good || !key || key->empty()) return {};
  if (core::has_replacement(*key)) return {};
  return Entry{*std::move(key), digest.value_or(core::Sha256Digest{})};
}

// Also of an entry that is damaged: then the ledger's lines are told as malformed, and never taken for bare keys.
bool looks_like_json(std::string_view text) {
  return text.starts_with("{\"");
}

std::string_view without_return(std::string_view text) {
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

class Reading {
 public:
  explicit Reading(Ledger& out) : out_(out) {}

  void take(const Line& line) {
    ++number_;
    out_.size_bytes += line.size_bytes;
    const std::string_view text = without_return(line.text);
    if (!line.has_line_feed) return bad(line, "torn: it has no line feed");
    if (line.is_too_long) return bad(line, "too long for a key");
    if (text.empty()) return;
    if (text.find('\0') != std::string_view::npos) return bad(line, "torn: it holds a NUL byte");
    if (!knows_format_) {
      out_.format = looks_like_json(text) ? LedgerFormat::json : LedgerFormat::bare;
      knows_format_ = true;
    }
    if (out_.format == LedgerFormat::bare) return add({std::string(text), {}});
    auto entry = read_json_entry(text);
    if (!entry) return bad(line, "no object with a key");
    add(*std::move(entry));
  }

 private:
  void bad(const Line& line, std::string why) {
    out_.bad_lines.push_back({.line = number_,
                              .offset = line.offset,
                              .size_bytes = line.size_bytes,
                              .why = std::move(why),
                              .beginning = printable_path(line.text.substr(0, kShownBytes))});
  }

  void add(Entry entry) {
    if (!out_.keys.insert(entry.key)) {
      // The newest row is the one that counts.
      if (out_.format == LedgerFormat::json)
        out_.row_digests[out_.keys.find(entry.key)] = entry.row_digest;
      out_.repeated.push_back(std::move(entry.key));
      return;
    }
    if (out_.format == LedgerFormat::json) out_.row_digests.push_back(entry.row_digest);
  }

  Ledger& out_;
  std::uint64_t number_ = 0;
  bool knows_format_ = false;
};

}  // namespace

Result<Ledger> read_ledger(FileSystem& files, const std::string& path) {
  Ledger out;
  TRY_ASSIGN(const bool is_there, files.exists(path));
  if (!is_there) return out;
  LineReader lines(files, path, kMaxLineBytes);
  Reading reading(out);
  for (;;) {
    TRY_ASSIGN(const auto line, lines.next());
    if (!line) return out;
    reading.take(*line);
  }
}

std::string ledger_line(LedgerFormat format, std::string_view key,
                        const core::Sha256Digest& row_digest) {
  if (format == LedgerFormat::bare) return std::string(key);
  std::string out = "{\"key\":";
  core::append_canonical_string(out, key);
  if (row_digest == core::Sha256Digest{}) return out + '}';
  return out + ",\"row_sha256\":\"" + core::to_hex(row_digest) + "\"}";
}

std::optional<std::string> bare_key_problem(std::string_view key) {
  if (key.empty()) return "it is empty";
  if (key.find('\n') != std::string_view::npos) return "it holds a line feed";
  if (key.find('\0') != std::string_view::npos) return "it holds a NUL byte";
  if (key.ends_with('\r')) return "it ends with a carriage return";
  if (looks_like_json(key)) return "it looks like a line of a JSON ledger";
  return {};
}

}  // namespace holdfast::extract
