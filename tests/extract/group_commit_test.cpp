// SPDX-License-Identifier: Apache-2.0
// Rows of many threads: all durable, each after its claim, and an error that everybody hears.
#include "extract/group_commit.h"

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/faulty_file_system.h"
#include "base/log.h"
#include "extract/staging.h"
#include "tests/support/temp_folder.h"

namespace holdfast::extract {
namespace {

using ::testing::HasSubstr;

constexpr int kThreads = 4;
constexpr int kRowsEach = 300;

std::string row_of(const std::string& key) {
  return "{\"key\":\"" + key + "\",\"x\":1}";
}

TEST(GroupCommit, KeepsTheRowsOfAllThreads) {
  const testing::TempFolder temp;
  FileSystem& files = real_file_system();
  auto log = RowLog::open(files, temp.at("o.rows.jsonl"), temp.at("o.done"), LedgerFormat::json);
  ASSERT_TRUE(log.ok());
  std::atomic<int> lost = 0;
  {
    GroupCommit group(*log);
    ASSERT_TRUE(group.start().ok());
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kRowsEach; ++i) {
          const std::string key = std::to_string(t) + '-' + std::to_string(i);
          const auto number = group.append(key, row_of(key), core::sha256(key));
          if (!number || (i % 50 == 0 && (!group.wait(*number) || !group.is_durable(*number))))
            ++lost;
        }
      });
    }
    for (std::thread& thread : threads)
      thread.join();
    ASSERT_TRUE(group.close());
  }
  EXPECT_EQ(lost, 0);
  std::set<std::string> staged;
  ASSERT_TRUE(read_staging(files, temp.at("o.rows.jsonl"), {"key"}, [&](const StagedRow& row) {
    staged.emplace(row.key);
    return Status();
  }));
  const auto ledger = read_ledger(files, temp.at("o.done"));
  ASSERT_TRUE(ledger.ok());
  EXPECT_EQ(staged.size(), std::size_t{kThreads * kRowsEach});
  EXPECT_EQ(ledger->keys.size(), staged.size());
  EXPECT_TRUE(ledger->repeated.empty());
}

TEST(GroupCommit, EverybodyHearsOfADiskThatFails) {
  FaultyFileSystem files;
  ASSERT_TRUE(files.create_folder("w"));
  auto log = RowLog::open(files, "w/o.rows.jsonl", "w/o.done", LedgerFormat::json);
  ASSERT_TRUE(log.ok());
  files.settle();
  files.fail_at(2, Fault::io_error);  // the sync of the staging file
  GroupCommit group(*log);
  ASSERT_TRUE(group.start().ok());
  const auto number = group.append("a", row_of("a"), {});
  ASSERT_TRUE(number.ok());
  const Status waited = group.wait(*number);
  ASSERT_FALSE(waited);
  EXPECT_THAT(waited.error().message(), HasSubstr("o.rows.jsonl"));
  EXPECT_FALSE(group.is_durable(*number));
  EXPECT_FALSE(group.append("b", row_of("b"), {}));
  EXPECT_FALSE(group.close());
}

TEST(GroupCommit, RefusesARowThatTheFilesCannotHold) {
  const testing::TempFolder temp;
  auto log = RowLog::open(real_file_system(), temp.at("o.rows.jsonl"), temp.at("o.done"),
                          LedgerFormat::bare);
  ASSERT_TRUE(log.ok());
  GroupCommit group(*log);
  ASSERT_TRUE(group.start().ok());
  const auto refused = group.append("two\nlines", "{}", {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::invalid);
  EXPECT_TRUE(group.append("one", row_of("one"), {}).ok());
  EXPECT_TRUE(group.close());
}

}  // namespace
}  // namespace holdfast::extract
