// SPDX-License-Identifier: Apache-2.0
// The crash matrix of a whole run: the power cut, and every kind of fault, at every file operation of run_extraction(), every state that
// the disk may then be in, and the same run again.
//
// Ledger, staging, Parquet and manifest lie in the faulty file system under the path of a real folder; the items that are hashed and the
// lock, which is the kernel's, lie in the real one. What is found is read here from the files: lines and manifest by nlohmann/json, the
// Parquet file by its rows. Rows that were there before carry the word of who made them in place of a hash, so that a row extracted anew
// where an older one should have been kept is seen too.
//
// In every state, before anything is repaired:
//   every key of the ledger is an item and has its row, published or staged; no published key stands twice
//   every row that was there before is there, with the value it had
//   a manifest that says "complete" is right; where the run had returned "complete", it is there and so are all rows
// After the same run again: one row for each item, each claimed once, nothing staged, the manifest right, what was torn kept aside; all of
// it survives one more power cut, and a third run finds nothing to do.
#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/crash_test.h"
#include "base/log.h"
#include "base/readable_file.h"
#include "base/whole_file.h"
#include "extract/run.h"
#include "parquet/table_reader.h"
#include "parquet/table_writer.h"
#include "tests/support/temp_folder.h"

namespace holdfast::extract {
namespace {

using Rows = std::map<std::string, std::string>;  // key → file_sha256

constexpr CrashRules kRules{.sector_bytes = 512, .max_states = 4000};
constexpr CrashRules kFine{.sector_bytes = 48, .max_states = 40};
constexpr CrashRules kAfterwards{.sector_bytes = 512, .max_states = 8};
constexpr std::uint64_t kMostBytes = 1U << 20U;

/// Of "clip a" to "clip f", as sha256sum(1) prints them.
const Rows kHashes = {
    {"a.mp4", "4597c83a7f5b6acd0e722ea317a942a1539cd0dad1f9000c60c8f936c42003b0"},
    {"b.mp4", "1125d5a6c136adc0b892022b6bab940a03749524cf5527d4f6f7b8b4691d6ba4"},
    {"c.mp4", "73bc1d80d92172a2f4e7648c735cd25d7557a8b16eb22daade533fcd8373ea4f"},
    {"d.mp4", "7e5db8f9000064651f525ac8384493f3764e8f7f2dd39c8b65ca490d90c5983a"},
    {"e.mp4", "c590bf6f67a32ed3f472a1b5fc2a9992f93d6f2b8f328b5685ecb99b10dd835e"},
    {"f.mp4", "d7cb70126c57116782c2734164840c684a8916587af825828b9d096c72be3584"},
};

/// What lies there when the run begins.
struct Before {
  std::string name{};
  Rows published{};
  Rows staged{};               // in the ledger
  Rows staged_unclaimed{};     // and not in the ledger
  std::string torn_staging{};  // bytes behind the last whole line
  std::string torn_ledger{};
  bool is_foreign = false;  // bare ledger, "clip_name", Python's way to write JSON
  std::string manifest{};
  const char* key_column() const { return is_foreign ? "clip_name" : "key"; }
  friend void PrintTo(const Before& before, std::ostream* out) { *out << before.name; }
};

const Rows kPublished = {{"a.mp4", "published a"}, {"b.mp4", "published b"}};
const Rows kStaged = {{"c.mp4", "staged c"}};

std::vector<Before> cases() {
  return {
      {.name = "nothing"},
      {.name = "cut_short",
       .published = kPublished,
       .staged = kStaged,
       .staged_unclaimed = {{"d.mp4", "staged d"}}},
      {.name = "torn_tails",
       .published = kPublished,
       .staged = kStaged,
       .torn_staging = R"({"key":"d.mp4","file_sha2)",
       .torn_ledger = R"({"key":"d.mp4","row_)"},
      {.name = "foreign",
       .published = kPublished,
       .staged = kStaged,
       .staged_unclaimed = {{"d.mp4", "staged d"}},
       .torn_staging = R"({"clip_name": "e.mp4", "file_sh)",
       .torn_ledger = "d.m",
       .is_foreign = true},
      {.name = "new_items",
       .published = {{"a.mp4", "published a"}, {"b.mp4", "published b"}, {"c.mp4", "published c"}},
       .manifest =
           R"({"schema":"holdfast-extraction-manifest-v1","status":"complete","stats":{"total_clips":3}})"},
  };
}

// --- the files, read and written without what is tested

