// SPDX-License-Identifier: Apache-2.0
// Lines that were promised stay, whatever happens behind them.
#include "base/line_file.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crash_test.h"
#include "base/log.h"
#include "tests/support/temp_folder.h"

namespace holdfast {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr CrashRules kRules{.sector_bytes = 8, .max_states = 1000};
constexpr std::uint64_t kPlenty = 16U << 20U;

std::string line(std::size_t number) {
  return "{\"line\":" + std::to_string(number) + "}";
}
bool is_object(std::string_view text) {
  return text.starts_with('{') && text.ends_with('}');
}

// How many of line(0), line(1), … are there; `corrupt` for anything else.
Result<std::size_t> count_lines(FileSystem& files) {
  TRY_ASSIGN(const bool there, files.exists("w/log"));
  if (!there) return std::size_t{0};
  TRY_ASSIGN(const std::string text, files.read("w/log", kPlenty));
  std::string expected;
  std::size_t count = 0;
  while (expected.size() < text.size())
    expected += line(count++) + "\n";
  if (expected != text) return Error(Code::corrupt, "not the first lines, in order: " + text);
  return count;
}

constexpr std::size_t kGroups = 3;
constexpr std::size_t kGroupLines = 5;

// A log that is continued by a program which starts over when anything fails, as a supervisor
// would.
class Logging {
 public:
  using Append = Status (*)(FileSystem&, std::size_t first, std::size_t& promised);

  Logging(Append append, int attempts) : append_(append), attempts_(attempts) {
    set_log_level(LogLevel::error);
  }
  ~Logging() { set_log_level(LogLevel::warning); }
  Logging(const Logging&) = delete;
  Logging& operator=(const Logging&) = delete;

  CrashTest test() {
    return {.prepare = [this](FileSystem& files) -> Status {
              promised_ = 1;
              TRY(files.create_folder("w"));
              TRY_ASSIGN(auto file, files.append("w/log"));
              return file->write(line(0) + "\n" + "{\"li");  // an old line and an old torn one
            },
            .work = [this](FileSystem& files) -> Status {
              Status status;
              for (int attempt = 0; attempt < attempts_; ++attempt) {
                status = append_(files, 1, promised_);
                if (status) break;
              }
              return status;
            },
            .check = [this](FileSystem& files) { return check(files); }};
  }

 private:
  // Opening it must find every promised line, and the log must be usable.
  Status check(FileSystem& files) const {
    {
      TRY_ASSIGN(const LineFile log, LineFile::open(files, "w/log", is_object));
    }
    TRY_ASSIGN(const std::size_t found, count_lines(files));
    if (found < promised_)
      return Error(Code::corrupt,
                   std::to_string(promised_) + " promised, found " + std::to_string(found));
    TRY_ASSIGN(LineFile log, LineFile::open(files, "w/log", is_object));
    if (log.torn()) return Error(Code::corrupt, "torn again right after it was mended");
    TRY(log.append(line(found)));
    TRY(log.sync());
    TRY_ASSIGN(const std::size_t now, count_lines(files));
    return now == found + 1 ? Status() : Error(Code::corrupt, "could not go on");
  }

