// SPDX-License-Identifier: Apache-2.0
// Waivers: one exact difference, with an owner, a reason and an end.
#include "catalog/waivers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/event_log.h"
#include "tests/support/test_catalog.h"

namespace holdfast::catalog {
namespace {

constexpr std::int64_t kDayNs = 86'400'000'000'000;

class Waivers : public testing::CatalogTest {
 protected:
  Waiver waiver(std::int64_t days = 30) {
    Waiver out;
    out.subject = "artifact:atlas/a";
    out.rule = "artifact.modified";
    out.recorded = "aa";
    out.observed = "bb";
    out.owner = "ada";
    out.reason = "known, see issue 7";
    out.expires_at = Timestamp{clock().now().ns + days * kDayNs};
    return out;
  }
  static core::Finding finding() {
    core::Finding out;
    out.subject = {"artifact", "atlas/a"};
    out.rule = "artifact.modified";
    out.recorded = "aa";
    out.observed = "bb";
    return out;
  }
  static bool covers(Catalog& catalog, const core::Finding& finding) {
    const auto set = WaiverSet::load(catalog);
    EXPECT_TRUE(set.ok());
    return set->covers(finding);
  }
};
HOLDFAST_ON_BOTH_DATABASES(Waivers);

TEST_P(Waivers, CoverExactlyTheDifferenceThatWasAccepted) {
  auto catalog = open_catalog();
  EXPECT_FALSE(covers(catalog, finding()));
  const auto id = grant_waiver(catalog, waiver(), "eve@host");
  ASSERT_TRUE(id.ok()) << id.error().message();
  EXPECT_TRUE(covers(catalog, finding()));
  for (const auto member :
       {&core::Finding::rule, &core::Finding::recorded, &core::Finding::observed}) {
    auto other = finding();
    other.*member += 'x';
    EXPECT_FALSE(covers(catalog, other));
  }
  auto other = finding();
  other.subject.name = "atlas/b";
  EXPECT_FALSE(covers(catalog, other));
  other = finding();  // the same letters, cut elsewhere
  other.recorded = "aab";
  other.observed = "b";
  EXPECT_FALSE(covers(catalog, other));
  const auto listed = list_waivers(catalog, false);
  ASSERT_EQ(listed->size(), 1U);
  EXPECT_EQ(listed->front().id, *id);
  EXPECT_EQ(listed->front().reason, "known, see issue 7");
  EXPECT_EQ(format_rfc3339(listed->front().expires_at), "2026-06-17T02:03:04.123456Z");
  const auto events = *list_events(catalog, {});
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].event.name, "waiver.granted");
  EXPECT_EQ(events[0].event.actor, "eve@host");
  EXPECT_EQ(*core::find_field(events[0].event.fields, "owner"),
            core::FieldValue(std::string("ada")));
}

TEST_P(Waivers, EndByThemselves) {
  auto catalog = open_catalog();
  ASSERT_TRUE(grant_waiver(catalog, waiver(1), "eve").ok());
  clock().advance(std::chrono::hours(23));
  EXPECT_TRUE(covers(catalog, finding()));
  clock().advance(std::chrono::hours(1));
  EXPECT_FALSE(covers(catalog, finding()));
  EXPECT_TRUE(list_waivers(catalog, false)->empty());
  EXPECT_EQ(list_waivers(catalog, true)->size(), 1U);
  EXPECT_TRUE(grant_waiver(catalog, waiver(1), "eve").ok()) << "an ended one is not in the way";
}

TEST_P(Waivers, EndWhenTheyAreRevoked) {
  auto catalog = open_catalog();
  const auto id = *grant_waiver(catalog, waiver(), "eve");
  ASSERT_TRUE(revoke_waiver(catalog, id, "ada").ok());
  EXPECT_FALSE(covers(catalog, finding()));
  EXPECT_TRUE(list_waivers(catalog, true)->front().revoked_at.has_value());
  EXPECT_EQ(list_events(catalog, {})->back().event.name, "waiver.revoked");
  EXPECT_EQ(revoke_waiver(catalog, id, "ada").error().code(), Code::not_found);
  EXPECT_EQ(revoke_waiver(catalog, 999, "ada").error().code(), Code::not_found);
  EXPECT_EQ(*last_event_seq(catalog), 2);
  EXPECT_TRUE(grant_waiver(catalog, waiver(), "eve").ok());
}

TEST_P(Waivers, RefuseASecondOneForTheSameDifference) {
  auto catalog = open_catalog();
  const auto id = *grant_waiver(catalog, waiver(), "eve");
  const auto second = grant_waiver(catalog, waiver(60), "eve");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), Code::conflict);
  EXPECT_THAT(second.error().message(), ::testing::HasSubstr("by waiver " + std::to_string(id)));
  EXPECT_EQ(list_waivers(catalog, true)->size(), 1U);
}

TEST_P(Waivers, RefuseWhatNobodyAnswersFor) {
  auto catalog = open_catalog();
  for (const auto member : {&Waiver::owner, &Waiver::reason, &Waiver::subject, &Waiver::rule}) {
    auto bad = waiver();
    (bad.*member).clear();
    EXPECT_EQ(grant_waiver(catalog, bad, "eve").error().code(), Code::invalid);
  }
  EXPECT_EQ(grant_waiver(catalog, waiver(0), "eve").error().code(), Code::invalid);
  EXPECT_EQ(grant_waiver(catalog, waiver(-1), "eve").error().code(), Code::invalid);
  EXPECT_EQ(*last_event_seq(catalog), 0);
}

}  // namespace
}  // namespace holdfast::catalog