Rows joined(const std::initializer_list<Rows>& all) {
  Rows out;
  for (const Rows& rows : all)
    out.insert(rows.begin(), rows.end());
  return out;
}

std::string row_line(const Before& before, const std::string& key, const std::string& hash) {
  const char* gap = before.is_foreign ? " " : "";
  std::ostringstream out;
  out << "{\"" << before.key_column() << "\":" << gap << '"' << key << "\"," << gap
      << "\"file_sha256\":" << gap << '"' << hash << "\"," << gap << "\"size_bytes\":" << gap
      << "6}\n";
  return out.str();
}

std::string claim_line(const Before& before, const std::string& key) {
  return before.is_foreign ? key + '\n' : "{\"key\":\"" + key + "\"}\n";
}

Status write_published(FileSystem& files, const std::string& path, const Before& before) {
  using parquet::Nullable;
  TRY_ASSIGN(auto file, WholeFile::create(files, path));
  parquet::TableOptions table;
  table.columns = {{before.key_column(), ColumnType::string, Nullable::no},
                   {"file_sha256", ColumnType::string, Nullable::yes},
                   {"size_bytes", ColumnType::int64, Nullable::yes}};
  TRY_ASSIGN(auto writer, parquet::TableWriter::create(parquet::sink_into(file), table));
  std::vector<std::string_view> keys, hashes;
  for (const auto& [key, hash] : before.published) {
    keys.emplace_back(key);
    hashes.emplace_back(hash);
  }
  const std::vector<std::int64_t> sizes(keys.size(), 6);
  std::vector<parquet::ColumnValues> columns(3);
  columns[0].texts = keys;
  columns[1].texts = hashes;
  columns[2].integers = sizes;
  TRY(writer.write({.row_count = keys.size(), .columns = columns}));
  TRY(writer.finish());
  return file.commit();
}

/// The JSON objects among the whole lines of a file; torn ones are no objects.
Result<std::vector<std::string>> whole_lines(FileSystem& files, const std::string& path) {
  std::vector<std::string> out;
  TRY_ASSIGN(const bool exists, files.exists(path));
  if (!exists) return out;
  TRY_ASSIGN(std::string text, files.read(path, kMostBytes));
  text.erase(text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1);
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line.find('\0') == std::string::npos) out.push_back(line);
  }
  return out;
}

Result<Rows> read_staged(FileSystem& files, const std::string& path, const Before& before) {
  Rows out;
  TRY_ASSIGN(const auto lines, whole_lines(files, path));
  for (const std::string& line : lines) {
    const auto row = nlohmann::json::parse(line, nullptr, false);
    if (row.is_object()) out[row.value(before.key_column(), "")] = row.value("file_sha256", "");
  }
  return out;
}

Result<std::multiset<std::string>> read_claimed(FileSystem& files, const std::string& path,
                                                const Before& before) {
  std::multiset<std::string> out;
  TRY_ASSIGN(const auto lines, whole_lines(files, path));
  for (const std::string& line : lines) {
    const auto claim = nlohmann::json::parse(line, nullptr, false);
    if (before.is_foreign) {
      out.insert(line);
    } else if (claim.is_object()) {
      out.insert(claim.value("key", ""));
    }
  }
  return out;
}

Result<Rows> read_published(FileSystem& files, const std::string& path, const Before& before) {
  Rows out;
  TRY_ASSIGN(const bool exists, files.exists(path));
  if (!exists) return out;
  TRY_ASSIGN(auto file, readable_in(files, path));
  TRY_ASSIGN(auto reader,
             parquet::TableReader::open(std::move(file), {before.key_column(), "file_sha256"}));
  parquet::RowBatch batch;
  for (;;) {
    TRY_ASSIGN(const bool more, reader.next(batch));
    if (!more) return out;
    for (std::size_t i = 0; i < batch.row_count; ++i) {
      const auto [place, is_new] =
          out.emplace(batch.columns[0].texts[i], batch.columns[1].texts[i]);
      if (!is_new) return Error(Code::corrupt, place->first + " has two published rows");
    }
  }
}

struct Found {
  Rows published;
  Rows staged;
  std::multiset<std::string> claimed;
  std::string status;             // of the manifest; "" where there is none
  std::uint64_t total_clips = 0;  // …
};

bool is_complete(const std::string& status) {
  return status == "complete" || status == "complete-noop";
}

Error broken(const std::string& what) {
  return {Code::corrupt, what};
}