  Append append_;
  int attempts_;
  std::size_t promised_ = 0;
};

Status append_groups(FileSystem& files, std::size_t, std::size_t& promised) {
  TRY_ASSIGN(LineFile log, LineFile::open(files, "w/log", is_object));
  TRY_ASSIGN(std::size_t next, count_lines(files));
  promised = std::max(promised, next);  // open() made them durable
  while (next < 1 + kGroups * kGroupLines) {
    for (std::size_t i = 0; i < kGroupLines; ++i)
      TRY(log.append(line(next++)));
    TRY(log.sync());
    promised = next;
  }
  return {};
}

TEST(LineFile, KeepsEveryPromisedLineAtEveryPowerCut) {
  Logging logging(&append_groups, 1);
  const CrashReport report = cut_power_everywhere(logging.test(), kRules);
  EXPECT_TRUE(report.holds()) << report.text();
  EXPECT_GT(report.state_count, 300U) << report.text();
  RecordProperty("states", static_cast<int>(report.state_count));
}

TEST(LineFile, KeepsEveryPromisedLineWhateverFails) {
  for (const int attempts : {1, 2}) {
    Logging logging(&append_groups, attempts);
    const CrashReport report = fail_everywhere(logging.test(), kRules);
    EXPECT_TRUE(report.holds()) << report.text();
  }
}

// What a killed writer had written but not synced is promised by whoever opens the file after it and reads on from there.
void expect_taken_over(const std::string& torn) {
  std::size_t promised = 0;
  const auto open_and_count = [](FileSystem& files) -> Result<std::size_t> {
    TRY_ASSIGN(const LineFile log, LineFile::open(files, "w/log", is_object));
    return count_lines(files);
  };
  const CrashTest test{.prepare =
                           [&](FileSystem& files) {
                             promised = 0;
                             return files.create_folder("w");
                           },
                       .work = [&](FileSystem& files) -> Status {
                         TRY_ASSIGN(auto killed, files.append("w/log"));
                         TRY(killed->write(line(0) + "\n" + line(1) + "\n" + torn));
                         TRY_ASSIGN(promised, open_and_count(files));
                         return {};
                       },
                       .check = [&](FileSystem& files) -> Status {
                         TRY_ASSIGN(const std::size_t found, open_and_count(files));
                         return found < promised ? Error(Code::corrupt, "promised, and gone")
                                                 : Status();
                       }};
  const CrashReport report = cut_power_everywhere(test, kRules);
  EXPECT_TRUE(report.holds()) << report.text();
}

TEST(LineFile, MakesTheLinesOfAKilledWriterSurvive) {
  set_log_level(LogLevel::error);
  expect_taken_over("");
  expect_taken_over("{\"li");
  set_log_level(LogLevel::warning);
}

// A plain appender that goes on behind a torn line, or trusts what it reads after a failed sync.
Status append_plainly(FileSystem& files, std::size_t next, std::size_t& promised) {
  TRY_ASSIGN(auto file, files.append("w/log"));
  for (; next < 4; ++next) {
    TRY(file->write(line(next) + "\n"));
    TRY(file->sync());
    promised = next + 1;
  }
  return {};
}

TEST(CrashTest, CatchesAppendingBehindATornLine) {
  Logging logging(&append_plainly, 1);
  const CrashReport report = cut_power_everywhere(logging.test(), kRules);
  EXPECT_FALSE(report.holds());
}

// Opens as LineFile does but leaves unsynced lines in sight when a sync fails.
Status append_and_trust(FileSystem& files, std::size_t, std::size_t& promised) {
  {
    TRY_ASSIGN(const LineFile mended, LineFile::open(files, "w/log", is_object));
  }
  TRY_ASSIGN(std::size_t next, count_lines(files));
  TRY_ASSIGN(auto file, files.append("w/log"));
  for (; next < 4; ++next) {
    TRY(file->write(line(next) + "\n"));
    TRY(file->sync());
    promised = next + 1;
  }
  promised = next;
  return {};
}

TEST(CrashTest, CatchesTrustingWhatIsSeenAfterAFailedSync) {
  Logging logging(&append_and_trust, 2);
  EXPECT_TRUE(cut_power_everywhere(logging.test(), kRules).holds());
  const CrashReport report = fail_everywhere(logging.test(), kRules);
  EXPECT_FALSE(report.holds()) << report.text();
  EXPECT_THAT(report.text(), HasSubstr("operation"));
}

class RealLineFile : public ::testing::Test {
 protected:
  FileSystem& files() { return real_file_system(); }
  LineFile open(LineCheck check = nullptr) {
    auto log = LineFile::open(files(), temp_.at("log"), check);
    EXPECT_TRUE(log.ok()) << log.error().message();
    return std::move(log).value();
  }
  testing::TempFolder temp_;
};

TEST_F(RealLineFile, AppendsAcrossOpenings) {
  for (const char* text : {"one", "two", ""}) {
    LineFile log = open();
    EXPECT_FALSE(log.torn());
    ASSERT_TRUE(log.append(text).ok());
    ASSERT_TRUE(log.sync().ok());
  }
  EXPECT_EQ(temp_.read("log"), "one\ntwo\n\n");
  EXPECT_THAT(files().list(temp_.path()).value(), ElementsAre("log"));
}

TEST_F(RealLineFile, CutsAndKeepsATornLastLine) {
  temp_.write("log", "one\ntwo\nthr");
  LineFile log = open();
  ASSERT_TRUE(log.torn());
  EXPECT_EQ(log.torn()->offset, 8U);
  EXPECT_EQ(log.torn()->size_bytes, 3U);
  EXPECT_EQ(log.torn()->kept_in, temp_.at("log.torn-8"));
  EXPECT_EQ(temp_.read("log.torn-8"), "thr");
  ASSERT_TRUE(log.append("three").ok());
  ASSERT_TRUE(log.sync().ok());
  EXPECT_EQ(temp_.read("log"), "one\ntwo\nthree\n");
}

TEST_F(RealLineFile, CutsZerosAndWhatFollowsThem) {
  temp_.write("log", std::string("one\ntw\0\0\0\0four\nfive\n", 20));
  const LineFile log = open();
  ASSERT_TRUE(log.torn());
  EXPECT_EQ(log.torn()->offset, 4U);
  EXPECT_EQ(temp_.read("log"), "one\n");
  EXPECT_EQ(temp_.read("log.torn-4").size(), 16U);
}

TEST_F(RealLineFile, CutsWhatFailsTheCallersCheck) {
  temp_.write("log", "{1}\n{2\n{3}\n");
  EXPECT_FALSE(open().torn());
  EXPECT_TRUE(open(is_object).torn());
  EXPECT_EQ(temp_.read("log"), "{1}\n");
}

TEST_F(RealLineFile, KeepsEachTornTailOnce) {
  for (const char* tail : {"aaa", "bbb", "aaa", "bbb"}) {
    temp_.write("log", std::string("one\n") + tail);
    EXPECT_TRUE(open().torn());
  }
  EXPECT_THAT(files().list(temp_.path()).value(), ElementsAre("log", "log.torn-4", "log.torn-4-1"));
}

TEST_F(RealLineFile, RefusesWhatWouldBreakTheFormatAndGoesOn) {
  LineFile log = open();
  for (const std::string& bad : {std::string("a\nb"), std::string("a\0b", 3),
                                 std::string(LineFile::kMaxLineBytes + 1, 'x')}) {
    const Status status = log.append(bad);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code(), Code::invalid);
  }
  ASSERT_TRUE(log.append(std::string(LineFile::kMaxLineBytes, 'x')).ok());
  ASSERT_TRUE(log.sync().ok());
  EXPECT_EQ(temp_.read("log").size(), LineFile::kMaxLineBytes + 1);
}

