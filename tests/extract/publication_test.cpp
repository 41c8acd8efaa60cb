// SPDX-License-Identifier: Apache-2.0
// Publishing adds and never takes away: what two runs leave, what a crash leaves, what must be refused.
#include "extract/publication.h"

#include <map>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crash_test.h"
#include "base/log.h"
#include "base/readable_file.h"
#include "extract/row_log.h"
#include "extract/staging.h"
#include "parquet/footer.h"
#include "parquet/table_reader.h"
#include "tests/support/temp_folder.h"

namespace holdfast::extract {
namespace {

using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

PublicationOptions options() {
  return {.columns = {{"n", ColumnType::int64, parquet::Nullable::yes},
                      {"x", ColumnType::float64, parquet::Nullable::yes}},
          .key_column = "key",
          .key_values = {}};
}

ExtractionConfig config_at(const std::string& out) {
  ExtractionConfig config;
  config.name = "k";
  config.out = out;
  return config;
}

Status stage(FileSystem& files, const ExtractionConfig& config,
             const std::map<std::string, int>& rows) {
  TRY_ASSIGN(auto log, RowLog::open(files, config.staging(), config.ledger(), LedgerFormat::json));
  for (const auto& [key, n] : rows)
    TRY(log.append(
        key, row_text({key, {Value(std::int64_t{n}), Value(n / 4.0)}}, "key", options().columns),
        {}));
  return log.sync();
}

/// key → n of the published file; `corrupt` where a key stands twice.
Result<std::map<std::string, int>> published(FileSystem& files, const ExtractionConfig& config) {
  std::map<std::string, int> out;
  TRY_ASSIGN(const bool exists, files.exists(config.out));
  if (!exists) return out;
  TRY_ASSIGN(auto file, readable_in(files, config.out));
  TRY_ASSIGN(auto reader, parquet::TableReader::open(std::move(file), {"key", "n"}));
  parquet::RowBatch batch;
  for (;;) {
    TRY_ASSIGN(const bool more, reader.next(batch));
    if (!more) return out;
    for (std::size_t i = 0; i < batch.row_count; ++i) {
      const auto [place, is_new] =
          out.emplace(batch.columns[0].texts[i], batch.columns[1].integers[i]);
      if (!is_new) return Error(Code::corrupt, place->first + " stands twice");
    }
  }
}

Result<std::set<std::string>> staged(FileSystem& files, const ExtractionConfig& config) {
  std::set<std::string> out;
  TRY_ASSIGN(const auto reading,
             read_staging(files, config.staging(), {"key"}, [&](const StagedRow& row) -> Status {
               out.emplace(row.key);
               return {};
             }));
  return out;
}

class PublicationTest : public ::testing::Test {
 protected:
  template <class T>
  static T must(Result<T> result) {
    EXPECT_TRUE(result) << (result ? "" : result.error().message());
    return std::move(*result);
  }
  static void must(const Status& status) {
    EXPECT_TRUE(status) << (status ? "" : status.error().message());
  }
  FileSystem& files() { return real_file_system(); }
  testing::TempFolder folder_;
  ExtractionConfig config_ = config_at(folder_.at("o.parquet"));
};

TEST_F(PublicationTest, OfASecondRunIsTheUnionOfBoth) {
  must(stage(files(), config_, {{"a", 1}, {"b", 2}}));
  const auto first = must(publish(config_, files(), options()));
  EXPECT_EQ(first.row_count, 2U);
  must(files().remove(config_.staging()));
  must(stage(files(), config_, {{"b", 20}, {"c", 3}}));
  const auto second = must(publish(config_, files(), options()));
  EXPECT_EQ(second.row_count, 3U);
  EXPECT_EQ(second.staged_count, 2U);
  EXPECT_EQ(second.replaced_count, 1U);
  EXPECT_THAT(must(published(files(), config_)),
              UnorderedElementsAre(Pair("a", 1), Pair("b", 20), Pair("c", 3)));
  const auto footer = must(parquet::read_footer(config_.out));
  EXPECT_EQ(footer.value_of(kKeySetKey), second.keys.text());
  KeySet keys;
  for (const char* key : {"c", "a", "b"})
    keys.insert(key);
  EXPECT_EQ(second.keys, keys.digest());
}

TEST_F(PublicationTest, TakesTheLastStagedRowOfAKeyAndSkipsWhatIsNone) {
  must(stage(files(), config_, {{"a", 1}}));
  must(stage(files(), config_, {{"a", 2}, {"b", 3}}));
  folder_.write("o.rows.jsonl", folder_.read("o.rows.jsonl") + "{\"key\":\"torn\",\"n\":");
  const auto done = must(publish(config_, files(), options()));
  EXPECT_EQ(done.row_count, 2U);
  EXPECT_THAT(must(published(files(), config_)), UnorderedElementsAre(Pair("a", 2), Pair("b", 3)));
}

TEST_F(PublicationTest, RefusesAStagedRowThatIsNotWhatTheLedgerSays) {
  const auto digest_of_a = [](std::int64_t n) {
    return row_digest({"a", {Value(n), Value(static_cast<double>(n) / 4.0)}}, options().columns);
  };
  must(stage(files(), config_, {{"a", 1}, {"b", 2}}));
  must(publish(config_, files(), options()));
  must(files().remove(config_.staging()));
  must(stage(files(), config_, {{"a", 7}, {"b", 20}}));
  Ledger ledger;
  ledger.keys.insert("a");
  ledger.row_digests = {digest_of_a(1)};
  PublicationOptions held = options();
  held.ledger = &ledger;
  for (const auto& refused : {check_publishable(config_, files(), held),
                              Status(publish(config_, files(), held).error())}) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), Code::conflict);
    EXPECT_THAT(refused.error().message(), HasSubstr("not what was extracted"));
  }
  EXPECT_THAT(must(published(files(), config_)), UnorderedElementsAre(Pair("a", 1), Pair("b", 2)));
  ledger.row_digests = {digest_of_a(7)};
  must(publish(config_, files(), held));
  EXPECT_THAT(must(published(files(), config_)), UnorderedElementsAre(Pair("a", 7), Pair("b", 20)));
}

