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
  WaiverTerms terms(std::int64_t days = 30) {
    return {"ada", "known, see issue 7", Timestamp{clock().now().ns + days * kDayNs}};
  }
  /// Waives finding() for so many days.
  Result<std::int64_t> grant(Catalog& catalog, std::int64_t days = 30) {
    const core::Finding one = finding();
    TRY_ASSIGN(const auto granted, grant_waivers(catalog, {&one, 1}, terms(days), "eve@host"));
    EXPECT_EQ(granted.waivers.size(), 1U);
    return granted.waivers.front().id;
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
  const auto id = grant(catalog);
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

TEST_P(Waivers, MarkWhatTheyCoverAndNothingElse) {
  auto catalog = open_catalog();
  ASSERT_TRUE(grant(catalog).ok());
  std::vector<core::Finding> two(2, finding());
  two[1].observed = "cc";
  two[1].waived = true;  // as an earlier look left it
  WaiverSet::load(catalog)->mark(two);
  EXPECT_TRUE(two[0].waived);
  EXPECT_FALSE(two[1].waived);
}

TEST_P(Waivers, EndByThemselves) {
  auto catalog = open_catalog();
  ASSERT_TRUE(grant(catalog, 1).ok());
  clock().advance(std::chrono::hours(23));
  EXPECT_TRUE(covers(catalog, finding()));
  clock().advance(std::chrono::hours(1));
  EXPECT_FALSE(covers(catalog, finding()));
  EXPECT_TRUE(list_waivers(catalog, false)->empty());
  EXPECT_EQ(list_waivers(catalog, true)->size(), 1U);
  EXPECT_TRUE(grant(catalog, 1).ok()) << "an ended one is not in the way";
}

TEST_P(Waivers, EndWhenTheyAreRevoked) {
  auto catalog = open_catalog();
  const auto id = *grant(catalog);
  ASSERT_TRUE(revoke_waiver(catalog, id, "ada").ok());
  EXPECT_FALSE(covers(catalog, finding()));
  EXPECT_TRUE(list_waivers(catalog, true)->front().revoked_at.has_value());
  EXPECT_EQ(list_events(catalog, {})->back().event.name, "waiver.revoked");
  EXPECT_EQ(revoke_waiver(catalog, id, "ada").error().code(), Code::not_found);
  EXPECT_EQ(revoke_waiver(catalog, 999, "ada").error().code(), Code::not_found);
  EXPECT_EQ(*last_event_seq(catalog), 2);
  EXPECT_TRUE(grant(catalog).ok());
}

TEST_P(Waivers, RefuseASecondOneForTheSameDifference) {
  auto catalog = open_catalog();
  const auto id = *grant(catalog);
  const auto second = grant(catalog, 60);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), Code::conflict);
  EXPECT_THAT(second.error().message(), ::testing::HasSubstr("by waiver " + std::to_string(id)));
  EXPECT_EQ(list_waivers(catalog, true)->size(), 1U);
}

TEST_P(Waivers, RefuseWhatNobodyAnswersFor) {
  auto catalog = open_catalog();
  const core::Finding one = finding();
  for (const auto member : {&WaiverTerms::owner, &WaiverTerms::reason}) {
    auto bad = terms();
    (bad.*member).clear();
    EXPECT_EQ(grant_waivers(catalog, {&one, 1}, bad, "eve").error().code(), Code::invalid);
  }
  EXPECT_EQ(grant(catalog, 0).error().code(), Code::invalid);
  EXPECT_EQ(grant(catalog, -1).error().code(), Code::invalid);
  EXPECT_EQ(*last_event_seq(catalog), 0);
}

TEST_P(Waivers, AreGrantedTogetherAndLeaveWhatIsWaivedAsItIs) {
  auto catalog = open_catalog();
  const auto first = *grant(catalog, 1);
  std::vector<core::Finding> three(3, finding());
  three[1].observed = "cc";
  three[2].observed = "dd";
  const auto planned = plan_waivers(catalog, three, terms());
  ASSERT_TRUE(planned.ok()) << planned.error().message();
  EXPECT_EQ(planned->waivers.size(), 2U);
  EXPECT_EQ(planned->waivers.front().id, 0);
  EXPECT_EQ(list_waivers(catalog, true)->size(), 1U) << "a plan writes nothing";
  const auto granted = grant_waivers(catalog, three, terms(), "eve");
  ASSERT_TRUE(granted.ok()) << granted.error().message();
  EXPECT_EQ(granted->waived_already, 1);
  ASSERT_EQ(granted->waivers.size(), 2U);
  EXPECT_EQ(granted->waivers[0].observed, "cc");
  EXPECT_EQ(granted->waivers[1].observed, "dd");
  EXPECT_EQ(list_waivers(catalog, false)->front().id, first);
  for (const core::Finding& each : three)
    EXPECT_TRUE(covers(catalog, each));
  EXPECT_EQ(list_events(catalog, {})->size(), 3U);
}

TEST_P(Waivers, AreGrantedOnceForADifferenceThatIsListedTwice) {
  auto catalog = open_catalog();
  const std::vector<core::Finding> twice(2, finding());
  const auto granted = grant_waivers(catalog, twice, terms(), "eve");
  ASSERT_TRUE(granted.ok()) << granted.error().message();
  EXPECT_EQ(granted->waivers.size(), 1U);
  EXPECT_EQ(granted->waived_already, 0);
}

TEST_P(Waivers, AreGrantedAllOrNone) {
  auto catalog = open_catalog();
  std::vector<core::Finding> two(2, finding());
  two[1].observed = std::string("not\0text", 8);  // what no database takes
  EXPECT_FALSE(grant_waivers(catalog, two, terms(), "eve").ok());
  EXPECT_TRUE(list_waivers(catalog, true)->empty());
  EXPECT_EQ(*last_event_seq(catalog), 0);
}

}  // namespace
}  // namespace holdfast::catalog