TEST(LineFile, SyncsByItselfBeforeTooMuchIsUnpromised) {
  FaultyFileSystem disk(4096);
  auto log = LineFile::open(disk, "log");
  ASSERT_TRUE(log.ok());
  const std::string text(1000, 'x');
  for (std::uint64_t count = 1; count <= 1000; ++count) {
    ASSERT_TRUE(log->append(text).ok());
    if (count % 50 != 0) continue;
    const std::vector<std::size_t> oldest(disk.doubts().size(), 0);
    const auto durable = disk.after_crash(oldest).size_bytes("log");
    ASSERT_TRUE(durable.ok());
    EXPECT_LT(count * (text.size() + 1) - *durable, LineFile::kGroupBytes);
  }
}

TEST_F(RealLineFile, FindsATornTailInAFileLargerThanTheWindow) {
  std::string text;
  while (text.size() < 2 * LineFile::kWindowBytes)
    text += std::string(999, 'x') + "\n";
  const std::size_t whole = text.size();
  temp_.write("log", text + "torn");
  const LineFile log = open();
  ASSERT_TRUE(log.torn());
  EXPECT_EQ(log.torn()->offset, whole);
  EXPECT_EQ(temp_.read("log"), text);
}

TEST_F(RealLineFile, RefusesAFileWithoutLines) {
  temp_.write("log", std::string(LineFile::kWindowBytes + 1, 'x'));
  const auto log = LineFile::open(files(), temp_.at("log"));
  ASSERT_FALSE(log.ok());
  EXPECT_EQ(log.error().code(), Code::corrupt);
  EXPECT_EQ(temp_.read("log").size(), LineFile::kWindowBytes + 1);
}

// The name of a new file that the folder's failed sync gave up: no later sync of the folder need save it.
TEST(LineFile, MakesANameAnewThatCouldNotBeSynced) {
  FaultyFileSystem disk;
  disk.fail_at(3, Fault::io_error);  // behind the opening and the sync of the file
  const auto failed = LineFile::open(disk, "log");
  ASSERT_FALSE(failed.ok());
  ASSERT_TRUE(disk.operations().at(2).starts_with("sync folder")) << disk.operations().at(2);
  disk.fail_at(0, Fault::none);
  auto log = LineFile::open(disk, "log");
  ASSERT_TRUE(log.ok());
  ASSERT_TRUE(log->append("one").ok());
  ASSERT_TRUE(log->sync().ok());
  bool sampled = false;
  for_each_crash_state(disk, kRules, sampled, [](FaultyFileSystem& after) {
    const auto text = after.read("log", kPlenty);
    EXPECT_EQ(text ? *text : text.error().message(), "one\n");
  });
}

TEST(LineFile, StaysFailedAfterAnError) {
  FaultyFileSystem disk;
  auto log = LineFile::open(disk, "log");
  ASSERT_TRUE(log.ok());
  ASSERT_TRUE(log->append("one").ok());
  ASSERT_TRUE(log->sync().ok());
  disk.fail_at(disk.operations().size() + 2, Fault::io_error);  // the sync
  ASSERT_TRUE(log->append("two").ok());
  const Status failed = log->sync();
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(log->append("three").error().message(), failed.error().message());
  EXPECT_EQ(log->sync().error().message(), failed.error().message());
  EXPECT_EQ(disk.read("log", kPlenty).value(), "one\n");
}

}  // namespace
}  // namespace holdfast
