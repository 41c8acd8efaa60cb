// SPDX-License-Identifier: Apache-2.0
// Verify over real files and real databases, and the check at the seam of `holdfast check`.
#include "artifacts/verify.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "artifacts/artifact_check.h"
#include "artifacts/observations.h"
#include "artifacts/rules.h"
#include "artifacts/unrecorded.h"
#include "catalog/check_runs.h"
#include "catalog/event_log.h"
#include "catalog/waivers.h"
#include "tests/artifacts/proof_world.h"
#include "tests/support/later_at_every_look.h"

namespace holdfast::artifacts {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::must;
using testing::ProofTest;
using testing::ProofWorld;
using ::testing::UnorderedElementsAre;

constexpr std::chrono::hours kDay{24};

class Verify : public ProofTest {};
HOLDFAST_PROOFS_ON_BOTH(Verify);

TEST_P(Verify, ReadsEveryRowThatRecordsAHashAndProvesIt) {
  world().keep("a", "a.png", "alpha");
  world().keep("b", "sub/b.png", "");
  world().write("c.png", "nobody hashed me");
  world().add_row("c", "c.png");
  const VerifyEnd end = world().verify_full();
  EXPECT_THAT(world().read_ids, ElementsAre("a", "b"));
  EXPECT_THAT(world().findings, IsEmpty());
  EXPECT_EQ(end.tally.total.in_step, 2);
  EXPECT_EQ(end.tally.total.size_bytes_read, 5U);
  EXPECT_TRUE(end.complete());
  EXPECT_EQ(end.tally.proved, 2);
  const auto proofs =
      must(load_proofs(world().catalog(), "atlas", std::vector<std::string>{"a", "b", "c"}));
  ASSERT_EQ(proofs.size(), 2U);
  for (const Proof& proof : proofs) {
    const std::string path = proof.artifact_id == "a" ? "a.png" : "sub/b.png";
    EXPECT_EQ(core::to_hex(proof.digest), world().sha256sum(path));
    EXPECT_EQ(proof.path, path);
    struct stat now{};
    ASSERT_EQ(::stat(world().file(path).c_str(), &now), 0);
    EXPECT_EQ(proof.identity.inode, now.st_ino);
    EXPECT_EQ(proof.identity.mtime_ns, now.st_mtim.tv_sec * 1'000'000'000 + now.st_mtim.tv_nsec);
    EXPECT_EQ(proof.proved_at, proof.first_proved_at);
  }
  const auto runs = must(catalog::list_check_runs(world().catalog(), 10));
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].outcome, "in_step");
  EXPECT_EQ(runs[0].counts.planned, 2);
  EXPECT_EQ(runs[0].counts.evaluated, 2);
}

TEST_P(Verify, IsNotInStepOverARowWhoseMetadataIsDamaged) {
  world().keep("a", "a.png", "alpha");
  world().keep("b", "b.png", "beta");
  world().sql("update artifacts set metadata = '[1]' where id = 'b'");
  for (const bool full : {true, false}) {
    const VerifyEnd end = full ? world().verify_full() : world().verify_quick();
    EXPECT_THAT(world().read_ids, ElementsAre("a", "b"));
    EXPECT_EQ(end.tally.total.unknown, 1);
    EXPECT_EQ(end.tally.count_of(kInvalidRecord), 1);
    EXPECT_FALSE(end.complete());
    EXPECT_EQ(end.conclusion.outcome, Outcome::findings);
  }
  ASSERT_EQ(world().incidents().size(), 1U);
  EXPECT_EQ(world().incidents()[0].subject, "artifact:atlas/b");
  world().sql("update artifacts set metadata = " +
              ProofWorld::quoted(ProofWorld::record(world().sha256sum("b.png"), 4)) +
              " where id = 'b'");
  EXPECT_TRUE(world().verify_full().complete());
  EXPECT_EQ(world().number("select count(*) from incident where resolved_at is null"), 0);
}