// --- a run, and what must be true of it

class Extracting {
 public:
  explicit Extracting(Before before) : before_(std::move(before)), expected_(kHashes) {
    set_log_level(LogLevel::error);
    for (const auto& [key, hash] : kHashes)
      folder_.write("clips/" + key, std::string("clip ") + key[0]);
    folder_.write("out/lies-here", "the lock lies in this folder");
    config_.workspace_folder = folder_.path();
    config_.name = "k";
    config_.items = "clips/*.mp4";
    config_.out = folder_.at("out/f.parquet");
    if (before_.is_foreign) config_.key_columns = {"clip_name"};
    extractor_.columns = {{"file_sha256", ColumnType::string, parquet::Nullable::yes},
                          {"size_bytes", ColumnType::int64, parquet::Nullable::yes}};
    earlier_ = joined({before_.published, before_.staged, before_.staged_unclaimed});
    for (const auto& [key, value] : earlier_)
      expected_[key] = value;
  }
  ~Extracting() { set_log_level(LogLevel::warning); }
  Extracting(const Extracting&) = delete;
  Extracting& operator=(const Extracting&) = delete;

  CrashTest test() {
    return {.prepare = [this](FileSystem& files) { return prepare(files); },
            .work = [this](FileSystem& files) -> Status {
              TRY_ASSIGN(promised_, run(files));
              return {};
            },
            .check = [this](FileSystem& files) { return check(files); }};
  }

 private:
  Status prepare(FileSystem& files) {
    promised_.clear();
    TRY(files.create_folder(folder_.at("out")));
    std::string staging, ledger;
    for (const auto& [key, hash] : joined({before_.staged, before_.staged_unclaimed}))
      staging += row_line(before_, key, hash);
    for (const auto& [key, hash] : joined({before_.published, before_.staged}))
      ledger += claim_line(before_, key);
    staging += before_.torn_staging;
    ledger += before_.torn_ledger;
    if (!staging.empty()) TRY(write_whole_file(files, config_.staging(), staging));
    if (!ledger.empty()) TRY(write_whole_file(files, config_.ledger(), ledger));
    if (!before_.manifest.empty())
      TRY(write_whole_file(files, config_.manifest(), before_.manifest));
    return before_.published.empty() ? Status() : write_published(files, config_.out, before_);
  }

  /// The status it ended with.
  Result<std::string> run(FileSystem& files) const {
    // A lock file that has an owner's name already is cut and written anew, for which ext4 waits.
    std::filesystem::remove(config_.lock());
    RunOptions options;
    options.one_row_a_group = true;
    options.batch.jobs = 1;  // the faulty file system takes one thread, and each run is the same
    options.files = &files;
    TRY_ASSIGN(const RunEnd end, run_extraction(config_, extractor_, options));
    return end.status;
  }

  Result<Found> look(FileSystem& files) const {
    Found out;
    TRY_ASSIGN(out.published, read_published(files, config_.out, before_));
    TRY_ASSIGN(out.staged, read_staged(files, config_.staging(), before_));
    TRY_ASSIGN(out.claimed, read_claimed(files, config_.ledger(), before_));
    TRY_ASSIGN(const bool has_manifest, files.exists(config_.manifest()));
    if (!has_manifest) return out;
    TRY_ASSIGN(const std::string text, files.read(config_.manifest(), kMostBytes));
    const auto manifest = nlohmann::json::parse(text, nullptr, false);
    if (!manifest.is_object()) return broken("the manifest is torn");
    out.status = manifest.value("status", "");
    out.total_clips = manifest["stats"].value("total_clips", std::uint64_t{0});
    return out;
  }

  /// What holds at every moment.
  Status nothing_is_lost(const Found& found) const {
    for (const std::string& key : found.claimed) {
      if (!kHashes.contains(key)) return broken('"' + key + "\" is claimed and no item");
      if (!found.published.contains(key) && !found.staged.contains(key))
        return broken(key + " is claimed, and has no row");
    }
    for (const auto& [key, value] : earlier_) {
      const auto published = found.published.find(key), staged = found.staged.find(key);
      const bool is_there = (published != found.published.end() && published->second == value) ||
                            (staged != found.staged.end() && staged->second == value);
      if (!is_there) return broken("the row of " + key + " of an earlier run is lost");
    }
    for (const Rows* rows : {&found.published, &found.staged}) {
      for (const auto& [key, value] : *rows) {
        if (!expected_.contains(key) || expected_.at(key) != value)
          return broken(key + " has the row " + value);
      }
    }
    const bool says_complete = is_complete(found.status) && found.total_clips == kHashes.size();
    if (says_complete && found.published != expected_)
      return broken("the manifest says complete, and it is not");
    return {};
  }

