// SPDX-License-Identifier: Apache-2.0
// A file is replaced whole or not at all: on the real disk, at every power cut and at every failing
// operation. Wrong ways to do it are tried too, so that we know that the crash test can go red.
#include "base/whole_file.h"

#include <chrono>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crash_test.h"
#include "base/log.h"
#include "base/output_place.h"
#include "tests/support/temp_folder.h"

namespace holdfast {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr CrashRules kRules{.sector_bytes = 8, .max_states = 2000};
constexpr std::string_view kOld = "the old content, of several sectors";
constexpr std::string_view kNew = "and the new one, which is longer than the old";

using Replace = Status (*)(FileSystem&, const std::string& path, std::string_view bytes);

// Replaces kOld by kNew; promised once it returned.
class Replacing {
 public:
  explicit Replacing(Replace replace) : replace_(replace) { set_log_level(LogLevel::error); }
  ~Replacing() { set_log_level(LogLevel::warning); }
  Replacing(const Replacing&) = delete;
  Replacing& operator=(const Replacing&) = delete;

  CrashTest test() {
    return {.prepare = [this](FileSystem& files) -> Status {
              promised_ = false;
              TRY(create_durable_folder(files, "w"));
              return write_whole_file(files, "w/f", kOld);
            },
            .work = [this](FileSystem& files) -> Status {
              TRY(replace_(files, "w/f", kNew));
              promised_ = true;
              return {};
            },
            .check = [this](FileSystem& files) { return check(files); }};
  }

 private:
  Status check(FileSystem& files) const {
    TRY_ASSIGN(const std::string found, files.read("w/f", 1000));
    if (found != kOld && found != kNew)
      return Error(Code::corrupt, "neither old nor new: " + found);
    if (promised_ && found != kNew) return Error(Code::corrupt, "promised, and gone");
    TRY(write_whole_file(files, "w/f", "again"));
    TRY_ASSIGN(const auto names, files.list("w"));
    if (names != std::vector<std::string>{"f"})
      return Error(Code::corrupt, "something was left behind");
    TRY_ASSIGN(const std::string again, files.read("w/f", 1000));
    return again == "again" ? Status() : Error(Code::corrupt, "could not be replaced again");
  }

