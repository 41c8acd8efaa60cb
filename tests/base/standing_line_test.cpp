// SPDX-License-Identifier: Apache-2.0
// The standing line: what follows it on the terminal never stands beside it.
#include "base/standing_line.h"

#include <cstdio>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.h"

namespace holdfast {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(StandingLine, IsWrittenOverAndCoversALongerOne) {
  ::testing::internal::CaptureStderr();
  set_standing_line("a long line");
  set_standing_line("é");
  set_standing_line("");
  set_standing_line("");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "\ra long line\ré          \r \r");
}

TEST(StandingLine, IsWipedBeforeALogLine) {
  ::testing::internal::CaptureStderr();
  set_standing_line("43 %");
  log_warning("recorded hash disagrees");
  log_warning("once more");
  const std::string text = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(text, StartsWith("\r43 %\r    \r20"));
  EXPECT_THAT(text, HasSubstr("disagrees\n20"));
}

}  // namespace
}  // namespace holdfast
