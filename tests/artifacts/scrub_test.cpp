// SPDX-License-Identifier: Apache-2.0
// The scrub under a clock of its own: what is due, what it promises, and that it finds rot in time.
#include "artifacts/scrub.h"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "artifacts/rules.h"
#include "catalog/check_runs.h"
#include "tests/artifacts/proof_world.h"

namespace holdfast::artifacts {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::must;
using testing::ProofTest;
using testing::ProofWorld;

constexpr std::chrono::hours kDay{24};
constexpr std::int64_t kDayNs = std::chrono::nanoseconds(kDay).count();
const Timestamp kNow{1'800'000'000'000'000'000};

ScrubTerms terms(std::chrono::nanoseconds within, std::optional<std::uint64_t> rate = {}) {
  ScrubTerms out;
  out.every_byte_within = within;
  out.rate_bytes_per_s = rate;
  return out;
}

ScrubLoad load_of(std::int64_t rows, std::uint64_t size_bytes) {
  ScrubLoad load;
  load.rows = rows;
  load.size_bytes = size_bytes;
  return load;
}

TEST(ScrubForecast, SaysByHowMuchAPromiseCannotBeKept) {
  // 864 GB at 10 MB/s are one day of reading.
  const auto all_day = forecast(terms(2 * kDay, 10'000'000), load_of(1, 864'000'000'000), kNow);
  EXPECT_TRUE(all_day.can_keep);
  EXPECT_EQ(all_day.one_pass, kDay);
  EXPECT_DOUBLE_EQ(all_day.needed_bytes_per_s, 5'000'000);
  ScrubTerms nightly = terms(2 * kDay, 10'000'000);
  nightly.window = must(TimeWindow::parse("02:00-06:00"));
  const auto nights = forecast(nightly, load_of(1, 864'000'000'000), kNow);
  EXPECT_NEAR(nights.window_share, 4.0 / 24, 1e-9);
  EXPECT_FALSE(nights.can_keep);
  EXPECT_NEAR(static_cast<double>(nights.one_pass->count()), 6.0 * static_cast<double>(kDayNs),
              1e6);
  EXPECT_NEAR(nights.needed_bytes_per_s, 30'000'000, 1);
  EXPECT_THAT(nights.text, HasSubstr("the promise can't be kept"));
  EXPECT_THAT(nights.text, HasSubstr("4 d more than the promised 2 d"));
  EXPECT_THAT(nights.text, HasSubstr("30.0 MB/s"));
}

TEST(ScrubForecast, TellsHowManySlicesAreNeeded) {
  ScrubTerms slices = terms(10 * kDay, 10'000'000);
  slices.once_for = std::chrono::minutes(5);  // 3 GB each
  const auto out = forecast(slices, load_of(1, 300'000'000'000), kNow);
  EXPECT_DOUBLE_EQ(*out.slices_per_day, 10);
  EXPECT_THAT(out.text, HasSubstr("10 a day are needed"));
}

TEST(ScrubForecast, TakesALittleNeitherForNothingNorForMore) {
  EXPECT_THAT(forecast(terms(kDay), load_of(1, 100), kNow).text, HasSubstr("needs < 1 B/s"));
  EXPECT_THAT(forecast(terms(kDay), load_of(1, 0), kNow).text, HasSubstr("needs 0 B/s"));
  const auto barely = forecast(terms(kDay, 10'000), load_of(1, 864'000'001), kNow);
  EXPECT_FALSE(barely.can_keep);
  EXPECT_THAT(barely.text, HasSubstr("barely over the promised"));
  EXPECT_THAT(barely.text, ::testing::Not(HasSubstr("more than")));
}

TEST(ScrubForecast, WithoutARateClaimsNothing) {
  const auto out = forecast(terms(kDay), load_of(1, 86'400'000), kNow);
  EXPECT_TRUE(out.can_keep);
  EXPECT_FALSE(out.one_pass);
  EXPECT_THAT(out.text, HasSubstr("needs 1.0 kB/s"));
}

TEST(DueWork, IsAnEvenShareOfTheDayForRowsProvedTogether) {
  constexpr std::uint64_t kSize = 1'000'000;
  DueWork work(terms(10 * kDay), load_of(90, 90 * kSize), kNow);
  for (int i = 0; i < 90; ++i)
    work.add(Timestamp{kNow.ns - kDayNs}, kSize);
  // One of the nine days in which all must be read once (a tenth is kept back).
  EXPECT_NEAR(static_cast<double>(work.due_cost()), 10.0 * (kSize + kFileCostBytes), kSize / 10.0);
}

TEST(DueWork, IsNothingForRowsJustProvedAndAllForRowsPastTheirTime) {
  DueWork fresh(terms(10 * kDay), load_of(9, 9000), kNow);
  DueWork late(terms(10 * kDay), load_of(9, 9000), kNow);
  for (int i = 0; i < 9; ++i) {
    fresh.add(kNow, 1000);
    late.add(Timestamp{kNow.ns - 10 * kDayNs}, 1000);
  }
  EXPECT_EQ(fresh.due_cost(), 0U);
  EXPECT_EQ(late.due_cost(), 9 * DueWork::cost(1000));
}

TEST(DueWork, AgesThatAreSpreadEvenlyLeaveOnlyWhatTheLastSliceLeft) {
  DueWork work(terms(10 * kDay), load_of(90, 0), kNow);
  // Looked at one after the other over the last nine days, the oldest exactly nine days ago.
  for (int i = 0; i < 90; ++i)
    work.add(Timestamp{kNow.ns - 9 * kDayNs + i * kDayNs / 10}, 0);
  EXPECT_NEAR(static_cast<double>(work.due_cost()), kFileCostBytes, kFileCostBytes / 100.0);
}

class Scrub : public ProofTest {};
HOLDFAST_PROOFS_ON_BOTH(Scrub);

TEST_P(Scrub, ReadsWhatWasNeverProvedFirstThenTheOldestProof) {
  for (const char* id : {"a", "b", "c", "d"})
    world().keep(id, std::string(id) + ".bin", std::string(1000, id[0]));
  VerifyOptions only = world().options();
  for (const char* type : {"figure"})
    only.types = {type};
  world().sql("update artifacts set artifact_type = 'old' where id = 'c'");
  world().sql("update artifacts set artifact_type = 'older' where id = 'b'");
  only.types = {"older"};
  world().verify_with(only);
  world().clock().advance(kDay);
  only.types = {"old"};
  world().verify_with(only);
  world().clock().advance(20 * kDay);
  const ScrubEnd end = world().scrub_with(world().scrub_options(10 * kDay));
  EXPECT_THAT(world().read_ids, ElementsAre("a", "d", "b", "c"));
  EXPECT_EQ(end.before.never_looked_at, 2);
  EXPECT_EQ(end.before.too_old, 2);
  EXPECT_EQ(end.after.never_looked_at, 0);
  EXPECT_EQ(end.after.too_old, 0);
  EXPECT_FALSE(end.has_findings()) << "late, and made up for";
}

TEST_P(Scrub, ReadsWhatWasReadUnderAClockThatWasAhead) {
  for (int i = 0; i < 3; ++i)
    world().keep("r" + std::to_string(i), std::to_string(i), "content");
  world().scrub_with(world().scrub_options(10 * kDay));
  world().sql(
      "update artifact_proof set proved_at = '2199-01-01T00:00:00.000000Z', "
      "looked_at = '2199-01-01T00:00:00.000000Z' where artifact_id <> 'r0'");
  ScrubOptions options = world().scrub_options(10 * kDay);
  options.limit = 1;
  const ScrubEnd part = world().scrub_with(options);
  EXPECT_THAT(world().read_ids, ElementsAre("r1"));
  EXPECT_EQ(part.before.in_future, 2);
  EXPECT_EQ(part.conclusion.outcome, Outcome::incomplete);
  EXPECT_THAT(part.conclusion.gaps,
              Contains(HasSubstr("the clock was wrong then or is wrong now")));
  const ScrubEnd rest = world().scrub_with(world().scrub_options(10 * kDay));
  EXPECT_THAT(world().read_ids, ElementsAre("r2"));
  EXPECT_EQ(rest.after.in_future, 0);
  EXPECT_EQ(rest.conclusion.outcome, Outcome::in_step);
  world().scrub_with(world().scrub_options(10 * kDay));
  EXPECT_THAT(world().read_ids, IsEmpty());
}

TEST_P(Scrub, ReadsNothingTwiceBeforeItIsDue) {
  for (int i = 0; i < 5; ++i)
    world().keep("r" + std::to_string(i), std::to_string(i), "content");
  world().scrub_with(world().scrub_options(10 * kDay));
  EXPECT_EQ(world().read_ids.size(), 5U);
  const ScrubEnd again = world().scrub_with(world().scrub_options(10 * kDay));
  EXPECT_THAT(world().read_ids, IsEmpty());
  EXPECT_FALSE(again.has_findings());
  EXPECT_EQ(again.next_expiry->ns, world().clock().now().ns + 10 * kDayNs);
}

TEST_P(Scrub, EveryProofStaysYoungerThanPromisedOverThreeMonthsOfNights) {
  std::uint64_t seed = 20260518;
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  constexpr int kRows = 40;
  for (int i = 0; i < kRows; ++i) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    world().keep("r" + std::to_string(100 + i), std::to_string(i),
                 std::string((seed >> 33U) % 60'000, 'x'));
  }
  const std::chrono::nanoseconds promise = 10 * kDay;
  std::size_t most = 0;
  for (int night = 0; night < 90; ++night) {
    const ScrubEnd end = world().scrub_with(world().scrub_options(promise));
    EXPECT_EQ(end.before.too_old, 0) << "night " << night;
    ASSERT_FALSE(end.has_findings()) << "night " << night;
    if (night > 0) most = std::max(most, world().read_ids.size());
    world().clock().advance(kDay);
  }
  EXPECT_LE(most, kRows / 3) << "spread over the nights, not all on one";
}

TEST_P(Scrub, FindsRotThatMovesNoTimeWithinThePromisedAge) {
  for (int i = 0; i < 30; ++i)
    world().keep("r" + std::to_string(10 + i), std::to_string(i), std::string(20'000, 'x'));
  world().verify_full();
  world().flip_a_bit("17");
  world().pretend_ctime_did_not_move("r27", "17");
  EXPECT_EQ(world().verify_quick().tally.total.unknown, 0) << "no look at the identity sees it";
  int found_on = 0;
  for (int day = 1; day <= 10 && found_on == 0; ++day) {
    world().clock().advance(kDay);
    world().scrub_with(world().scrub_options(10 * kDay));
    if (!world().findings.empty()) found_on = day;
  }
  EXPECT_THAT(world().findings, ElementsAre("r27 artifact.changed_without_write"));
  EXPECT_GE(found_on, 1);
  EXPECT_LE(found_on, 10);
}

TEST_P(Scrub, DoesNotReadADamagedFileInEverySlice) {
  world().keep("a", "a.bin", "content");
  world().keep("b", "b.bin", "content");
  world().verify_full();
  world().write("a.bin", "damaged");
  world().clock().advance(10 * kDay);
  world().scrub_with(world().scrub_options(10 * kDay));
  EXPECT_THAT(world().findings, ElementsAre("a artifact.modified"));
  world().scrub_with(world().scrub_options(10 * kDay));
  EXPECT_THAT(world().read_ids, IsEmpty());
  EXPECT_EQ(world().incidents().size(), 1U) << "it stays an open incident";
}

TEST_P(Scrub, SaysBeforeTheFirstByteThatThePromiseCannotBeKept) {
  world().keep("a", "a.bin", std::string(100'000, 'a'));
  ScrubOptions options = world().scrub_options(std::chrono::seconds(10));
  options.terms.rate_bytes_per_s = 1000;
  options.limit = 1;
  bool told = false;
  options.on_plan = [&](const ScrubLoad& load, const ScrubForecast& plan) {
    told = true;
    EXPECT_EQ(load.never_looked_at, 1);
    EXPECT_FALSE(plan.can_keep);
    EXPECT_EQ(world().number("select count(*) from artifact_proof"), 0);
  };
  const ScrubEnd end = world().scrub_with(options);
  EXPECT_TRUE(told);
  ASSERT_EQ(end.promise->findings.size(), 1U);
  EXPECT_EQ(end.promise->findings[0].rule, kScrubPromiseBroken);
  EXPECT_EQ(end.promise->findings[0].level, core::Level::warning);
  EXPECT_TRUE(end.has_findings());
  ASSERT_EQ(world().incidents().size(), 1U);
  EXPECT_EQ(world().incidents()[0].subject, "source:atlas");
  // A promise that can be kept ends it.
  world().scrub_with(world().scrub_options(kDay));
  EXPECT_TRUE(world().incidents().empty());
}

TEST_P(Scrub, KeepsToItsRateByItsOwnClock) {
  world().keep("a", "a.bin", std::string(3'000'000, 'a'));
  ScrubOptions options = world().scrub_options(kDay);
  options.terms.rate_bytes_per_s = 1'000'000;
  const Timestamp before = world().clock().now();
  world().scrub_with(options);
  const double seconds = static_cast<double>(world().clock().now().ns - before.ns) / 1e9;
  EXPECT_GE(seconds, 2.9);
  EXPECT_LE(seconds, 3.5);
}

TEST_P(Scrub, EndsASliceByBytesByRowsAndByTimeAndGoesOnInTheNext) {
  for (int i = 0; i < 10; ++i)
    world().keep("r" + std::to_string(i), std::to_string(i), std::string(1000, 'x'));
  ScrubOptions bytes = world().scrub_options(kDay);
  bytes.limit_bytes = 2500;
  EXPECT_TRUE(world().scrub_with(bytes).slice_over);
  EXPECT_EQ(world().read_ids.size(), 3U) << "begun while fewer than 2,500 bytes were begun";
  ScrubOptions rows = world().scrub_options(kDay);
  rows.limit = 2;
  EXPECT_TRUE(world().scrub_with(rows).slice_over);
  EXPECT_EQ(world().read_ids.size(), 2U);
  // 1,000 bytes a second: the clock moves with each file that is read.
  ScrubOptions time = world().scrub_options(kDay);
  time.terms.rate_bytes_per_s = 1000;
  time.terms.once_for = std::chrono::seconds(1);
  EXPECT_TRUE(world().scrub_with(time).slice_over);
  EXPECT_GE(world().read_ids.size(), 1U);
  EXPECT_LT(world().read_ids.size(), 5U);
  const ScrubEnd last = world().scrub_with(world().scrub_options(kDay));
  EXPECT_FALSE(last.slice_over);
  EXPECT_EQ(last.after.never_proved, 0);
}

TEST_P(Scrub, FinishesTheFileThatItBeganBeforeItsTimeWasOver) {
  world().keep("a", "a.bin", std::string(3'000'000, 'a'));
  world().keep("b", "b.bin", std::string(3'000'000, 'b'));
  ScrubOptions slice = world().scrub_options(kDay);
  slice.terms.rate_bytes_per_s = 1'000'000;
  slice.terms.once_for = std::chrono::seconds(1);
  std::int64_t never_read = 2;
  for (int call = 1; call <= 10 && never_read > 0; ++call) {
    const ScrubEnd end = world().scrub_with(slice);
    EXPECT_FALSE(end.cancelled);
    EXPECT_LT(end.after.never_looked_at, never_read)
        << "call " << call << " threw its reading away";
    never_read = end.after.never_looked_at;
  }
  EXPECT_EQ(never_read, 0);
}

TEST_P(Scrub, DoesNotWaitForAWindowThatOpensAfterTheSlice) {
  world().keep("a", "a.bin", "content");
  ScrubOptions options = world().scrub_options(kDay);
  const Timestamp now = world().clock().now();
  // A window that has just closed: it opens again in more than 22 hours.
  const auto hour = [&](int offset) {
    const std::time_t at = now.ns / 1'000'000'000 + std::int64_t{offset} * 3600;
    std::tm local{};
    ::localtime_r(&at, &local);
    char text[16];
    std::strftime(text, sizeof text, "%H:00", &local);
    return std::string(text);
  };
  options.terms.window = must(TimeWindow::parse(hour(-1) + "-" + hour(0)));
  options.terms.once_for = std::chrono::minutes(5);
  const ScrubEnd end = world().scrub_with(options);
  EXPECT_TRUE(end.slice_over);
  EXPECT_THAT(world().read_ids, IsEmpty());
  EXPECT_LT(world().clock().now().ns - now.ns, 3600LL * 1'000'000'000);
}

TEST_P(Scrub, IsNotInStepWhileRowsWereNeverRead) {
  world().keep("a", "a.bin", "content");
  world().keep("b", "b.bin", "content");
  ScrubOptions nothing = world().scrub_options(10 * kDay);
  nothing.limit_bytes = 0;
  const ScrubEnd none = world().scrub_with(nothing);
  EXPECT_EQ(none.conclusion.outcome, Outcome::incomplete);
  EXPECT_THAT(none.conclusion.gaps, ElementsAre("2 rows never read yet"));
  ScrubOptions one = world().scrub_options(10 * kDay);
  one.limit = 1;
  EXPECT_EQ(world().scrub_with(one).conclusion.outcome, Outcome::incomplete);
  EXPECT_EQ(world().scrub_with(one).conclusion.outcome, Outcome::in_step);
  const ScrubEnd nothing_due = world().scrub_with(world().scrub_options(10 * kDay));
  EXPECT_THAT(world().read_ids, IsEmpty());
  EXPECT_EQ(nothing_due.conclusion.outcome, Outcome::in_step);
  EXPECT_THAT(nothing_due.conclusion.gaps, IsEmpty());
  std::vector<std::string> outcomes;
  for (const auto& run : must(catalog::list_check_runs(world().catalog(), 10)))
    outcomes.push_back(run.outcome);
  std::ranges::sort(outcomes);
  EXPECT_THAT(outcomes, ElementsAre("in_step", "in_step", "incomplete", "incomplete"))
      << "the row of check_run says what is printed";
}

TEST_P(Scrub, ThatReadsNothingOfWhatIsDueIsIncomplete) {
  world().keep("a", "a.bin", "content");
  world().verify_full();
  world().clock().advance(10 * kDay);
  ScrubOptions nothing = world().scrub_options(10 * kDay);
  nothing.limit_bytes = 0;
  const ScrubEnd end = world().scrub_with(nothing);
  EXPECT_FALSE(end.has_findings());
  EXPECT_EQ(end.conclusion.outcome, Outcome::incomplete);
}

TEST_P(Scrub, RowsThatStayUnreadForLongerThanPromisedBreakThePromise) {
  world().keep("a", "a.bin", "content");
  ScrubOptions nothing = world().scrub_options(10 * kDay);
  nothing.limit_bytes = 0;
  const Timestamp first = world().clock().now();
  EXPECT_FALSE(world().scrub_with(nothing).has_findings());
  world().clock().advance(9 * kDay);
  const ScrubEnd soon = world().scrub_with(nothing);
  EXPECT_FALSE(soon.has_findings());
  EXPECT_EQ(soon.next_expiry->ns, first.ns + 10 * kDayNs);
  world().clock().advance(2 * kDay);
  const ScrubEnd late = world().scrub_with(nothing);
  EXPECT_EQ(late.conclusion.outcome, Outcome::findings);
  ASSERT_EQ(late.promise->findings.size(), 1U);
  EXPECT_THAT(late.promise->findings[0].message, HasSubstr("never read (1 now)"));
  EXPECT_EQ(world().incidents().size(), 1U);
  // Caught up: what comes later is new.
  EXPECT_EQ(world().scrub_with(world().scrub_options(10 * kDay)).conclusion.outcome,
            Outcome::in_step);
  EXPECT_TRUE(world().incidents().empty());
  world().clock().advance(kDay);
  world().keep("b", "b.bin", "content");
  EXPECT_FALSE(world().scrub_with(nothing).has_findings());
}

TEST_P(Scrub, LooksAtARowWhoseMetadataIsDamagedInItsTurn) {
  world().keep("a", "a.png", "alpha");
  world().add_row("b", "a.png", "[1]");
  const ScrubEnd first = world().scrub_with(world().scrub_options(10 * kDay));
  EXPECT_THAT(world().findings, ElementsAre("b artifact.invalid_record"));
  EXPECT_EQ(first.tally.total.unknown, 1);
  EXPECT_EQ(first.before.rows, 2);
  EXPECT_EQ(first.conclusion.outcome, Outcome::findings);
  EXPECT_EQ(first.after.never_looked_at, 0);
  world().clock().advance(11 * kDay);
  world().scrub_with(world().scrub_options(10 * kDay));
  EXPECT_THAT(world().read_ids, ::testing::UnorderedElementsAre("a", "b"));
}

TEST_P(Scrub, ForgetsRowsThatAreGone) {
  world().keep("a", "a.bin", "content");
  world().keep("b", "b.bin", "content");
  world().verify_full();
  world().sql("delete from artifacts where id = 'a'");
  world().clock().advance(20 * kDay);
  const ScrubEnd end = world().scrub_with(world().scrub_options(10 * kDay));
  EXPECT_THAT(world().read_ids, ElementsAre("b"));
  EXPECT_EQ(world().number("select count(*) from artifact_proof"), 1);
  EXPECT_FALSE(end.has_findings());
}

TEST_P(Scrub, RefusesAPromiseOfNothing) {
  const auto refused = scrub(world().config(), world().catalog(), world().scrub_options({}), {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::invalid);
}

}  // namespace
}  // namespace holdfast::artifacts