TEST_P(Verify, NeverWritesTheUsersRows) {
  world().keep("a", "a.png", "alpha");
  world().keep("b", "b.png", "beta");
  world().flip_a_bit("a.png");
  std::filesystem::remove(world().file("b.png"));
  const std::string before = *world().ask(
      "select max(updated_at) || min(cast(metadata as text)) || "
      "max(cast(metadata as text)) from artifacts");
  EXPECT_FALSE(world().verify_full().complete() && world().findings.empty());
  EXPECT_EQ(*world().ask("select max(updated_at) || min(cast(metadata as text)) || "
                         "max(cast(metadata as text)) from artifacts"),
            before);
  EXPECT_EQ(world().number("select count(*) from artifact_metadata_journal"), 0);
}

TEST_P(Verify, ABitThatFlipsUnderTheSameSizeAndMtimeIsFoundAndNamesTheDisk) {
  world().keep("good", "good.bin", std::string(100'000, 'g'));
  world().keep("rot", "rot.bin", std::string(100'000, 'r'));
  world().verify_full();
  world().flip_a_bit("rot.bin");
  const std::string now = world().sha256sum("rot.bin");
  const VerifyEnd end = world().verify_full();
  EXPECT_THAT(world().findings, ElementsAre("rot artifact.changed_without_write"));
  EXPECT_EQ(world().reports[1].findings[0].observed, now);
  EXPECT_TRUE(end.tally.has_active_findings());
  EXPECT_EQ(end.incidents.opened, 1);
  // It stays what it is however often it is read: the damaged version never becomes the proof.
  world().clock().advance(kDay);
  world().verify_full();
  EXPECT_THAT(world().findings, ElementsAre("rot artifact.changed_without_write"));
  EXPECT_EQ(world().incidents().size(), 1U);
  // And is resolved by the reading that finds it mended.
  world().flip_a_bit("rot.bin");
  EXPECT_EQ(world().verify_full().incidents.resolved, 1);
  EXPECT_TRUE(world().incidents().empty());
}

TEST_P(Verify, QuickSaysUnknownWhenOnlyTheChangeTimeMoved) {
  world().keep("a", "a.bin", "content");
  world().verify_full();
  EXPECT_EQ(world().verify_quick().tally.total.in_step, 1);
  EXPECT_EQ(world().reports[0].basis, "identity");
  world().flip_a_bit("a.bin");
  const VerifyEnd quick = world().verify_quick();
  EXPECT_THAT(world().findings, ElementsAre("a artifact.identity_changed"));
  EXPECT_EQ(quick.identity_changed, 1);
  EXPECT_EQ(quick.tally.total.unknown, 1);
  EXPECT_FALSE(quick.complete());
  EXPECT_FALSE(quick.tally.has_active_findings());
}

TEST_P(Verify, QuickDoesNotForgiveRotThatAReadingHasFound) {
  world().keep("a", "a.bin", "content");
  world().verify_full();
  world().flip_a_bit("a.bin");
  world().pretend_ctime_did_not_move("a", "a.bin");
  // Nothing moved: this is the rot that no look at the identity can see.
  EXPECT_EQ(world().verify_quick().tally.total.in_step, 1);
  world().clock().advance(std::chrono::seconds(1));
  world().verify_full();
  EXPECT_THAT(world().findings, ElementsAre("a artifact.changed_without_write"));
  const VerifyEnd quick = world().verify_quick();
  EXPECT_EQ(quick.tally.total.unknown, 1) << "it was read and not confirmed";
  EXPECT_THAT(world().findings,
              ElementsAre("a artifact.never_proved", "a artifact.changed_without_write"));
  EXPECT_EQ(quick.conclusion.outcome, Outcome::findings);
  ASSERT_EQ(world().incidents().size(), 1U);
  EXPECT_EQ(world().incidents()[0].findings[0].rule, kChangedWithoutWrite)
      << "a quick look must not take the evidence out of the incident";
}

TEST_P(Verify, QuickWithoutAnyProofIsUnknownAndReadsNothing) {
  world().keep("a", "a.bin", "content");
  const VerifyEnd end = world().verify_quick();
  EXPECT_THAT(world().findings, ElementsAre("a artifact.never_proved"));
  EXPECT_EQ(end.tally.never_proved, 1);
  EXPECT_EQ(end.tally.total.size_bytes_read, 0U);
  EXPECT_FALSE(end.complete());
}

TEST_P(Verify, TellsTheCausesApart) {
  for (const char* id : {"modified", "replaced", "missing", "truncated"})
    world().keep(id, std::string(id) + ".bin", std::string(5000, id[0]));
  world().verify_full();
  world().write("modified.bin", std::string(5000, 'x'));
  world().write("truncated.bin", "t");
  world().write("other.new", std::string(5000, 'y'));
  std::filesystem::rename(world().file("other.new"), world().file("replaced.bin"));
  std::filesystem::remove(world().file("missing.bin"));
  world().verify_full();
  EXPECT_THAT(world().findings,
              ElementsAre("missing artifact.missing", "modified artifact.modified",
                          "replaced artifact.replaced", "truncated artifact.modified"));
}

TEST_P(Verify, WhatCannotBeComparedIsUnknownUnderItsOwnRule) {
  const std::string hash(64, 'a');
  std::filesystem::create_directories(world().file("folder"));
  std::filesystem::create_symlink("loop", world().file("loop"));
  world().add_row("escapes", "../../etc/hostname", ProofWorld::record(hash, 1));
  world().add_row("folder", "folder", ProofWorld::record(hash, 1));
  world().add_row("loop", "loop", ProofWorld::record(hash, 1));
  world().write("there.bin", "there");
  world().add_row("nohash", "there.bin", ProofWorld::record("DEADBEEF", 5));
  const VerifyEnd end = world().verify_full();
  EXPECT_THAT(world().findings,
              ElementsAre("escapes artifact.escapes_root", "folder artifact.not_a_file",
                          "loop artifact.unreadable", "nohash artifact.invalid_record"));
  EXPECT_EQ(end.tally.total.unknown, 4);
  EXPECT_EQ(end.tally.counts().evaluated, 0);
}

TEST_P(Verify, ARecordedHashInUpperCaseIsEqual) {
  world().write("a.bin", "content");
  std::string upper = world().sha256sum("a.bin");
  std::ranges::transform(upper, upper.begin(), ::toupper);
  world().add_row("a", "a.bin", ProofWorld::record(upper, 7));
  EXPECT_EQ(world().verify_full().tally.total.in_step, 1);
  EXPECT_EQ(world().verify_quick().tally.total.in_step, 1);
}

TEST_P(Verify, OverNothingIsNotComplete) {
  EXPECT_FALSE(world().verify_full().complete());
}

TEST_P(Verify, ReadsOnlyTheTypesAskedFor) {
  world().keep("a", "a.bin", "a", "figure");
  world().keep("b", "b.bin", "b", "notebook");
  VerifyOptions options = world().options();
  options.types = {"notebook"};
  world().verify_with(options);
  EXPECT_THAT(world().read_ids, ElementsAre("b"));
  world().config().types = {"figure"};
  const auto refused = verify(world().config(), world().catalog(), options, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::invalid);
}

TEST_P(Verify, ShardsCoverEveryRowOnce) {
  for (int i = 0; i < 40; ++i)
    world().keep("r" + std::to_string(i), std::to_string(i), std::to_string(i));
  std::multiset<std::string> seen;
  for (std::uint32_t k = 1; k <= 3; ++k) {
    VerifyOptions options = world().options();
    options.shard = core::Shard{k, 3};
    world().verify_with(options);
    EXPECT_LT(world().read_ids.size(), 40U);
    seen.insert(world().read_ids.begin(), world().read_ids.end());
  }
  EXPECT_EQ(seen.size(), 40U);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 40U);
}

TEST_P(Verify, MaxAgeMakesAnOldProofIncomplete) {
  world().keep("a", "a.bin", "content");
  world().verify_full();
  world().clock().advance(10 * kDay);
  VerifyOptions options = world().options();
  options.depth = core::Depth::quick;
  options.max_age = 11 * kDay;
  EXPECT_TRUE(world().verify_with(options).complete());
  options.max_age = 9 * kDay;
  const VerifyEnd end = world().verify_with(options);
  EXPECT_TRUE(end.proof_too_old);
  EXPECT_FALSE(end.complete());
  EXPECT_THAT(world().findings, ElementsAre("a artifact.proof_too_old"));
}

void waive(ProofWorld& world, const core::Finding& finding) {
  const Timestamp until{world.clock().now().ns + std::chrono::nanoseconds(90 * kDay).count()};
  must(catalog::grant_waivers(world.catalog(), {&finding, 1}, {"owner", "known", until}, "tester"));
}

TEST_P(Verify, AWaivedRowThatCannotBeLookedAtIsAccepted) {
  world().keep("a", "a.bin", "content");
  world().add_row("escapes", "../../etc/hostname", ProofWorld::record(std::string(64, 'a'), 1));
  EXPECT_EQ(world().verify_full().conclusion.outcome, Outcome::findings);
  waive(world(), world().reports[1].findings[0]);
  const VerifyEnd end = world().verify_full();
  EXPECT_EQ(end.tally.total.unknown, 1);
  EXPECT_THAT(end.conclusion.gaps, IsEmpty());
  EXPECT_EQ(end.conclusion.outcome, Outcome::in_step);
  world().clock().advance(20 * kDay);
  const ScrubEnd scrubbed = world().scrub_with(world().scrub_options(10 * kDay));
  EXPECT_EQ(scrubbed.tally.total.unknown, 1);
  EXPECT_EQ(scrubbed.conclusion.outcome, Outcome::in_step);
  // Waived with nothing else evaluated is not in step.
  world().sql("delete from artifacts where id = 'a'");
  EXPECT_EQ(world().verify_full().conclusion.outcome, Outcome::incomplete);
}

TEST_P(Verify, AWaivedDifferenceIsCountedAndNotActive) {
  world().keep("a", "a.bin", "content");
  world().verify_full();
  world().write("a.bin", "changed");
  world().verify_full();
  waive(world(), world().reports[0].findings[0]);
  const VerifyEnd end = world().verify_full();
  EXPECT_EQ(end.tally.waived, 1);
  EXPECT_EQ(end.tally.errors, 0);
  EXPECT_EQ(end.tally.total.drifted, 1);
  EXPECT_FALSE(end.tally.has_active_findings());
}

TEST_P(Verify, CancelledInTheMiddleKeepsWhatWasReadAndIsNotComplete) {
  for (int i = 0; i < 20; ++i)
    world().keep("r" + std::to_string(i), std::to_string(i), std::to_string(i));
  Cancel cancel;
  cancel.request();
  VerifyOptions options = world().options();
  options.cancel = &cancel;
  const VerifyEnd end = world().verify_with(options);
  EXPECT_TRUE(end.cancelled);
  EXPECT_FALSE(end.complete());
}

TEST_P(Verify, KeepsTheFirstProofOfAContentAndMovesTheLast) {
  world().keep("a", "a.bin", "content");
  const Timestamp first = world().clock().now();
  world().verify_full();
  world().clock().advance(kDay);
  world().verify_full();
  const auto proofs = must(load_proofs(world().catalog(), "atlas", std::vector<std::string>{"a"}));
  ASSERT_EQ(proofs.size(), 1U);
  EXPECT_EQ(proofs[0].first_proved_at, first);
  EXPECT_EQ(proofs[0].proved_at.ns, first.ns + std::chrono::nanoseconds(kDay).count());
}

TEST_P(Verify, TakesOneRowWhereAShareOfTheFewIsNone) {
  for (const char* id : {"a", "b", "c"})
    world().keep(id, std::string(id) + ".bin", id);
  VerifyOptions options = world().options();
  options.sample_share = 1e-9;
  const VerifyEnd end = world().verify_with(options);
  EXPECT_EQ(end.tally.total.rows, 1);
  EXPECT_TRUE(end.complete());
}

TEST(Sample, IsTheSameForAKeyAndADayAndAnotherTheNextDay) {
  const Timestamp monday{1'771'200'000'000'000'000};
  const Timestamp tuesday{monday.ns + std::chrono::nanoseconds(kDay).count()};
  int today = 0;
  int both = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string id = "artifact-" + std::to_string(i);
    EXPECT_EQ(in_sample(id, 0.05, monday), in_sample(id, 0.05, Timestamp{monday.ns + 1}));
    today += in_sample(id, 0.05, monday);
    both += in_sample(id, 0.05, monday) && in_sample(id, 0.05, tuesday);
    EXPECT_TRUE(in_sample(id, 1.0, monday));
  }
  EXPECT_NEAR(today, 1000, 100);  // 3 standard deviations are 92; the ids are fixed
  EXPECT_NEAR(both, 50, 25);
  // printf 'artifact-0\n2026-02-16' | sha256sum | cut -c1-16 → 491d7013be8c0c61: 0.28561 of 2^64
  EXPECT_TRUE(in_sample("artifact-0", 0.2857, monday));
  EXPECT_FALSE(in_sample("artifact-0", 0.2856, monday));
}

TEST(Sample, ReadsShares) {
  EXPECT_DOUBLE_EQ(must(parse_share("5%")), 0.05);
  EXPECT_DOUBLE_EQ(must(parse_share("0.25")), 0.25);
  EXPECT_DOUBLE_EQ(must(parse_share("100%")), 1);
  for (const char* bad : {"", "%", "0", "0%", "-1%", "101%", "1.5", "5 %", "x", "nan"})
    EXPECT_FALSE(parse_share(bad).ok()) << bad;
}

class Proofs : public ProofTest {
 protected:
  void prove(Timestamp at, char content) {
    const Proof proof{.artifact_id = "a",
                      .path = "a.bin",
                      .digest = core::sha256(std::string(1, content)),
                      .identity = {},
                      .proved_at = at,
                      .first_proved_at = {},
                      .looked_at = {}};
    must(save_proofs(world().catalog(), "atlas", {&proof, 1}));
  }
  void look_in_vain(Timestamp at) {
    const Look look{"a", at, {}, 0};
    must(save_looks(world().catalog(), "atlas", {&look, 1}));
  }
  Proof stored() {
    return must(load_proofs(world().catalog(), "atlas", std::vector<std::string>{"a"})).at(0);
  }
  Timestamp at(int seconds) {
    return Timestamp{world().clock().now().ns + seconds * 1'000'000'000LL};
  }
};
HOLDFAST_PROOFS_ON_BOTH(Proofs);

TEST_P(Proofs, ALateCommitDoesNotEraseALaterContradiction) {
  look_in_vain(at(-10));
  prove(at(-20), 'x');
  EXPECT_EQ(stored().proved_at, at(-20));
  EXPECT_EQ(stored().looked_at, at(-10)) << "read good, then read bad";
  prove(at(-5), 'x');
  EXPECT_EQ(stored().looked_at, at(-5));
  look_in_vain(at(-7));
  EXPECT_EQ(stored().looked_at, at(-5)) << "read bad, then read good";
}

TEST_P(Proofs, ALateCommitDoesNotReplaceALaterProof) {
  prove(at(-10), 'y');
  prove(at(-20), 'x');
  EXPECT_EQ(stored().digest, core::sha256("y"));
  EXPECT_EQ(stored().proved_at, at(-10));
}

TEST_P(Proofs, ATimeThatIsStillToComeIsAClockThatWasWrongAndGivesWay) {
  prove(at(1'000'000), 'y');
  prove(at(0), 'x');
  EXPECT_EQ(stored().proved_at, at(0));
  EXPECT_EQ(stored().looked_at, at(0));
}

TEST_P(Proofs, ALateCommitDoesNotReplaceALaterObservation) {
  const auto observe = [&](Timestamp when, core::Verdict verdict) {
    Observation seen{"a", "figure", {}};
    seen.report.subject = artifact_subject(world().config(), "a");
    seen.report.verdict = verdict;
    seen.report.observed_at = when;
    seen.report.basis = "bytes";
    must(save_observations(world().catalog(), "atlas", {&seen, 1}));
  };
  observe(at(-10), core::Verdict::drifted);
  observe(at(-20), core::Verdict::in_step);
  EXPECT_EQ(must(load_observations(world().catalog(), "atlas", std::vector<std::string>{"a"}))
                .at(0)
                .report.verdict,
            core::Verdict::drifted);
}

TEST_P(Verify, ARowThatSharesAFileIsProvedWhenItsBytesWereRead) {
  world().keep("a", "shared.bin", "content");
  world().keep("b", "big.bin", std::string(3'000'000, 'b'));
  world().keep("c", "shared.bin", "content");
  holdfast::testing::LaterAtEveryLook clock(world().clock().now());
  VerifyOptions options = world().options();
  options.jobs = 1;
  options.clock = &clock;
  // Without a rate "c" is put aside until "a" was read; under one it comes behind "a" or "b".
  for (const std::optional<std::uint64_t> rate : {std::optional<std::uint64_t>{}, {1'000'000}}) {
    options.rate_bytes_per_s = rate;
    const VerifyEnd end = world().verify_with(options);
    EXPECT_EQ(end.tally.total.size_bytes_read, 3'000'007U) << "read once";
    EXPECT_THAT(world().read_ids, ElementsAre("a", "b", "c"));
    EXPECT_EQ(world().reports[2].proved_at, world().reports[0].proved_at);
    EXPECT_NE(world().reports[1].proved_at, world().reports[0].proved_at);
  }
}

/// Gathers what a check hands on.
class Gathered final : public core::CheckSink {
 public:
  Status report(core::SubjectReport subject) override {
    for (const core::Finding& finding : subject.findings)
      rules.push_back(finding.subject.text() + ' ' + finding.rule);
    reports.emplace(subject.subject.text(), std::move(subject));
    ++count;
    return {};
  }
  void progress(const core::CheckCounts&) override {}
  std::vector<std::string> rules;
  std::map<std::string, core::SubjectReport> reports;
  std::size_t count = 0;
};

class ArtifactCheckTest : public ProofTest {
 protected:
  core::CheckCounts check(core::Depth depth) {
    gathered_ = {};
    core::CheckOptions options;
    options.depth = depth;
    options.clock = &world().clock();
    return must(make_artifact_check(world().config(), world().catalog())->run(options, gathered_));
  }
  Gathered gathered_;
};
HOLDFAST_PROOFS_ON_BOTH(ArtifactCheckTest);

TEST_P(ArtifactCheckTest, PlansEveryRowAndItsCountsAddUp) {
  world().keep("ok", "ok.bin", "ok");
  world().keep("gone", "gone.bin", "gone");
  std::filesystem::remove(world().file("gone.bin"));
  world().keep("bad", "bad.bin", "bad");
  world().write("bad.bin", "BAD");
  world().write("unhashed.bin", "unhashed");
  world().add_row("unhashed", "unhashed.bin");
  world().add_row("residual", "nowhere.bin");
  world().add_row("nopath", std::nullopt);
  world().add_row("escapes", "/etc/hostname");
  world().write("orphan.txt", "no row");
  const core::CheckCounts counts = check(core::Depth::full);
  EXPECT_THAT(
      gathered_.rules,
      UnorderedElementsAre(
          "artifact:atlas/bad artifact.modified", "artifact:atlas/gone artifact.missing",
          "artifact:atlas/unhashed artifact.unhashed", "artifact:atlas/residual artifact.no_file",
          "artifact:atlas/nopath artifact.no_file", "artifact:atlas/escapes artifact.escapes_root",
          "file:atlas/orphan.txt artifact.unrecorded_file"));
  EXPECT_EQ(gathered_.count, 8U);
  EXPECT_EQ(counts.planned, 7);
  EXPECT_EQ(counts.evaluated, 4);   // ok, gone, bad, unhashed
  EXPECT_EQ(counts.skipped, 2);     // residual, nopath
  EXPECT_EQ(counts.unreadable, 1);  // escapes
  EXPECT_EQ(gathered_.reports.at("artifact:atlas/ok").verdict, core::Verdict::in_step);
  EXPECT_EQ(gathered_.reports.at("artifact:atlas/unhashed").verdict, core::Verdict::unrecorded);
}

TEST_P(ArtifactCheckTest, DoesNotReadFilesWithoutAHash) {
  world().write("big.bin", std::string(1'000'000, 'x'));
  world().add_row("big", "big.bin");
  EXPECT_EQ(check(core::Depth::full).size_bytes_read, 0);
}

TEST_P(ArtifactCheckTest, ProposesWhereTheContentOfAMissingArtifactWent) {
  world().keep("moved", "old/place.bin", std::string(3000, 'm'));
  std::filesystem::create_directories(world().file("new"));
  std::filesystem::rename(world().file("old/place.bin"), world().file("new/place.bin"));
  world().write("same_size.bin", std::string(3000, 'n'));
  world().write("other_size.bin", std::string(2999, 'm'));
  const core::CheckCounts counts = check(core::Depth::full);
  EXPECT_EQ(counts.size_bytes_read, 6000) << "only files of the recorded size are read";
  const core::Finding& missing = gathered_.reports.at("artifact:atlas/moved").findings.at(0);
  EXPECT_EQ(missing.rule, kMissing);
  EXPECT_EQ(core::display(*core::find_field(missing.witness, "same_content_at")), "new/place.bin");
  EXPECT_NE(missing.hint.find("new/place.bin"), std::string::npos);
  const core::Finding& file = gathered_.reports.at("file:atlas/new/place.bin").findings.at(0);
  EXPECT_NE(file.hint.find("artifact:atlas/moved"), std::string::npos);
  const core::Finding& other = gathered_.reports.at("file:atlas/same_size.bin").findings.at(0);
  EXPECT_EQ(other.hint.find("moved"), std::string::npos);
  EXPECT_EQ(*world().ask("select file_path from artifacts"), "old/place.bin")
      << "proposed, never applied";
}

TEST_P(ArtifactCheckTest, QuickReadsNothingAndClaimsNoBytes) {
  world().keep("a", "a.bin", "content");
  check(core::Depth::full);
  const core::CheckCounts counts = check(core::Depth::quick);
  EXPECT_EQ(counts.size_bytes_read, 0);
  EXPECT_EQ(counts.evaluated, 1);
  const core::SubjectReport& report = gathered_.reports.at("artifact:atlas/a");
  EXPECT_EQ(report.basis, "identity");
  EXPECT_EQ(report.verdict, core::Verdict::in_step);
}

TEST_P(ArtifactCheckTest, ReportsMissingRowsAlsoWhereALaterStepFails) {
  world().keep("gone", "gone.bin", "gone");
  std::filesystem::remove(world().file("gone.bin"));
  world().config().ignore = {
      ""};  // read_source_config() refuses it; here it is the step that fails
  Gathered sink;
  core::CheckOptions options;
  options.clock = &world().clock();
  const auto ran = make_artifact_check(world().config(), world().catalog())->run(options, sink);
  EXPECT_FALSE(ran.ok());
  EXPECT_THAT(sink.rules, ElementsAre("artifact:atlas/gone artifact.missing"));
}

TEST_P(ArtifactCheckTest, AnAgeAskedForBeatsTheConfiguredOne) {
  world().keep("a", "a.bin", "content");
  check(core::Depth::full);
  world().clock().advance(40 * kDay);
  world().config().max_age = 30 * kDay;
  EXPECT_EQ(check(core::Depth::quick).unreadable, 1);
  core::CheckOptions options;
  options.depth = core::Depth::quick;
  options.clock = &world().clock();
  options.max_age = 60 * kDay;
  const auto check_of = [&] { return make_artifact_check(world().config(), world().catalog()); };
  EXPECT_EQ(must(check_of()->run(options, gathered_)).unreadable, 0);
  options.max_age = 39 * kDay;
  world().config().max_age = {};
  EXPECT_EQ(must(check_of()->run(options, gathered_)).unreadable, 1);
}

TEST_P(ArtifactCheckTest, AFolderThatCanBeListedAgainIsInStep) {
  world().write("closed/a.bin", "a");
  world().write("closed/sub/b.bin", "b");
  world().keep("k", "k.bin", "content");
  catalog::Catalog& catalog = world().catalog();
  const auto observe = [&](const core::SubjectReport& report) {
    must(catalog::observe(catalog, "artifacts", {&report, 1}, "run", "tester"));
  };
  // What a check as another user left: root may list every folder.
  observe(
      unreadable_folder_report(world().config(), world().file("closed"), world().clock().now()));
  ASSERT_EQ(world().incidents().size(), 1U);
  check(core::Depth::quick);
  const std::string subject = world().incidents()[0].subject;
  ASSERT_TRUE(gathered_.reports.contains(subject));
  EXPECT_EQ(gathered_.reports.at(subject).verdict, core::Verdict::in_step);
  observe(gathered_.reports.at(subject));
  EXPECT_TRUE(world().incidents().empty());
}

TEST_P(ArtifactCheckTest, ARootThatIsNotThereIsAnErrorAndNotAThousandMissingFiles) {
  world().keep("a", "a.bin", "content");
  world().config().roots = {world().folder().at("unmounted")};
  Gathered sink;
  core::CheckOptions options;
  options.clock = &world().clock();
  const auto ran = make_artifact_check(world().config(), world().catalog())->run(options, sink);
  ASSERT_FALSE(ran.ok());
  EXPECT_EQ(ran.error().code(), Code::not_found);
}

}  // namespace
}  // namespace holdfast::artifacts
