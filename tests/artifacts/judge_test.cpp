// SPDX-License-Identifier: Apache-2.0
// What follows from a row, an observation and a proof.
#include "artifacts/judge.h"

#include <set>
#include <string>

#include <gmock/gmock.h>

#include "artifacts/rules.h"
#include "core/fields.h"

namespace holdfast::artifacts {
namespace {

using core::Verdict;
using ::testing::HasSubstr;

constexpr std::int64_t kS = 1'000'000'000;
const Timestamp kProvedAt{1'770'000'000 * kS};
const Timestamp kNow{1'771'000'000 * kS};

SourceConfig source() {
  SourceConfig config;
  config.name = "atlas";
  return config;
}

/// A row whose file's content is `recorded`.
ArtifactRow row_of(const std::string& recorded) {
  ArtifactRow row;
  row.id = "nb-0042";
  row.type = "notebook";
  row.path = "nb/42.ipynb";
  row.recorded_sha256 = core::to_hex(core::sha256(recorded));
  row.recorded_size_bytes = static_cast<std::int64_t>(recorded.size());
  return row;
}

FileIdentity identity_of(const std::string& content) {
  FileIdentity identity;
  identity.device = 66;
  identity.inode = 9'007'199'254'740'995;  // above 2^53
  identity.size_bytes = content.size();
  identity.mtime_ns = 1'760'000'000 * kS + 1;
  identity.ctime_ns = 1'760'000'000 * kS + 2;
  return identity;
}

RowObservation seen(const std::string& content) {
  RowObservation observation;
  observation.state = RowState::hashed;
  observation.digest = core::sha256(content);
  observation.identity = identity_of(content);
  observation.observed_at = kNow;
  observation.root = "/data";
  observation.found_path = "nb/42.ipynb";
  return observation;
}

RowObservation not_seen(RowState state, OpenRefusal refusal = OpenRefusal::none) {
  RowObservation observation;
  observation.state = state;
  observation.refusal = refusal;
  observation.observed_at = kNow;
  return observation;
}

Proof proof_for(const std::string& content) {
  Proof proof;
  proof.artifact_id = "nb-0042";
  proof.path = "nb/42.ipynb";
  proof.digest = core::sha256(content);
  proof.identity = identity_of(content);
  proof.proved_at = kProvedAt;
  proof.first_proved_at = Timestamp{kProvedAt.ns - 50 * kS};
  proof.looked_at = kProvedAt;
  return proof;
}

std::string text_at(const core::Finding& finding, std::string_view key) {
  const core::FieldValue* value = core::find_field(finding.witness, key);
  return value == nullptr ? "(absent)" : core::display(*value);
}

std::string rule_of(const core::SubjectReport& report) {
  return report.findings.size() == 1 ? report.findings[0].rule : "(none or several)";
}

TEST(Judge, TheSameBytesAreInStepAndProvedNow) {
  const auto report = judge(source(), row_of("good"), seen("good"), nullptr);
  EXPECT_EQ(report.verdict, Verdict::in_step);
  EXPECT_EQ(report.basis, "bytes");
  EXPECT_EQ(report.subject.text(), "artifact:atlas/nb-0042");
  EXPECT_EQ(report.proved_at, kNow);
  EXPECT_TRUE(report.findings.empty());
  ASSERT_TRUE(proof_of(row_of("good"), seen("good")));
}

TEST(Judge, UpperCaseAndPrefixOfARecordedHashAreTheSameHash) {
  ArtifactRow row = row_of("good");
  for (char& c : *row.recorded_sha256)
    c = static_cast<char>(std::toupper(c));
  EXPECT_EQ(judge(source(), row, seen("good"), nullptr).verdict, Verdict::in_step);
  row.recorded_sha256 = "sha256:" + *row_of("good").recorded_sha256;
  EXPECT_EQ(judge(source(), row, seen("good"), nullptr).verdict, Verdict::in_step);
  EXPECT_TRUE(proof_of(row, seen("good")));
}

TEST(Judge, BytesThatDifferUnderTheSameSizeAndMtimeSuspectTheDisk) {
  const Proof proof = proof_for("good");
  RowObservation flipped = seen("gooe");
  flipped.identity.ctime_ns += 5;  // told, not considered
  const auto report = judge(source(), row_of("good"), flipped, &proof);
  EXPECT_EQ(report.verdict, Verdict::drifted);
  ASSERT_EQ(rule_of(report), "artifact.changed_without_write");
  const core::Finding& finding = report.findings[0];
  EXPECT_EQ(finding.level, core::Level::error);
  EXPECT_EQ(finding.recorded, core::to_hex(core::sha256("good")));
  EXPECT_EQ(finding.observed, core::to_hex(core::sha256("gooe")));
  EXPECT_EQ(text_at(finding, "recorded_sha256"), finding.recorded);
  EXPECT_EQ(text_at(finding, "observed_sha256"), finding.observed);
  EXPECT_EQ(text_at(finding, "ctime_moved"), "true");
  EXPECT_EQ(text_at(finding, "proved_mtime"), text_at(finding, "observed_mtime"));
  EXPECT_NE(text_at(finding, "proved_ctime"), text_at(finding, "observed_ctime"));
  EXPECT_EQ(text_at(finding, "observed_inode"), "9007199254740995");
  EXPECT_EQ(text_at(finding, "first_proved_at"), format_rfc3339(proof.first_proved_at));
  EXPECT_EQ(report.proved_at, kProvedAt) << "the last time the record was true";
  EXPECT_TRUE(core::canonical_json(finding.witness).ok());
  EXPECT_FALSE(proof_of(row_of("good"), flipped))
      << "a damaged version must never become the proof";
}

TEST(Judge, RotThatMovesNothingAtAllIsStillFoundByTheBytes) {
  const Proof proof = proof_for("good");
  const auto report = judge(source(), row_of("good"), seen("gooe"), &proof);
  EXPECT_EQ(rule_of(report), "artifact.changed_without_write");
  EXPECT_EQ(text_at(report.findings[0], "ctime_moved"), "false");
}

TEST(Judge, AnotherInodeIsReplacedEvenWithTheSameSizeAndMtime) {
  const Proof proof = proof_for("good");
  RowObservation other = seen("gooe");
  other.identity.inode += 1;
  EXPECT_EQ(rule_of(judge(source(), row_of("good"), other, &proof)), "artifact.replaced");
}

TEST(Judge, AnotherDeviceIsReplacedUnlessOnlyItsNumberIsNew) {
  const Proof proof = proof_for("good");
  RowObservation other = seen("gooe");
  other.identity.device += 1;
  EXPECT_EQ(rule_of(judge(source(), row_of("good"), other, &proof)),
            "artifact.changed_without_write")
      << "mounted again under another number";
  other.identity.ctime_ns += 1;
  EXPECT_EQ(rule_of(judge(source(), row_of("good"), other, &proof)), "artifact.replaced");
}

TEST(Judge, AMovedMtimeOrSizeOfTheSameFileIsModified) {
  const Proof proof = proof_for("good");
  RowObservation touched = seen("gooe");
  touched.identity.mtime_ns += 1;
  EXPECT_EQ(rule_of(judge(source(), row_of("good"), touched, &proof)), "artifact.modified");
  EXPECT_EQ(rule_of(judge(source(), row_of("good"), seen("good and more"), &proof)),
            "artifact.modified");
}

TEST(Judge, WithoutAProofTheCauseIsNotKnownAndItSaysSo) {
  const auto report = judge(source(), row_of("good"), seen("better"), nullptr);
  ASSERT_EQ(rule_of(report), "artifact.modified");
  EXPECT_EQ(text_at(report.findings[0], "identity_known"), "false");
  EXPECT_NE(report.findings[0].message.find("identity of the recorded version is not known"),
            std::string::npos);
  EXPECT_NE(report.findings[0].message.find("its size is 6 where 4 is recorded"),
            std::string::npos);
  EXPECT_FALSE(report.proved_at);
}

TEST(Judge, AProofOfAnotherHashOrPathDoesNotTellTheCause) {
  const Proof of_other = proof_for("other");
  EXPECT_FALSE(classify_change(&of_other, row_of("good"), seen("gooe")).identity_known);
  Proof elsewhere = proof_for("good");
  elsewhere.path = "old/place.ipynb";
  EXPECT_FALSE(classify_change(&elsewhere, row_of("good"), seen("gooe")).identity_known);
}

TEST(Judge, ARecordThatWasChangedOverAnUntouchedFileIsNamedAsSuch) {
  const Proof proof = proof_for("file");
  const auto report = judge(source(), row_of("edited record"), seen("file"), &proof);
  ASSERT_EQ(rule_of(report), "artifact.modified");
  EXPECT_NE(report.findings[0].message.find("the record was changed since"), std::string::npos);
}

TEST(Judge, ARecordedHashThatIsNoneIsAnInvalidRecordAndUnknown) {
  for (const char* text : {"", "abc", "sha256:", "zz", "md5:d41d8cd98f00b204e9800998ecf8427e"}) {
    ArtifactRow row = row_of("good");
    row.recorded_sha256 = text;
    const auto report = judge(source(), row, seen("good"), nullptr);
    EXPECT_EQ(report.verdict, Verdict::unknown) << text;
    EXPECT_EQ(rule_of(report), "artifact.invalid_record") << text;
    EXPECT_EQ(report.findings[0].observed, core::to_hex(core::sha256("good"))) << text;
    EXPECT_FALSE(proof_of(row, seen("good"))) << text;
  }
}

TEST(Judge, ARecordedSizeThatContradictsTheRightHashIsNotInStep) {
  ArtifactRow row = row_of("good");
  const Proof proof = proof_for("good");
  row.recorded_size_bytes = 5;
  for (const auto& report : {judge(source(), row, seen("good"), &proof),
                             judge_quick(source(), row, seen("good"), &proof, {})}) {
    EXPECT_EQ(report.verdict, Verdict::drifted);
    ASSERT_EQ(rule_of(report), "artifact.wrong_size");
    EXPECT_EQ(report.findings[0].level, core::Level::warning);
    EXPECT_EQ(report.findings[0].recorded, "5");
    EXPECT_EQ(report.findings[0].observed, "4");
    EXPECT_THAT(report.findings[0].hint, HasSubstr("backfill atlas --only nb-0042"));
    EXPECT_TRUE(is_of_record(report.findings[0], row));
    EXPECT_FALSE(is_of_record(report.findings[0], row_of("good")));
  }
  EXPECT_TRUE(proof_of(row, seen("good"))) << "the bytes are the recorded ones";
  row.recorded_size_bytes.reset();
  EXPECT_EQ(judge(source(), row, seen("good"), &proof).verdict, Verdict::in_step);
}

TEST(Judge, MetadataThatIsNoObjectIsAnInvalidRecord) {
  ArtifactRow row = row_of("good");
  row.metadata = MetadataKind::other;
  row.recorded_sha256.reset();
  const auto report = judge(source(), row, not_seen(RowState::bad_metadata), nullptr);
  EXPECT_EQ(report.verdict, Verdict::unknown);
  EXPECT_EQ(rule_of(report), "artifact.invalid_record");
  EXPECT_THAT(report.findings[0].message, HasSubstr("metadata is no JSON object"));
  ArtifactRow mended = row;
  mended.metadata = MetadataKind::object;
  EXPECT_TRUE(is_of_record(report.findings[0], row));
  EXPECT_FALSE(is_of_record(report.findings[0], mended));
}

TEST(Judge, ARecordedFileThatIsGoneIsMissing) {
  const Proof proof = proof_for("good");
  const auto report = judge(source(), row_of("good"), not_seen(RowState::missing), &proof);
  EXPECT_EQ(report.verdict, Verdict::missing);
  EXPECT_EQ(rule_of(report), "artifact.missing");
  EXPECT_EQ(report.proved_at, kProvedAt);
  EXPECT_EQ(text_at(report.findings[0], "proved_size_bytes"), "4");
  EXPECT_EQ(judge(source(), row_of("good"), not_seen(RowState::no_path), nullptr).verdict,
            Verdict::missing);
}

TEST(Judge, WithoutAHashTheFileIsUnhashedOrTheRowResidual) {
  ArtifactRow row = row_of("good");
  row.recorded_sha256.reset();
  const auto unhashed = judge(source(), row, seen(""), nullptr);
  EXPECT_EQ(unhashed.verdict, Verdict::unrecorded);
  EXPECT_EQ(rule_of(unhashed), "artifact.unhashed");
  EXPECT_EQ(unhashed.findings[0].level, core::Level::warning);
  const auto no_file = judge(source(), row, not_seen(RowState::missing), nullptr);
  EXPECT_EQ(no_file.verdict, Verdict::unrecorded);
  EXPECT_EQ(rule_of(no_file), "artifact.no_file");
  EXPECT_EQ(no_file.findings[0].level, core::Level::note);
}

TEST(Judge, WhatCannotBeReadIsUnknownUnderItsOwnRule) {
  const auto rule = [](OpenRefusal refusal) {
    const auto report =
        judge(source(), row_of("good"), not_seen(RowState::refused, refusal), nullptr);
    EXPECT_EQ(report.verdict, Verdict::unknown);
    return rule_of(report);
  };
  EXPECT_EQ(rule(OpenRefusal::escapes_root), "artifact.escapes_root");
  EXPECT_EQ(rule(OpenRefusal::symlink_loop), "artifact.unreadable");
  EXPECT_EQ(rule(OpenRefusal::unreadable), "artifact.unreadable");
  EXPECT_EQ(rule(OpenRefusal::not_regular), "artifact.not_a_file");
  EXPECT_EQ(rule(OpenRefusal::bad_path), "artifact.invalid_record");
  const auto unstable = judge(source(), row_of("good"), not_seen(RowState::unstable), nullptr);
  EXPECT_EQ(unstable.verdict, Verdict::unknown);
  EXPECT_EQ(unstable.findings[0].level, core::Level::warning);
}

TEST(JudgeQuick, AnUnchangedIdentityIsInStepByIdentityOnly) {
  const Proof proof = proof_for("good");
  const auto report = judge_quick(source(), row_of("good"), seen("?"), &proof, {});
  EXPECT_EQ(report.verdict, Verdict::unknown) << "another size";
  const auto same = judge_quick(source(), row_of("good"), seen("good"), &proof, {});
  EXPECT_EQ(same.verdict, Verdict::in_step);
  EXPECT_EQ(same.basis, "identity");
  EXPECT_EQ(same.proved_at, kProvedAt) << "when the bytes were read, not now";
}

TEST(JudgeQuick, AMovedChangeTimeAloneIsUnknown) {
  const Proof proof = proof_for("good");
  RowObservation moved = seen("good");
  moved.identity.ctime_ns += 1;
  const auto report = judge_quick(source(), row_of("good"), moved, &proof, {});
  EXPECT_EQ(report.verdict, Verdict::unknown);
  EXPECT_EQ(rule_of(report), "artifact.identity_changed");
  EXPECT_NE(report.findings[0].message.find("moved: ctime"), std::string::npos);
}

TEST(JudgeQuick, WithoutAProofOfThisRecordItIsUnknown) {
  EXPECT_EQ(rule_of(judge_quick(source(), row_of("good"), seen("good"), nullptr, {})),
            "artifact.never_proved");
  const Proof of_other = proof_for("gooe");
  EXPECT_EQ(rule_of(judge_quick(source(), row_of("good"), seen("good"), &of_other, {})),
            "artifact.never_proved");
}

TEST(JudgeQuick, AProofThatALaterReadingContradictedDoesNotCount) {
  Proof proof = proof_for("good");
  proof.looked_at = Timestamp{kProvedAt.ns + 1000};
  const auto report = judge_quick(source(), row_of("good"), seen("good"), &proof, {});
  EXPECT_EQ(report.verdict, Verdict::unknown)
      << "rot that moves no time must not be called in step again after it was found";
  EXPECT_NE(report.findings[0].message.find("did not confirm"), std::string::npos);
}

TEST(JudgeQuick, AFileWrittenJustBeforeItWasReadIsRacy) {
  Proof proof = proof_for("good");
  proof.identity.ctime_ns = kProvedAt.ns - 5'000'001;
  RowObservation same = seen("good");
  same.identity = proof.identity;
  EXPECT_EQ(judge_quick(source(), row_of("good"), same, &proof, {}).verdict, Verdict::unknown);
  proof.identity.ctime_ns = kProvedAt.ns - 50'000'001;
  same.identity = proof.identity;
  EXPECT_EQ(judge_quick(source(), row_of("good"), same, &proof, {}).verdict, Verdict::in_step);
  // Times in whole seconds: a file system that can't tell 1.9 s apart.
  proof.identity.mtime_ns = kProvedAt.ns - kS;
  proof.identity.ctime_ns = kProvedAt.ns - kS;
  same.identity = proof.identity;
  EXPECT_EQ(judge_quick(source(), row_of("good"), same, &proof, {}).verdict, Verdict::unknown);
}

TEST(JudgeQuick, AProofOlderThanAskedForIsUnknown) {
  const Proof proof = proof_for("good");
  const std::chrono::seconds age(1'000'000);  // kNow - kProvedAt
  EXPECT_EQ(judge_quick(source(), row_of("good"), seen("good"), &proof, age).verdict,
            Verdict::in_step);
  const auto report =
      judge_quick(source(), row_of("good"), seen("good"), &proof, age - std::chrono::seconds(1));
  EXPECT_EQ(report.verdict, Verdict::unknown);
  EXPECT_EQ(rule_of(report), "artifact.proof_too_old");
}

TEST(JudgeQuick, AProofDatedInTheFutureIsOfUnknownAge) {
  Proof proof = proof_for("good");
  proof.proved_at = proof.looked_at = Timestamp{kNow.ns + 3600 * kS};
  for (const auto& max_age : {std::optional<std::chrono::nanoseconds>(), {std::chrono::hours(1)}}) {
    const auto report = judge_quick(source(), row_of("good"), seen("good"), &proof, max_age);
    EXPECT_EQ(report.verdict, Verdict::unknown);
    EXPECT_EQ(rule_of(report), "artifact.proof_in_future");
    EXPECT_FALSE(report.proved_at);
    EXPECT_NE(report.findings.at(0).message.find("clock"), std::string::npos);
  }
  proof.proved_at = proof.looked_at = Timestamp{kNow.ns + kS};
  EXPECT_EQ(judge_quick(source(), row_of("good"), seen("good"), &proof, {}).verdict,
            Verdict::in_step)
      << "another machine's clock";
}

TEST(JudgeQuick, ALookBeforeAProofFromAWrongClockContradictsItAllTheSame) {
  Proof proof = proof_for("good");
  proof.looked_at = Timestamp{proof.proved_at.ns - kS};
  const auto report = judge_quick(source(), row_of("good"), seen("good"), &proof, {});
  EXPECT_EQ(rule_of(report), "artifact.never_proved");
}

TEST(Judge, ShowsIdsAndPathsThatAreNoText) {
  ArtifactRow row = row_of("good");
  row.id = "a\nb";
  row.path = "x\xff.bin";
  const auto report = judge(source(), row, not_seen(RowState::missing), nullptr);
  EXPECT_EQ(report.subject.text(), "artifact:atlas/a%0Ab");
  EXPECT_EQ(text_at(report.findings[0], "path"), "x%FF.bin");
  EXPECT_TRUE(core::canonical_json(report.findings[0].witness).ok());
}

TEST(Rules, HaveTheLevelsOfTheDesignAndNoDoubles) {
  std::set<std::string_view> ids;
  for (const core::Rule& rule : rules()) {
    EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
    EXPECT_TRUE(rule.id.starts_with("artifact."));
    EXPECT_FALSE(rule.summary.empty());
    EXPECT_FALSE(rule.help.empty());
  }
  const auto level = [](std::string_view id) { return core::find_rule(rules(), id)->level; };
  for (const auto id : {kChangedWithoutWrite, kReplaced, kModified, kMissing, kUnreadable,
                        kEscapesRoot, kNotAFile, kInvalidRecord})
    EXPECT_EQ(level(id), core::Level::error) << id;
  EXPECT_EQ(level(kUnstable), core::Level::warning);
  EXPECT_EQ(level(kUnhashed), core::Level::warning);
  EXPECT_EQ(level(kNoFile), core::Level::note);
  EXPECT_EQ(level(kUnrecordedFile), core::Level::note);
}

}  // namespace
}  // namespace holdfast::artifacts
