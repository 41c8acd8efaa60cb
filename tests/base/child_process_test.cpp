// SPDX-License-Identifier: Apache-2.0
// Other programs, good and bad: nothing that they do hangs or ends us.
#include "base/child_process.h"

#include <chrono>
#include <filesystem>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/support/temp_folder.h"

namespace holdfast {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

ChildProcess shell(const std::string& script, const ChildOptions& options = {}) {
  auto child = ChildProcess::start({"sh", "-c", script}, options);
  EXPECT_TRUE(child);
  return std::move(*child);
}

std::string next(ChildProcess& child) {
  auto line = child.read_line(10s, nullptr);
  if (!line) return "error: " + line.error().message();
  return line->value_or("(end)");
}

TEST(ChildProcess, SpeaksInLines) {
  ChildProcess child =
      shell("while read -r x; do echo \"got $x\"; done; printf tail; echo why >&2; exit 3");
  for (const char* word : {"a", "b c", ""}) {
    ASSERT_TRUE(child.write_line(word, 10s, nullptr));
    EXPECT_EQ(next(child), std::string("got ") + word);
  }
  child.close_input();
  EXPECT_EQ(next(child), "tail") << "without a line feed";
  EXPECT_EQ(next(child), "(end)");
  const ChildEnd end = child.wait(10s);
  EXPECT_EQ(end.exit_code, 3);
  EXPECT_EQ(end.text(), "exit 3");
  EXPECT_FALSE(end.ok());
  EXPECT_EQ(child.error_tail(), "why\n");
  EXPECT_TRUE(child.error_whole());
}

TEST(ChildProcess, HasTheFolderAndTheEnvironmentThatWereAsked) {
  ChildProcess child = shell("pwd; echo $WORD",
                             {.folder = "/", .environment = {{"WORD", "x y"}}, .memory_bytes = {}});
  EXPECT_EQ(next(child), "/");
  EXPECT_EQ(next(child), "x y");
  EXPECT_TRUE(child.wait(10s).ok());
}

TEST(ChildProcess, IsNamedWhereItCantBeStarted) {
  const auto none = ChildProcess::start({"no-such-program-anywhere"}, {});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code(), Code::not_found);
  EXPECT_THAT(none.error().message(), HasSubstr("no-such-program-anywhere"));
  const testing::TempFolder folder;
  folder.write("text", "no program");
  for (const std::string& path : {folder.at("text"), folder.path()}) {
    const auto bad = ChildProcess::start({path}, {});
    ASSERT_FALSE(bad) << path;
    EXPECT_EQ(bad.error().code(), Code::invalid);
  }
  EXPECT_FALSE(ChildProcess::start({}, {}));
}

TEST(ChildProcess, SaysWhyTheSystemCantRunIt) {
  const testing::TempFolder folder;
  folder.write("no_interpreter", "echo x\n");
  folder.write("lost_interpreter", "#!/no/such/interpreter\n");
  for (const auto& [name, why] :
       {std::pair("no_interpreter", "(a script begins with #! and its interpreter): Exec format"),
        std::pair("lost_interpreter", "it can't be run: No such file")}) {
    std::filesystem::permissions(folder.at(name), std::filesystem::perms::owner_all);
    auto child = ChildProcess::start({folder.at(name)}, {});
    ASSERT_TRUE(child) << name;
    EXPECT_EQ(next(*child), "(end)");
    EXPECT_EQ(child->wait(10s).exit_code, 127);
    EXPECT_THAT(child->error_tail(), HasSubstr(why));
  }
}

TEST(ChildProcess, ThatHangsIsLeftAndKilled) {
  ChildProcess child = shell("trap '' TERM INT; while :; do sleep 1000; done");
  const auto line = child.read_line(50ms, nullptr);
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().code(), Code::io);
  EXPECT_THAT(line.error().message(), HasSubstr("nothing came for 0.05 s"));
  const ChildEnd end = child.wait(50ms);
  EXPECT_EQ(end.signal, SIGKILL);
  EXPECT_THAT(end.text(), HasSubstr("signal 9"));
}

TEST(ChildProcess, IsKilledWithItsChildren) {
  ChildProcess child = shell("sleep 1000 & echo $!; wait");
  const pid_t grandchild = std::stoi(next(child));
  EXPECT_EQ(::kill(grandchild, 0), 0);
  child.kill();
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (::kill(grandchild, 0) == 0 && std::chrono::steady_clock::now() < deadline) {
  }
  EXPECT_NE(::kill(grandchild, 0), 0);
}

TEST(ChildProcess, ThatPrintsWithoutEndIsRefused) {
  ChildProcess child = shell("yes | tr -d '\\n'", {.max_line_bytes = 100'000});
  const auto line = child.read_line(10s, nullptr);
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().code(), Code::invalid);
  // More than the pipe holds comes before the line, so that some of it has been read by then.
  ChildProcess chatty =
      shell("yes complaint | head -c 1000000 >&2; echo done; exec yes complaint >&2");
  EXPECT_EQ(next(chatty), "done");
  EXPECT_EQ(chatty.wait(50ms).signal, SIGKILL);
  EXPECT_THAT(chatty.error_tail(), HasSubstr("complaint"));
  EXPECT_LE(chatty.error_tail().size(), 4096U);
  EXPECT_FALSE(chatty.error_whole());
}

TEST(ChildProcess, ThatReadsNoMoreIsAnErrorAndNoSignal) {
  ChildProcess child = shell("exec <&-; echo closed; sleep 1000");
  EXPECT_EQ(next(child), "closed");
  Status written;
  for (int i = 0; i < 100 && written; ++i)
    written = child.write_line(std::string(100'000, 'x'), 100ms, nullptr);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code(), Code::io);
}

TEST(ChildProcess, IsHeldToItsMemory) {
  ChildProcess child = shell("python3 -c 'x = bytearray(1 << 30); print(len(x))'",
                             {.memory_bytes = std::uint64_t{512} << 20U});
  EXPECT_EQ(next(child), "(end)");
  EXPECT_FALSE(child.wait(20s).ok());
  EXPECT_THAT(child.error_tail(), HasSubstr("MemoryError"));
}

TEST(ChildProcess, StopsWaitingWhenAsked) {
  Cancel cancel;
  cancel.request();
  ChildProcess child = shell("sleep 1000");
  const auto line = child.read_line(1h, &cancel);
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().code(), Code::cancelled);
}

TEST(ChildProcess, ThatCrashesTellsItsSignal) {
  ChildProcess child = shell("kill -SEGV $$");
  EXPECT_EQ(next(child), "(end)");
  EXPECT_EQ(child.wait(10s).signal, SIGSEGV);
}

}  // namespace
}  // namespace holdfast
