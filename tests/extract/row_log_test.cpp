// SPDX-License-Identifier: Apache-2.0
// A key in the ledger always has its row, at every power cut and after every failure.
#include "extract/row_log.h"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crash_test.h"
#include "base/log.h"
#include "extract/staging.h"
#include "tests/support/temp_folder.h"

namespace holdfast::extract {
namespace {

constexpr CrashRules kRules{.sector_bytes = 16, .max_states = 300};
const char* const kStaging = "w/o.rows.jsonl";
const char* const kLedger = "w/o.done";
constexpr int kGroups = 3;
constexpr int kRows = 3;

std::string key_of(int i) {
  return "clip" + std::to_string(i) + ".mp4";
}
std::string row_of(int i) {
  return "{\"key\":\"" + key_of(i) + "\",\"x\":" + std::to_string(i * 1000) + "}";
}

struct Found {
  std::set<std::string> staged;
  std::set<std::string> claimed;
};

Result<Found> look(FileSystem& files) {
  Found out;
  TRY_ASSIGN(const auto staging,
             read_staging(files, kStaging, {"key"}, [&](const StagedRow& row) -> Status {
               out.staged.emplace(row.key);
               return {};
             }));
  TRY_ASSIGN(const auto ledger, read_ledger(files, kLedger));
  for (std::size_t i = 0; i < ledger.keys.size(); ++i)
    out.claimed.emplace(ledger.keys.at(i));
  return out;
}

class Extracting {
 public:
  explicit Extracting(LedgerFormat format) : format_(format) { set_log_level(LogLevel::error); }
  ~Extracting() { set_log_level(LogLevel::warning); }
  Extracting(const Extracting&) = delete;
  Extracting& operator=(const Extracting&) = delete;

  CrashTest test() {
    return {.prepare =
                [this](FileSystem& files) {
                  promised_ = 0;
                  return files.create_folder("w");
                },
            .work = [this](FileSystem& files) { return work(files); },
            .check = [this](FileSystem& files) { return check(files); }};
  }

 private:
  Status work(FileSystem& files) {
    TRY_ASSIGN(auto log, RowLog::open(files, kStaging, kLedger, format_));
    for (int group = 0; group < kGroups; ++group) {
      for (int i = 0; i < kRows; ++i)
        TRY(log.append(key_of(group * kRows + i), row_of(group * kRows + i),
                       core::sha256(row_of(group * kRows + i))));
      TRY(log.sync());
      promised_ = (group + 1) * kRows;
    }
    return {};
  }

  Status check(FileSystem& files) const {
    TRY_ASSIGN(const Found found, look(files));
    for (const std::string& key : found.claimed) {
      if (!found.staged.contains(key))
        return Error(Code::corrupt, key + " is claimed and not staged");
    }
    for (int i = 0; i < promised_; ++i) {
      if (!found.claimed.contains(key_of(i)))
        return Error(Code::corrupt, key_of(i) + " was promised");
    }
    // A run that comes after it claims what is staged, and goes on.
    {
      TRY_ASSIGN(auto log, RowLog::open(files, kStaging, kLedger, format_));
      TRY_ASSIGN(const Found now, look(files));
      for (const std::string& key : now.staged) {
        if (!now.claimed.contains(key)) TRY(log.claim(key, core::sha256("row")));
      }
      TRY(log.append("next", R"({"key":"next"})", {}));
      TRY(log.sync());
    }
    TRY_ASSIGN(const Found after, look(files));
    if (after.staged != after.claimed || !after.staged.contains("next"))
      return Error(Code::corrupt, "could not go on");
    return {};
  }

  LedgerFormat format_;
  int promised_ = 0;
};

TEST(RowLog, NeverClaimsARowThatIsNotThereAtAnyPowerCut) {
  for (const LedgerFormat format : {LedgerFormat::json, LedgerFormat::bare}) {
    Extracting extracting(format);
    const CrashReport report = cut_power_everywhere(extracting.test(), kRules);
    EXPECT_TRUE(report.holds()) << report.text();
    EXPECT_GT(report.state_count, 300U) << report.text();
  }
}

TEST(RowLog, NeverClaimsARowThatIsNotThereWhateverFails) {
  for (const LedgerFormat format : {LedgerFormat::json, LedgerFormat::bare}) {
    Extracting extracting(format);
    const CrashReport report = fail_everywhere(extracting.test(), kRules);
    EXPECT_TRUE(report.holds()) << report.text();
  }
}

TEST(RowLog, ContinuesAnOriginalsFilesInTheirFormat) {
  const testing::TempFolder folder;
  folder.write("o.done", "a.mp4\n");
  folder.write("o.rows.jsonl", "{\"clip_name\": \"a.mp4\", \"x\": NaN}\n{\"clip_na");
  set_log_level(LogLevel::error);
  auto log = RowLog::open(real_file_system(), folder.at("o.rows.jsonl"), folder.at("o.done"),
                          LedgerFormat::bare);
  set_log_level(LogLevel::warning);
  ASSERT_TRUE(log) << log.error().message();
  ASSERT_TRUE(log->torn_staging());
  EXPECT_EQ(folder.content_of(log->torn_staging()->kept_in), "{\"clip_na");
  ASSERT_TRUE(log->append("b.mp4", R"({"clip_name": "b.mp4", "x": 1})", {}));
  ASSERT_TRUE(log->sync());
  EXPECT_EQ(folder.read("o.done"), "a.mp4\nb.mp4\n");
  EXPECT_EQ(folder.read("o.rows.jsonl"),
            "{\"clip_name\": \"a.mp4\", \"x\": NaN}\n{\"clip_name\": \"b.mp4\", \"x\": 1}\n");
  const auto bad = log->append("c\nd", "{}", {});
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code(), Code::invalid);
}

}  // namespace
}  // namespace holdfast::extract
