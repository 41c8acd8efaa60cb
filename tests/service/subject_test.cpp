// SPDX-License-Identifier: Apache-2.0
#include "service/subject.h"

#include <gtest/gtest.h>

namespace holdfast::service {
namespace {

TEST(Subjects, AreNamesOfTheDefaultTrackOrOfAContext) {
  for (const char* text : {"orders", ":.v2:orders", "telemetry.FeedbackEvent"}) {
    const auto subject = parse_subject(text, "v1");
    ASSERT_TRUE(subject.ok()) << text;
    EXPECT_EQ(subject_text(subject->track, subject->name, "v1"), text);
  }
  const auto other = parse_subject(":.v1:orders.schema", "v1");
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(subject_text(other->track, other->name, "v1"), "orders");
}

TEST(Subjects, ThatAreNoNamesAreRefused) {
  for (const char* text : {"", ":.v2", ":.v2:", ":x:y", ":.ids:x", "a/b", "..", "a b"})
    EXPECT_FALSE(parse_subject(text, "v1").ok()) << text;
}

}  // namespace
}  // namespace holdfast::service