  Status everything_is_done(FileSystem& files) const {
    TRY_ASSIGN(const Found found, look(files));
    TRY(nothing_is_lost(found));
    if (found.published != expected_) return broken("published are not all rows");
    for (const auto& [key, value] : expected_) {
      if (found.claimed.count(key) != 1)
        return broken(key + " is claimed " + std::to_string(found.claimed.count(key)) + " times");
    }
    if (!is_complete(found.status) || found.total_clips != kHashes.size())
      return broken("the manifest says \"" + found.status + '"');
    return {};
  }

  /// The bytes that were torn before the run are somewhere.
  Status torn_bytes_are_kept(FileSystem& files) const {
    std::set<std::string> contents;
    TRY_ASSIGN(const auto names, files.list(folder_.at("out")));
    for (const std::string& name : names) {
      TRY_ASSIGN(std::string content, files.read(folder_.at("out/" + name), kMostBytes));
      contents.insert(std::move(content));
    }
    for (const std::string& torn : {before_.torn_staging, before_.torn_ledger}) {
      if (torn.empty()) continue;
      const bool kept = std::ranges::any_of(
          contents, [&](const std::string& content) { return content.ends_with(torn); });
      if (!kept) return broken("torn bytes are gone: " + torn);
    }
    return {};
  }

  Status check(FileSystem& files) const {
    TRY_ASSIGN(const Found found, look(files));
    TRY(nothing_is_lost(found));
    TRY(torn_bytes_are_kept(files));
    if (is_complete(promised_)) TRY(everything_is_done(files));
    TRY_ASSIGN(const std::string second, run(files));
    if (!is_complete(second)) return broken("the second run ended as \"" + second + '"');
    TRY(everything_is_done(files));
    TRY_ASSIGN(const bool staging, files.exists(config_.staging()));
    if (staging) return broken("the second run left the staging file");
    TRY(torn_bytes_are_kept(files));
    TRY(survives_power_cut(static_cast<FaultyFileSystem&>(files)));
    TRY_ASSIGN(const std::string third, run(files));
    return third == "complete-noop" ? Status() : broken("the third run ended as \"" + third + '"');
  }

  Status survives_power_cut(const FaultyFileSystem& files) const {
    Status held;
    bool sampled = false;
    for_each_crash_state(files, kAfterwards, sampled, [&](FaultyFileSystem& after) {
      if (held) held = everything_is_done(after);
    });
    return held ? Status() : Error(held.error()).with("after the second run and a power cut");
  }

  testing::TempFolder folder_;
  Before before_;
  Rows earlier_;
  Rows expected_;
  ExtractionConfig config_;
  ExtractorConfig extractor_;
  std::string promised_;  // the status the run returned; "" where it returned an error
};

class RunCrash : public ::testing::TestWithParam<Before> {};

TEST_P(RunCrash, LosesNoRowAtAnyPowerCut) {
  Extracting extracting(GetParam());
  const CrashReport report = cut_power_everywhere(extracting.test(), kRules);
  EXPECT_TRUE(report.holds()) << report.text();
  EXPECT_EQ(report.sampled_count, 0U) << "not every state was looked at: " << report.text();
  EXPECT_GT(report.operation_count, 30U) << report.text();
  EXPECT_GT(report.state_count, 120U) << report.text();
}

// Lines that are torn in the middle: too many states to look at all of them.
TEST_P(RunCrash, LosesNoRowWhereLinesAreTornFinely) {
  Extracting extracting(GetParam());
  const CrashReport report = cut_power_everywhere(extracting.test(), kFine);
  EXPECT_TRUE(report.holds()) << report.text();
  EXPECT_GT(report.state_count, 300U) << report.text();
}

TEST_P(RunCrash, LosesNoRowWhateverFails) {
  Extracting extracting(GetParam());
  const CrashReport report = fail_everywhere(extracting.test(), kRules);
  EXPECT_TRUE(report.holds()) << report.text();
  EXPECT_GT(report.run_count, 100U) << report.text();
}

INSTANTIATE_TEST_SUITE_P(From, RunCrash, ::testing::ValuesIn(cases()),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace holdfast::extract