  Replace replace_;
  bool promised_ = false;
};

Status in_pieces(FileSystem& files, const std::string& path, std::string_view bytes) {
  TRY_ASSIGN(WholeFile file, WholeFile::create(files, path));
  for (const char byte : bytes)
    TRY(file.write(std::string_view(&byte, 1)));
  return file.commit();
}

TEST(WholeFile, SurvivesAPowerCutAtEveryOperation) {
  for (const Replace replace : {&write_whole_file, &in_pieces}) {
    Replacing replacing(replace);
    const CrashReport report = cut_power_everywhere(replacing.test(), kRules);
    EXPECT_TRUE(report.holds()) << report.text();
    EXPECT_EQ(report.operation_count, 6U)
        << report.text();  // create write sync close rename sync-folder
    EXPECT_GT(report.state_count, 100U);
    RecordProperty("states", static_cast<int>(report.state_count));
  }
}

TEST(WholeFile, SurvivesEveryFailureOfEveryOperation) {
  Replacing replacing(&write_whole_file);
  const CrashReport report = fail_everywhere(replacing.test(), kRules);
  EXPECT_TRUE(report.holds()) << report.text();
}

// The wrong ways.

struct Steps {
  bool sync_file = true;
  bool sync_folder = true;
};

Status replace_by(FileSystem& files, const std::string& path, std::string_view bytes, Steps steps) {
  const std::string temporary = path + ".1-1.tmp";
  TRY_ASSIGN(auto file, files.create(temporary));
  TRY(file->write(bytes));
  if (steps.sync_file) TRY(file->sync());
  TRY(file->close());
  TRY(files.rename(temporary, path));
  return steps.sync_folder ? files.sync_folder(folder_of(path)) : Status();
}

void expect_caught(Replace wrong, std::string_view how) {
  Replacing replacing(wrong);
  const CrashReport report = cut_power_everywhere(replacing.test(), kRules);
  EXPECT_FALSE(report.holds());
  ASSERT_FALSE(report.broken.empty());
  EXPECT_THAT(report.text(), HasSubstr(std::string(how)));
}

TEST(CrashTest, CatchesARenameBeforeTheData) {
  expect_caught(
      [](FileSystem& files, const std::string& path, std::string_view bytes) {
        return replace_by(files, path, bytes, {.sync_file = false});
      },
      "neither old nor new");
}

TEST(CrashTest, CatchesAFolderThatWasNotSynced) {
  expect_caught(
      [](FileSystem& files, const std::string& path, std::string_view bytes) {
        return replace_by(files, path, bytes, {.sync_folder = false});
      },
      "promised, and gone");
}

TEST(CrashTest, CatchesWritingInPlace) {
  expect_caught(
      [](FileSystem& files, const std::string& path, std::string_view bytes) -> Status {
        TRY_ASSIGN(auto file, files.append(path));
        TRY(file->truncate(0));
        TRY(file->write(bytes));
        return file->sync();
      },
      "neither old nor new");
}

TEST(CrashTest, CatchesWritingToTheNameAtOnce) {
  expect_caught(
      [](FileSystem& files, const std::string& path, std::string_view bytes) -> Status {
        TRY(files.remove(path));
        TRY_ASSIGN(auto file, files.create(path));
        TRY(file->write(bytes));
        TRY(file->sync());
        return files.sync_folder(folder_of(path));
      },
      "No such file");
}

TEST(CrashTest, CatchesSyncingAgainAfterAFailedSync) {
  Replacing replacing(
      [](FileSystem& files, const std::string& path, std::string_view bytes) -> Status {
        const std::string temporary = path + ".1-1.tmp";
        TRY_ASSIGN(auto file, files.create(temporary));
        TRY(file->write(bytes));
        if (!file->sync().ok()) TRY(file->sync());
        TRY(files.rename(temporary, path));
        return files.sync_folder(folder_of(path));
      });
  EXPECT_TRUE(cut_power_everywhere(replacing.test(), kRules).holds());  // needs a fault to show
  const CrashReport report = fail_everywhere(replacing.test(), kRules);
  EXPECT_FALSE(report.holds());
  EXPECT_THAT(report.text(), HasSubstr("after which the work went on"));
}

TEST(CrashTest, CatchesAWorkThatPromisesWhatItDidNotDo) {
  Replacing replacing(
      [](FileSystem& files, const std::string& path, std::string_view bytes) -> Status {
        drop(write_whole_file(files, path, bytes), "wrong on purpose");
        return {};
      });
  EXPECT_FALSE(fail_everywhere(replacing.test(), kRules).holds());
}

TEST(CrashTest, IsNoProofWhenNothingWasLookedAt) {
  EXPECT_FALSE(CrashReport().holds());
}

TEST(CrashTest, ReportsAWorkThatIsNotTheSameEachTime) {
  int run = 0;
  const CrashTest test{.prepare = {},
                       .work = [&](FileSystem& files) -> Status {
                         if (run++ > 0) return {};
                         return files.create_folder("x");
                       },
                       .check = [](FileSystem&) { return Status(); }};
  EXPECT_THAT(cut_power_everywhere(test).text(), HasSubstr("not the same each time"));
}

TEST(DurableFolder, SurvivesAPowerCutAtEveryOperation) {
  bool promised = false;
  const CrashTest test{
      .prepare = [&](FileSystem&) { return promised = false, Status(); },
      .work = [&](FileSystem& files) -> Status {
        TRY(create_durable_folder(files, "a/b/c"));
        TRY(write_whole_file(files, "a/b/c/f", kNew));
        promised = true;
        return {};
      },
      .check = [&](FileSystem& files) -> Status {
        TRY_ASSIGN(const bool there, files.exists("a/b/c/f"));
        if (promised && !there) return Error(Code::corrupt, "promised, and gone");
        return there ? files.read("a/b/c/f", 100).ok() ? Status() : Error(Code::io, "unreadable")
                     : Status();
      }};
  const CrashReport report = cut_power_everywhere(test, kRules);
  EXPECT_TRUE(report.holds()) << report.text();
}

// On the real disk.

TEST(WholeFile, ReplacesAndLeavesNothingBehind) {
  const testing::TempFolder temp;
  ASSERT_TRUE(write_whole_file(real_file_system(), temp.at("f"), "one").ok());
  ASSERT_TRUE(write_whole_file(real_file_system(), temp.at("f"), "two").ok());
  EXPECT_EQ(temp.read("f"), "two");
  EXPECT_THAT(real_file_system().list(temp.path()).value(), ElementsAre("f"));
}

TEST(WholeFile, PublishesNothingBeforeItIsCommitted) {
  const testing::TempFolder temp;
  temp.write("f", "old");
  {
    auto file = WholeFile::create(real_file_system(), temp.at("f"));
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE(file->write(std::string(1'000'000, 'x')).ok());
    EXPECT_EQ(temp.read("f"), "old");
    EXPECT_EQ(real_file_system().list(temp.path()).value().size(), 2U);
  }
  EXPECT_EQ(temp.read("f"), "old");
  EXPECT_THAT(real_file_system().list(temp.path()).value(), ElementsAre("f"));
}

TEST(WholeFile, KeepsPiecesOfAnySizeInOrder) {
  const testing::TempFolder temp;
  auto file = WholeFile::create(real_file_system(), temp.at("f"));
  ASSERT_TRUE(file.ok());
  std::string all;
  for (const std::size_t size :
       {0U, 1U, 100U, 300'000U, 7U, 262'144U, 262'143U, 1U, 1U, 1'000'000U}) {
    const std::string piece(size, static_cast<char>('a' + size % 26));
    ASSERT_TRUE(file->write(piece).ok());
    all += piece;
  }
  ASSERT_TRUE(file->commit().ok());
  EXPECT_EQ(temp.read("f"), all);
}

TEST(WholeFile, LetsTwoWritersEndWithOneContentWhole) {
  const testing::TempFolder temp;
  auto first = WholeFile::create(real_file_system(), temp.at("f"));
  auto second = WholeFile::create(real_file_system(), temp.at("f"));
  ASSERT_TRUE(first.ok() && second.ok());
  ASSERT_TRUE(first->write("first").ok());
  ASSERT_TRUE(second->write("second").ok());
  ASSERT_TRUE(second->commit().ok());
  ASSERT_TRUE(first->commit().ok());
  EXPECT_EQ(temp.read("f"), "first");
}

TEST(WholeFile, NeedsAFolder) {
  const auto status = write_whole_file(real_file_system(), "/nowhere/at/all", "");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), Code::invalid);
  EXPECT_FALSE(find_output_place("/nowhere/at/all").ok());
}