TEST_F(PublicationTest, KeepsColumnsAndAppendsNewOnes) {
  must(stage(files(), config_, {{"a", 1}}));
  must(publish(config_, files(), options()));
  must(files().remove(config_.staging()));
  folder_.write("o.rows.jsonl", "{\"key\":\"b\",\"tool\":\"v2\"}\n");
  const PublicationOptions other{.columns = {{"tool", ColumnType::string, parquet::Nullable::yes}},
                                 .key_column = "key",
                                 .key_values = {}};
  must(publish(config_, files(), other));
  const auto footer = must(parquet::read_footer(config_.out));
  std::vector<std::string> names;
  for (const auto& column : footer.columns)
    names.push_back(column.path);
  EXPECT_THAT(names, ::testing::ElementsAre("key", "n", "x", "tool"));
  EXPECT_EQ(footer.row_count, 2U);
}

TEST_F(PublicationTest, RefusesAndLeavesEverythingAsItWas) {
  must(stage(files(), config_, {{"a", 1}}));
  must(publish(config_, files(), options()));
  const std::string before = folder_.read("o.parquet");
  PublicationOptions other = options();
  other.columns[0].type = ColumnType::string;
  const auto type = publish(config_, files(), other);
  ASSERT_FALSE(type);
  EXPECT_EQ(type.error().code(), Code::conflict);
  EXPECT_THAT(type.error().message(), HasSubstr("\"n\" is int64"));
  folder_.write("o.rows.jsonl", "{\"key\":\"b\",\"n\":\"text\"}\n");
  const auto misfit = publish(config_, files(), options());
  ASSERT_FALSE(misfit);
  EXPECT_THAT(misfit.error().message(), HasSubstr("at byte 0"));
  EXPECT_EQ(folder_.read("o.parquet"), before);
  folder_.write("o.parquet", before.substr(0, before.size() / 2));
  const auto damaged = publish(config_, files(), options());
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code(), Code::corrupt);
  EXPECT_EQ(folder_.read("o.parquet"), before.substr(0, before.size() / 2))
      << "kept for who looks at it";
}

// --- power cuts

constexpr CrashRules kRules{.sector_bytes = 4096, .max_states = 60};

CrashTest publishing() {
  const ExtractionConfig config = config_at("w/o.parquet");
  return {.prepare = [config](FileSystem& files) -> Status {
            TRY(files.create_folder("w"));
            TRY(stage(files, config, {{"a", 1}, {"b", 2}}));
            TRY(publish(config, files, options()));
            TRY(files.remove(config.staging()));
            TRY(files.sync_folder("w"));
            return stage(files, config, {{"b", 20}, {"c", 3}});
          },
          .work = [config](FileSystem& files) -> Status {
            TRY(publish(config, files, options()));
            TRY(files.remove(config.staging()));
            return files.sync_folder("w");
          },
          .check = [config](FileSystem& files) -> Status {
            TRY_ASSIGN(const auto rows, published(files, config));
            TRY_ASSIGN(const auto waiting, staged(files, config));
            for (const char* key : {"a", "b", "c"}) {
              if (!rows.contains(key) && !waiting.contains(key))
                return Error(Code::corrupt, std::string(key) + " is lost");
            }
            if (waiting.empty() && rows.at("b") != 20)
              return Error(Code::corrupt, "the newer row is lost");
            // The same command finishes the work.
            TRY(publish(config, files, options()));
            TRY_ASSIGN(const auto after, published(files, config));
            return after.size() == 3 && after.at("b") == 20
                       ? Status()
                       : Error(Code::corrupt, "could not be finished");
          }};
}

TEST(PublicationCrash, LosesNoRowAtAnyPowerCut) {
  set_log_level(LogLevel::error);
  const CrashReport report = cut_power_everywhere(publishing(), kRules);
  EXPECT_TRUE(report.holds()) << report.text();
  EXPECT_GT(report.state_count, 20U) << report.text();
  set_log_level(LogLevel::warning);
}

TEST(PublicationCrash, LosesNoRowWhateverFails) {
  set_log_level(LogLevel::error);
  const CrashReport report = fail_everywhere(publishing(), kRules);
  EXPECT_TRUE(report.holds()) << report.text();
  set_log_level(LogLevel::warning);
}

}  // namespace
}  // namespace holdfast::extract
