// SPDX-License-Identifier: Apache-2.0
// Hashing files against sha256sum, and files that change while they are hashed: a digest is always that of one whole version.
#include "core/file_hasher.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/support/second_program.h"
#include "tests/support/temp_folder.h"

namespace holdfast::core {
namespace {

using ::testing::HasSubstr;
using testing::TempFolder;

constexpr std::size_t kPiece = std::size_t{1} << 15U;  // what the wide kernel reads at once
constexpr std::size_t kSeveralPieces = 700'000;

// Sets both times of a file two hours back, so that it counts as settled by mtime; its ctime is now, as nobody can set that.
void set_old_mtime(const std::string& path) {
  const timespec times[2] = {{1700000000, 123}, {1700000000, 123}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
}

class FileHasher : public ::testing::Test {
 protected:
  std::map<std::string, HashOutcome> hash(const std::vector<std::string>& paths,
                                          const HashOptions& options = {}) {
    auto root = RootFolder::open(folder_.path());
    EXPECT_TRUE(root.ok());
    std::map<std::string, HashOutcome> outcomes;
    std::size_t next = 0;
    const auto status = hash_files(
        [&]() -> std::optional<HashJob> {
          if (next == paths.size()) return std::nullopt;
          const std::size_t i = next++;
          return HashJob{i, paths[i], &*root};
        },
        [&](HashOutcome outcome) -> Status {
          const std::string& path = paths.at(outcome.ticket);
          EXPECT_TRUE(outcomes.emplace(path, std::move(outcome)).second) << path << " came twice";
          return {};
        },
        options);
    EXPECT_TRUE(status.ok());
    EXPECT_EQ(outcomes.size(), paths.size());
    return outcomes;
  }

  HashOutcome hash_one(const std::string& path, const HashOptions& options = {}) {
    return hash({path}, options).at(path);
  }

  // Calls `act` after the n-th piece (from 1) that is read.
  HashOutcome hash_while(const std::string& path, int piece, const std::function<void()>& act) {
    HashOptions options;
    int count = 0;
    options.on_read = [&](std::uint64_t, std::size_t) {
      if (++count == piece) act();
    };
    HashOutcome outcome = hash_one(path, options);
    EXPECT_GE(count, piece) << "nothing happened to " << path;
    return outcome;
  }

  // In how many pieces a file is read: the kernel that is fastest here decides it.
  int pieces_of(const std::string& path) {
    int count = 0;
    HashOptions options;
    options.on_read = [&](std::uint64_t, std::size_t) { ++count; };
    hash_one(path, options);
    return count;
  }

  // What sha256sum says, by path.
  std::map<std::string, std::string> sha256sums() const {
    const auto ended = testing::run_program("cd " + testing::shell_quoted(folder_.path()) +
                                            " && find . -type f -print0 | xargs -0 sha256sum");
    EXPECT_EQ(ended.exit_code, 0);
    std::map<std::string, std::string> out;
    std::size_t at = 0;
    for (std::size_t end = 0; (end = ended.output.find('\n', at)) != std::string::npos;
         at = end + 1) {
      out[ended.output.substr(at + 66, end - at - 66)] = ended.output.substr(at, 64);
    }
    return out;
  }

  // Rewrites in place, as a program does that opens the file and writes to it.
  void rewrite(const std::string& name, const std::string& content) const {
    const Fd fd(::open(folder_.at(name).c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
    ASSERT_EQ(::write(fd.get(), content.data(), content.size()),
              static_cast<ssize_t>(content.size()));
  }

  // The same size, in steps.
  void overwrite(const std::string& name, const std::string& content) const {
    const Fd fd(::open(folder_.at(name).c_str(), O_WRONLY | O_CLOEXEC));
    for (std::size_t at = 0; at < content.size(); at += 1000)
      ASSERT_EQ(::pwrite(fd.get(), content.data() + at, 1000, static_cast<off_t>(at)), 1000);
  }

  void replace(const std::string& name, const std::string& content) const {
    folder_.write(name + ".new", content);
    ASSERT_EQ(::rename(folder_.at(name + ".new").c_str(), folder_.at(name).c_str()), 0);
  }

  TempFolder folder_;
};

std::string bytes(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string out(size, '\0');
  for (char& c : out)
    c = static_cast<char>(random());
  return out;
}

class FileHasherOnEveryKernel : public FileHasher,
                                public ::testing::WithParamInterface<Sha256Kernel> {
 protected:
  void SetUp() override {
    if (!can_run(GetParam())) GTEST_SKIP() << "this processor has no " << kernel_name(GetParam());
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, FileHasherOnEveryKernel,
                         ::testing::Values(Sha256Kernel::portable, Sha256Kernel::sha_ni,
                                           Sha256Kernel::wide),
                         [](const auto& each) { return std::string(kernel_name(each.param)); });

TEST_P(FileHasherOnEveryKernel, AgreesWithSha256sum) {
  std::vector<std::string> paths;
  std::vector<std::size_t> sizes = {0, 1, 55, 56, 63, 64, 65, 119, 120, 3'000'001};
  for (const std::size_t edge : {kPiece, 4 * kPiece, std::size_t{1} << 20U}) {
    for (const std::size_t size : {edge - 9, edge - 1, edge, edge + 1, edge + 56})
      sizes.push_back(size);
  }
  std::mt19937 random(256);
  for (int i = 0; i < 150; ++i)
    sizes.push_back(random() % (i % 10 == 0 ? 600'000 : 5'000));
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    paths.push_back("d" + std::to_string(i % 7) + "/f" + std::to_string(i));
    folder_.write(paths.back(), bytes(sizes[i], static_cast<unsigned>(i)));
  }
  HashOptions options;
  options.kernel = GetParam();
  const auto outcomes = hash(paths, options);
  auto sums = sha256sums();
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const HashOutcome& outcome = outcomes.at(paths[i]);
    ASSERT_EQ(outcome.verdict, HashVerdict::hashed) << paths[i] << ": " << outcome.reason;
    EXPECT_EQ(to_hex(outcome.digest), sums["./" + paths[i]].substr(0, 64)) << sizes[i] << " bytes";
    EXPECT_EQ(outcome.identity.size_bytes, sizes[i]);
    EXPECT_EQ(outcome.size_bytes_read, sizes[i]);
  }
}

TEST_F(FileHasher, TellsTheIdentityOfWhatItRead) {
  folder_.write("f", "content");
  const HashOutcome outcome = hash_one("f");
  struct stat status{};
  ASSERT_EQ(::stat(folder_.at("f").c_str(), &status), 0);
  EXPECT_EQ(outcome.identity.inode, status.st_ino);
  EXPECT_EQ(outcome.identity.device, status.st_dev);
  EXPECT_EQ(outcome.identity.ctime_ns,
            status.st_ctim.tv_sec * 1'000'000'000 + status.st_ctim.tv_nsec);
}

TEST_F(FileHasher, SaysWhyAFileWasNotHashed) {
  folder_.write("folder/file", "x");
  std::filesystem::create_symlink("/etc/passwd", folder_.at("escape"));
  std::filesystem::create_symlink("loop", folder_.at("loop"));
  ASSERT_EQ(::mkfifo(folder_.at("fifo").c_str(), 0644), 0);
  const auto outcomes =
      hash({"gone", "folder", "escape", "loop", "fifo", "", "../x", "folder/file"});
  EXPECT_EQ(outcomes.at("gone").verdict, HashVerdict::missing);
  EXPECT_EQ(outcomes.at("gone").reason, "No such file or directory");
  EXPECT_EQ(outcomes.at("folder").refusal, OpenRefusal::not_regular);
  EXPECT_EQ(outcomes.at("escape").refusal, OpenRefusal::escapes_root);
  EXPECT_EQ(outcomes.at("loop").refusal, OpenRefusal::symlink_loop);
  EXPECT_EQ(outcomes.at("fifo").refusal, OpenRefusal::not_regular);
  EXPECT_EQ(outcomes.at("").refusal, OpenRefusal::bad_path);
  EXPECT_EQ(outcomes.at("../x").refusal, OpenRefusal::escapes_root);
  EXPECT_EQ(outcomes.at("folder/file").verdict, HashVerdict::hashed);
  for (const char* path : {"folder", "escape", "loop", "fifo", "", "../x"}) {
    EXPECT_EQ(outcomes.at(path).verdict, HashVerdict::refused) << path;
    EXPECT_FALSE(outcomes.at(path).reason.empty()) << path;
  }
}

TEST_F(FileHasher, GivesNoDigestOfAPartOnAReadError) {
  folder_.write("a", bytes(kSeveralPieces, 1));
  ASSERT_EQ(::setenv("HOLDFAST_FAILPOINTS", "core.file_read=3*error", 1), 0);
  const HashOutcome outcome = hash_one("a");
  ::unsetenv("HOLDFAST_FAILPOINTS");
  EXPECT_EQ(outcome.verdict, HashVerdict::refused);
  EXPECT_EQ(outcome.refusal, OpenRefusal::unreadable);
  EXPECT_EQ(outcome.digest, Sha256Digest{});
  EXPECT_FALSE(outcome.reason.empty());
}

TEST_F(FileHasher, DoesNotBelieveASizeThatIsNone) {
  auto proc = RootFolder::open("/proc/self");
  ASSERT_TRUE(proc.ok());
  bool given = false;
  std::vector<HashOutcome> outcomes;
  const auto status = hash_files(
      [&]() -> std::optional<HashJob> {
        if (std::exchange(given, true)) return std::nullopt;
        return HashJob{7, "status", &*proc};
      },
      [&](HashOutcome outcome) -> Status {
        outcomes.push_back(std::move(outcome));
        return {};
      },
      {});
  ASSERT_TRUE(status.ok());
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_EQ(outcomes[0].ticket, 7U);
  EXPECT_EQ(outcomes[0].verdict, HashVerdict::unstable);
  EXPECT_THAT(outcomes[0].reason, HasSubstr("its size is 0"));
}

// A proof of a file that was read earlier would be racy: a quick look could never say that it still holds (decision 0070).
TEST_F(FileHasher, ReadsAFreshFileOnlyWhenALaterWriteMustMoveItsTime) {
  for (int i = 0; i < 20; ++i) {
    folder_.write("f", "fresh " + std::to_string(i));
    std::int64_t began_ns = 0;
    HashOptions options;
    options.on_read = [&](std::uint64_t, std::size_t) { began_ns = system_clock().now().ns; };
    const HashOutcome outcome = hash_one("f", options);
    ASSERT_EQ(outcome.verdict, HashVerdict::hashed) << outcome.reason;
    ASSERT_GT(began_ns - outcome.identity.ctime_ns, kFileTickMostNs);
  }
}

// One change in the middle: the file is read again, and the digest is that of the new version.

TEST_F(FileHasher, ReadsAgainWhatIsRewrittenInPlace) {
  const std::string after = bytes(kSeveralPieces, 2);
  folder_.write("f", bytes(kSeveralPieces, 1));
  for (const int piece : {1, 3, pieces_of("f") - 1}) {
    folder_.write("f", bytes(kSeveralPieces, 1));
    const HashOutcome outcome = hash_while("f", piece, [&] { rewrite("f", after); });
    EXPECT_EQ(outcome.verdict, HashVerdict::hashed) << outcome.reason;
    EXPECT_EQ(outcome.digest, sha256(after)) << "after piece " << piece;
    EXPECT_GT(outcome.size_bytes_read, after.size());
  }
}

TEST_F(FileHasher, ReadsAgainWhatChangesWithSizeAndMtimeRestored) {
  const std::string after = bytes(kSeveralPieces, 2);
  folder_.write("f", bytes(kSeveralPieces, 1));
  set_old_mtime(folder_.at("f"));
  const HashOutcome outcome = hash_while("f", 2, [&] {
    rewrite("f", after);
    set_old_mtime(folder_.at("f"));
  });
  EXPECT_EQ(outcome.digest, sha256(after));
}

TEST_F(FileHasher, ReadsAgainWhatIsReplaced) {
  const std::string after = bytes(kSeveralPieces, 2);
  folder_.write("f", bytes(kSeveralPieces, 1));
  EXPECT_EQ(hash_while("f", 2, [&] { replace("f", after); }).digest, sha256(after));
  folder_.write("small", "before");
  EXPECT_EQ(hash_while("small", 1, [&] { replace("small", "after!"); }).digest, sha256("after!"));
}

TEST_F(FileHasher, SeesThatAFolderOrALinkOnTheWayWasSwapped) {
  const std::string after = bytes(kSeveralPieces, 2);
  folder_.write("a/f", bytes(kSeveralPieces, 1));
  folder_.write("b/f", after);
  std::filesystem::create_symlink("a", folder_.at("link"));
  EXPECT_EQ(hash_while("link/f", 2,
                       [&] {
                         std::filesystem::create_symlink("b", folder_.at("other"));
                         std::filesystem::rename(folder_.at("other"), folder_.at("link"));
                       })
                .digest,
            sha256(after));
  EXPECT_EQ(hash_while("a/f", 2,
                       [&] {
                         std::filesystem::rename(folder_.at("a"), folder_.at("c"));
                         std::filesystem::rename(folder_.at("b"), folder_.at("a"));
                       })
                .digest,
            sha256(after));
}

TEST_F(FileHasher, ReadsAgainWhatGrowsOrShrinks) {
  folder_.write("f", bytes(kSeveralPieces, 1));
  for (const std::size_t size :
       {std::size_t{10}, 2 * kSeveralPieces, std::size_t{0}, kSeveralPieces}) {
    const std::string after = bytes(size, 3);
    EXPECT_EQ(hash_while("f", 1, [&] { rewrite("f", after); }).digest, sha256(after)) << size;
  }
  folder_.write("g", "begin");
  const HashOutcome outcome = hash_while("g", 1, [&] {
    const Fd fd(::open(folder_.at("g").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    ASSERT_EQ(::write(fd.get(), " more", 5), 5);
  });
  EXPECT_EQ(outcome.digest, sha256("begin more"));
}

TEST_F(FileHasher, SaysThatAFileDisappearedWhileItWasHashed) {
  for (const std::size_t size : {std::size_t{100}, kSeveralPieces}) {
    folder_.write("f", bytes(size, 1));
    EXPECT_EQ(hash_while("f", 1, [&] { ::unlink(folder_.at("f").c_str()); }).verdict,
              HashVerdict::missing);
  }
}

TEST_F(FileHasher, CallsAFileUnstableThatChangesDuringEachReading) {
  for (const std::size_t size : {std::size_t{100}, kSeveralPieces}) {
    folder_.write("f", bytes(size, 1));
    folder_.write("g", "stands still");
    HashOptions options;
    unsigned seed = 1;
    options.on_read = [&](std::uint64_t ticket, std::size_t) {
      if (ticket == 0) replace("f", bytes(size, ++seed));
    };
    const auto outcomes = hash({"f", "g"}, options);
    EXPECT_EQ(outcomes.at("f").verdict, HashVerdict::unstable);
    EXPECT_THAT(outcomes.at("f").reason, HasSubstr("each of 3 readings"));
    EXPECT_EQ(outcomes.at("f").digest, Sha256Digest{});
    EXPECT_GE(outcomes.at("f").size_bytes_read, 3 * std::min(size, kPiece));
    EXPECT_EQ(outcomes.at("g").digest, sha256("stands still"));
  }
}

// A writer stands in the middle of a rewrite, with the file open: what is there is a mixture, and no time stamp says so.
TEST_F(FileHasher, WaitsForAWriterInTheMiddleOfARewrite) {
  const std::string before = bytes(40'000, 1);
  const std::string after = bytes(40'000, 2);
  folder_.write("f", before);
  Fd writer(::open(folder_.at("f").c_str(), O_WRONLY | O_CLOEXEC));
  ASSERT_EQ(::pwrite(writer.get(), after.data(), 20'000, 0), 20'000);
  std::atomic<bool> hashed{false};
  HashOutcome outcome;
  std::thread hasher([&] {
    outcome = hash_one("f");
    hashed = true;
  });
  // The second half is written as soon as the hasher has opened the file; it may then wait at most two seconds, or read too early.
  const auto times_open = [&] {
    int count = 0;
    for (const auto& each : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code closed_meanwhile;
      count += std::filesystem::read_symlink(each.path(), closed_meanwhile) == folder_.at("f");
    }
    return count;
  };
  while (!hashed && times_open() < 2)
    std::this_thread::yield();
  ASSERT_EQ(::pwrite(writer.get(), after.data() + 20'000, 20'000, 20'000), 20'000);
  writer = Fd();
  hasher.join();
  EXPECT_EQ(outcome.verdict, HashVerdict::hashed) << outcome.reason;
  EXPECT_EQ(outcome.digest, sha256(after));
}

// A writer that steps in at chosen bytes of chosen readings: one step of a rewrite in place, one whose modification time is put
// back, or a replacement. The first reading that is left alone gives the digest; without one there is none.
TEST_F(FileHasher, NeverGivesADigestOfAMixture) {
  constexpr std::size_t kSize = 200'000;
  constexpr std::size_t kReadings = 3;
  std::mt19937 random(7);
  std::string content = bytes(kSize, 1);
  folder_.write("f", content);
  const std::function<void()> step = [&] {
    const auto kind = random() % 3;
    content.replace(random() % (kSize - 1000), 1000, bytes(1000, static_cast<unsigned>(random())));
    if (kind == 0) return replace("f", content);
    overwrite("f", content);
    if (kind == 1) set_old_mtime(folder_.at("f"));
  };
  for (int round = 0; round < 64; ++round) {
    std::array<std::size_t, kReadings> steps_in_at{};  // 0: this reading is left alone
    for (std::size_t i = 0; i < kReadings; ++i)
      steps_in_at[i] = (round >> i & 1) != 0 ? 1 + random() % kSize : 0;
    std::size_t read = 0;
    HashOptions options;
    options.on_read = [&](std::uint64_t, std::size_t size_bytes) {
      const std::size_t from = read % kSize;
      const std::size_t at = steps_in_at.at(read / kSize);
      read += size_bytes;
      if (from < at && at <= from + size_bytes) step();
    };
    const HashOutcome outcome = hash_one("f", options);
    const auto left_alone = std::ranges::find(steps_in_at, 0U);
    const bool stands = left_alone != steps_in_at.end();
    ASSERT_EQ(outcome.verdict, stands ? HashVerdict::hashed : HashVerdict::unstable) << round;
    ASSERT_EQ(outcome.digest, stands ? sha256(content) : Sha256Digest{}) << round;
    const auto readings =
        static_cast<std::size_t>(left_alone - steps_in_at.begin()) + (stands ? 1 : 0);
    ASSERT_EQ(outcome.size_bytes_read, readings * kSize) << round;
  }
}

// The same beside a thread that never pauses: which reading finds its file left alone is up to the kernel, what it gives is not.
TEST_F(FileHasher, NeverGivesADigestOfAMixtureBesideABusyWriter) {
  const std::vector<std::string> versions = {bytes(200'000, 1), bytes(200'000, 2)};
  const std::set<Sha256Digest> whole = {sha256(versions[0]), sha256(versions[1])};
  folder_.write("replaced", versions[0]);
  folder_.write("rewritten", versions[0]);
  std::atomic<bool> stop{false};
  std::size_t turn = 0;
  std::thread writer([&] {
    while (!stop) {
      const std::string& content = versions[++turn % 2];
      replace("replaced", content);
      overwrite("rewritten", content);
    }
  });
  for (int round = 0; round < 100; ++round) {
    const HashOutcome outcome = hash_one("replaced");
    EXPECT_TRUE(outcome.verdict == HashVerdict::unstable || whole.contains(outcome.digest));
  }
  const HashOutcome rewritten = hash_one("rewritten");
  stop = true;
  writer.join();
  EXPECT_TRUE(rewritten.verdict == HashVerdict::unstable || whole.contains(rewritten.digest));
  EXPECT_EQ(hash_one("rewritten").digest, sha256(versions[turn % 2]));
  EXPECT_EQ(hash_one("replaced").digest, sha256(versions[turn % 2]));
}

TEST_F(FileHasher, PullsNoMoreJobsOnceItIsAskedToStopAndFinishesThoseInFlight) {
  for (int i = 0; i < 100; ++i)
    folder_.write("f" + std::to_string(i), bytes(kSeveralPieces, 1));
  auto root = RootFolder::open(folder_.path());
  Cancel cancel;
  HashOptions options;
  options.cancel = &cancel;
  options.on_read = [&](std::uint64_t, std::size_t) { cancel.request(); };
  std::uint64_t pulled = 0;
  std::uint64_t finished = 0;
  const auto status = hash_files(
      [&]() -> std::optional<HashJob> {
        const std::uint64_t i = pulled++;
        return HashJob{i, "f" + std::to_string(i), &*root};
      },
      [&](const HashOutcome& outcome) -> Status {
        EXPECT_EQ(outcome.verdict, HashVerdict::hashed);
        ++finished;
        return {};
      },
      options);
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(finished, pulled);
  EXPECT_LE(pulled, kSha256WideLanes);
}

// Three megabytes at a thousand bytes a second would take an hour.
TEST_F(FileHasher, WaitsForNoRateOnceItIsAskedToStop) {
  folder_.write("f", bytes(3'000'000, 1));
  auto root = RootFolder::open(folder_.path());
  Cancel cancel;
  RateLimiter rate(1000, system_clock());
  HashOptions options;
  options.cancel = &cancel;
  options.rate = &rate;
  std::atomic<std::uint64_t> read{0};
  options.on_read = [&](std::uint64_t, std::size_t size_bytes) { read += size_bytes; };
  bool pulled = false;
  std::thread stopper([&] {
    while (read == 0)
      std::this_thread::yield();
    cancel.request();
  });
  const auto status = hash_files(
      [&]() -> std::optional<HashJob> {
        if (std::exchange(pulled, true)) return std::nullopt;
        return HashJob{0, "f", &*root};
      },
      [&](const HashOutcome&) -> Status {
        ADD_FAILURE() << "it was not read to its end";
        return {};
      },
      options);
  stopper.join();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), Code::cancelled);
  EXPECT_LE(read, 8192U);
}

TEST_F(FileHasher, AsksAgainForJobsWhileOthersAreInFlight) {
  for (int i = 0; i < 4; ++i)
    folder_.write("f" + std::to_string(i), bytes(kSeveralPieces, 1));
  auto root = RootFolder::open(folder_.path());
  std::uint64_t asked = 0;
  std::uint64_t given = 0;
  std::uint64_t finished = 0;
  const auto status = hash_files(
      [&]() -> std::optional<HashJob> {
        if (++asked % 3 != 1 || given == 4)
          return std::nullopt;  // "nothing now" two times of three
        const std::uint64_t i = given++;
        return HashJob{i, "f" + std::to_string(i), &*root};
      },
      [&](const HashOutcome&) -> Status {
        ++finished;
        return {};
      },
      {});
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(finished, 4U);
}

TEST_F(FileHasher, StopsAtTheFirstErrorOfItsCaller) {
  for (int i = 0; i < 40; ++i)
    folder_.write("f" + std::to_string(i), "x");
  auto root = RootFolder::open(folder_.path());
  std::uint64_t next = 0;
  int calls = 0;
  const auto status = hash_files(
      [&]() -> std::optional<HashJob> {
        if (next == 40) return std::nullopt;
        const std::uint64_t i = next++;
        return HashJob{i, "f" + std::to_string(i), &*root};
      },
      [&](const HashOutcome&) -> Status {
        return ++calls == 3 ? Status(Error(Code::io, "full")) : Status();
      },
      {});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message(), "full");
  EXPECT_EQ(calls, 3);
}

TEST_F(FileHasher, TakesEveryByteFromTheRateBeforeItReadsIt) {
  folder_.write("large", bytes(3'000'000, 1));
  folder_.write("small", bytes(500, 1));
  ManualClock clock(Timestamp{1'700'000'000'000'000'000});
  RateLimiter rate(100'000, clock);
  const auto begin = clock.monotonic();
  HashOptions options;
  options.rate = &rate;
  const auto outcomes = hash({"large", "small"}, options);
  const std::chrono::duration<double> took = clock.monotonic() - begin;
  EXPECT_NEAR(took.count(), 30.0, 1.5);
  EXPECT_EQ(outcomes.at("large").verdict, HashVerdict::hashed);
}

TEST_P(FileHasherOnEveryKernel, LetsSmallFilesThroughBesideALargeOneAtALowRate) {
  folder_.write("large", bytes(10'000'000, 1));
  std::vector<std::string> paths = {"large"};
  for (int i = 0; i < 50; ++i) {
    paths.push_back("small" + std::to_string(i));
    folder_.write(paths.back(), "x");
  }
  auto root = RootFolder::open(folder_.path());
  // No file is left alone for a tick at first, as those are that were written a moment ago; and the rate is kept on a clock that
  // stands still meanwhile. So the order is that of the pieces, of which the large file has more than there are small ones.
  struct stat last{};
  ASSERT_EQ(::stat(folder_.at(paths.back()).c_str(), &last), 0);
  while (system_clock().now().ns - identity_of(last).ctime_ns <= kFileTickMostNs)
    std::this_thread::yield();
  ManualClock clock(Timestamp{1'700'000'000'000'000'000});
  RateLimiter rate(20'000'000, clock);
  HashOptions options;
  options.kernel = GetParam();
  options.rate = &rate;
  std::vector<std::uint64_t> order;
  std::size_t next = 0;
  const auto status = hash_files(
      [&]() -> std::optional<HashJob> {
        if (next == paths.size()) return std::nullopt;
        const std::size_t i = next++;
        return HashJob{i, paths[i], &*root};
      },
      [&](const HashOutcome& outcome) -> Status {
        order.push_back(outcome.ticket);
        return {};
      },
      options);
  ASSERT_TRUE(status.ok());
  ASSERT_EQ(order.size(), paths.size());
  EXPECT_EQ(order.back(), 0U) << "the large file holds the small ones up";
}

TEST_F(FileHasher, NeedsNoMoreMemoryForAFileOfFourGigabytes) {
  const Fd fd(::open(folder_.at("sparse").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  ASSERT_EQ(::ftruncate(fd.get(), (off_t{1} << 32U) + 1), 0);
  struct rusage before{};
  ::getrusage(RUSAGE_SELF, &before);
  const HashOutcome outcome = hash_one("sparse");
  struct rusage after{};
  ::getrusage(RUSAGE_SELF, &after);
  // head -c 4294967297 /dev/zero, sha256sum: 2^32 + 1 zero bytes
  EXPECT_EQ(to_hex(outcome.digest),
            "fbb82f7b353676bb562eb82157fcf0ea42c36492ca13ee56dbf82c08b6802c5c");
  EXPECT_EQ(outcome.size_bytes_read, (std::uint64_t{1} << 32U) + 1);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 8 * 1024) << "KiB";
}

}  // namespace
}  // namespace holdfast::core