TEST(WholeFile, ReplacesWhatALinkLeadsToAndNotTheLink) {
  const testing::TempFolder temp;
  temp.write("there/target", "old");
  std::filesystem::create_symlink("there/target", temp.at("link"));
  ASSERT_TRUE(write_whole_file(real_file_system(), temp.at("link"), "new").ok());
  EXPECT_TRUE(std::filesystem::is_symlink(temp.at("link")));
  EXPECT_EQ(temp.read("there/target"), "new");
}

TEST(WholeFile, RefusesAFolderAndLinksInACircle) {
  const testing::TempFolder temp;
  std::filesystem::create_directory(temp.at("folder"));
  std::filesystem::create_symlink("circle", temp.at("circle"));
  for (const char* name : {"folder", "folder/", "circle", "new/", "."}) {
    const Status status = write_whole_file(real_file_system(), temp.at(name), "new");
    ASSERT_FALSE(status.ok()) << name;
    EXPECT_EQ(status.error().code(), Code::invalid) << name;
  }
}

TEST(WholeFile, StaysFailedAfterAnError) {
  set_log_level(LogLevel::error);
  FaultyFileSystem files;
  files.fail_at(2, Fault::disk_full);
  auto file = WholeFile::create(files, "f");
  ASSERT_TRUE(file.ok());
  const Status failed = file->write(std::string(1'000'000, 'x'));
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(file->write("more").error().message(), failed.error().message());
  EXPECT_EQ(file->commit().error().message(), failed.error().message());
  EXPECT_TRUE(files.tree().empty());
  set_log_level(LogLevel::warning);
}

void make_old(const testing::TempFolder& temp, const std::string& name) {
  const auto then = std::filesystem::file_time_type::clock::now() - std::chrono::minutes(2);
  std::filesystem::last_write_time(temp.at(name), then);
}

TEST(Leftovers, OfProcessesThatAreGoneAreRemovedByTheNextWriterAndNothingElse) {
  const testing::TempFolder temp;
  for (const char* name : {"f", "f.12-3.tmp", "f.1-0.tmp", "f.tmp", "f.x-1.tmp", "f.1-.tmp",
                           "g.1-1.tmp", "f.1-1.tmp.bak", "f.-.tmp", "f..tmp", ".tmp"}) {
    temp.write(name, "");
    make_old(temp, name);
  }
  temp.write("f.1-9.tmp", "young");
  ASSERT_TRUE(write_whole_file(real_file_system(), temp.at("f"), "new").ok());
  EXPECT_THAT(real_file_system().list(temp.path()).value(),
              ElementsAre(".tmp", "f", "f.-.tmp", "f..tmp", "f.1-.tmp", "f.1-1.tmp.bak",
                          "f.1-9.tmp", "f.tmp", "f.x-1.tmp", "g.1-1.tmp"));
}

TEST(Leftovers, AreNotWhatALiveWriterStillWrites) {
  const testing::TempFolder temp;
  auto first = WholeFile::create(real_file_system(), temp.at("f"));
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(first->write(std::string(1'000'000, 'x')).ok());
  const auto names = real_file_system().list(temp.path()).value();
  ASSERT_EQ(names.size(), 1U);
  make_old(temp, names[0]);
  ASSERT_TRUE(write_whole_file(real_file_system(), temp.at("f"), "second").ok());
  ASSERT_TRUE(first->commit().ok());
  EXPECT_EQ(temp.read("f").size(), 1'000'000U);
}

}  // namespace
}  // namespace holdfast
