// SPDX-License-Identifier: Apache-2.0
// Words for a shell, read back by a real one.
#include "base/shell_word.h"

#include <gtest/gtest.h>

#include "tests/support/second_program.h"

namespace holdfast {
namespace {

TEST(ShellWord, LeavesAPlainWordAsItIs) {
  EXPECT_EQ(shell_word("figures/bill_1-2.png"), "figures/bill_1-2.png");
}

TEST(ShellWord, IsReadBackByAShell) {
  for (const std::string text :
       {"", "a b", "it's", "$(reboot)", "a\nb", "\x1b[2Jboo", "~", "back\\slash\t'", "*"}) {
    const auto ended =
        testing::run_program("bash -c " + testing::shell_quoted("printf %s " + shell_word(text)));
    EXPECT_EQ(ended.exit_code, 0);
    EXPECT_EQ(ended.output, text);
  }
}

TEST(ShellWord, HoldsNoControlBytes) {
  for (const char c : shell_word("\x1b[2J\r\n\xc2\x9b"))
    EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7f);
}

}  // namespace
}  // namespace holdfast
