// SPDX-License-Identifier: Apache-2.0
#include "extract/ledger.h"

#include <algorithm>
#include <utility>

#include "base/line_reader.h"
#include "base/root_folder.h"
#include "core/canonical_json.h"
#include "core/json_scan.h"

namespace holdfast::extract {
namespace {

constexpr std::size_t kShownBytes = 80;
constexpr std::uint64_t kMostExpectedBytes = 1U << 28U;
constexpr std::uint64_t kMostExpectedKeys = 4'000'000;  // their slots are 32 MiB, which are written
constexpr std::uint64_t kSpareShare = 16;               // lines may grow shorter

struct Entry {
  std::string key;
  core::Sha256Digest row_digest{};
};

/// What the first lines tell of the others.
struct Beginning {
  LedgerFormat format = LedgerFormat::json;
  std::uint64_t mean_line_bytes = 0;  // with its line feed; 0: there is no whole one
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
      good = !key.has_value() && !core::has_lone_surrogate(json);
      key = core::json_unescaped(json);
    }
    return true;
  });
  scan.skip_space();
  if (!is_object || !scan.at_end() || !good || !key || key->empty()) return {};
  return Entry{*std::move(key), digest.value_or(core::Sha256Digest{})};
}

constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Also of an entry that is damaged: then the ledger's lines are told as malformed, and never taken for bare keys.
bool looks_like_json(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  if (!text.starts_with('{')) return false;
  text.remove_prefix(1);
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.starts_with('"');
}

// Told by most of the lines of its beginning: the first may be damaged.
Result<Beginning> beginning_of(FileSystem& files, const std::string& path) {
  constexpr std::uint64_t kLookedAtBytes = 64U << 10U;
  TRY_ASSIGN(const std::string head, files.read_range(path, 0, kLookedAtBytes));
  std::uint64_t json = 0;
  std::uint64_t bare = 0;
  std::uint64_t size_bytes = 0;
  for (std::size_t at = 0; at < head.size();) {
    const std::size_t end = head.find('\n', at);
    if (end == std::string::npos) break;  // torn, or as long as no key is
    const std::string_view line = std::string_view(head).substr(at, end - at);
    at = end + 1;
    const bool says_nothing =
        line.empty() || line == "\r" || line.find('\0') != std::string_view::npos;
    if (says_nothing) continue;
    ++(looks_like_json(line) ? json : bare);
    size_bytes += line.size() + 1;
  }
  return Beginning{.format = bare > json ? LedgerFormat::bare : LedgerFormat::json,
                   .mean_line_bytes = size_bytes / std::max<std::uint64_t>(bare + json, 1)};
}

std::string_view without_return(std::string_view text) {
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

class Reading {
 public:
  Reading(Ledger& out, FileSystem& files, const std::string& path)
      : out_(out), files_(files), path_(path) {}

  void begin(const Beginning& beginning, std::uint64_t size_bytes) {
    out_.format = beginning.format;
    reserve(beginning.mean_line_bytes, size_bytes);
  }

  Status take(const Line& line) {
    ++number_;
    out_.size_bytes += line.size_bytes;
    std::string_view text = without_return(line.text);
    if (number_ == 1 && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    if (!line.has_line_feed) return bad(line, "torn: it has no line feed");
    if (line.is_too_long) return bad(line, "too long for a key");
    if (text.empty()) return {};
    if (text.find('\0') != std::string_view::npos) return bad(line, "torn: it holds a NUL byte");
    if (out_.format == LedgerFormat::bare) {
      add(text, {});
      return {};
    }
    const auto entry = read_json_entry(text);
    if (!entry) return bad(line, "no object with a key");
    add(entry->key, entry->row_digest);
    return {};
  }

 private:
  Status bad(const Line& line, std::string why) {
    TRY_ASSIGN(const core::Sha256Digest sha256, digest_of(line, files_, path_));
    out_.bad_lines.push_back(
        {.line = number_,
         .offset = line.offset,
         .size_bytes = line.size_bytes,
         .is_torn = !line.has_line_feed || line.text.find('\0') != std::string_view::npos ||
                    (out_.format == LedgerFormat::json && !is_object_line(line.text)),
         .why = std::move(why),
         .beginning = printable_path(line.text.substr(0, kShownBytes)),
         .sha256 = sha256});
    return {};
  }

  // About what a ledger of such a size holds.
  void reserve(std::uint64_t mean_line_bytes, std::uint64_t size_bytes) {
    if (mean_line_bytes == 0) return;
    const std::uint64_t size = std::min(size_bytes, kMostExpectedBytes);
    const std::uint64_t count = std::min(size / mean_line_bytes, kMostExpectedKeys);
    const bool is_bare = out_.format == LedgerFormat::bare;
    out_.keys.reserve(count + count / kSpareShare, is_bare ? size : size / 2);
    if (!is_bare) out_.row_digests.reserve(count + count / kSpareShare);
  }

  void add(std::string_view key, const core::Sha256Digest& row_digest) {
    if (!out_.keys.insert(key)) {
      // The newest row is the one that counts.
      if (out_.format == LedgerFormat::json) out_.row_digests[out_.keys.find(key)] = row_digest;
      out_.repeated.emplace_back(key);
      return;
    }
    if (out_.format == LedgerFormat::json) out_.row_digests.push_back(row_digest);
  }

  Ledger& out_;
  FileSystem& files_;
  const std::string& path_;
  std::uint64_t number_ = 0;
};

}  // namespace

Result<Ledger> read_ledger(FileSystem& files, const std::string& path) {
  Ledger out;
  TRY_ASSIGN(const bool is_there, files.exists(path));
  if (!is_there) return out;
  TRY_ASSIGN(const Beginning beginning, beginning_of(files, path));
  LineReader lines(files, path, kMaxLineBytes);
  TRY_ASSIGN(const std::uint64_t size_bytes, files.size_bytes(path));
  Reading reading(out, files, path);
  reading.begin(beginning, size_bytes);
  for (;;) {
    TRY_ASSIGN(const auto line, lines.next());
    if (!line) return out;
    TRY(reading.take(*line));
  }
}

const core::Sha256Digest* recorded_digest(const Ledger& ledger, std::string_view key) {
  const std::size_t at = ledger.keys.find(key);
  const bool is_recorded = at != KeySet::kNone && at < ledger.row_digests.size() &&
                           ledger.row_digests[at] != core::Sha256Digest{};
  return is_recorded ? &ledger.row_digests[at] : nullptr;
}

std::string ledger_line(LedgerFormat format, std::string_view key,
                        const core::Sha256Digest& row_digest) {
  if (format == LedgerFormat::bare) return std::string(key);
  std::string out = "{\"key\":";
  core::append_canonical_string(out, key);
  if (row_digest == core::Sha256Digest{}) return out + '}';
  return out + ",\"row_sha256\":\"" + core::to_hex(row_digest) + "\"}";
}

std::optional<std::string> key_problem(LedgerFormat format, std::string_view key) {
  if (key.empty()) return "it is empty";
  constexpr std::size_t kDigestBytes = 100;
  if (ledger_line(format, key, {}).size() + kDigestBytes > kMaxLineBytes) return "it is too long";
  if (format == LedgerFormat::bare) return bare_key_problem(key);
  if (!core::is_utf8(key)) return "it is no UTF-8";
  return {};
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
