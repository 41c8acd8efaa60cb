// SPDX-License-Identifier: Apache-2.0
// What a look that could not see everything says of it.
#include "extract/judge.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/sha256.h"
#include "extract/rules.h"

namespace holdfast::extract {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// One finished key, published in a file of eight pages, none of which has a checksum.
class UncheckedPagesTest : public ::testing::Test {
 protected:
  UncheckedPagesTest() {
    config_.name = "k";
    config_.out = "/data/k.parquet";
    state_.ledger.format = LedgerFormat::bare;
    state_.ledger.keys.insert("a");
    state_.published.exists = true;
    state_.published.rows.add("a");
    state_.published.row_count = 1;
    state_.published.pages.emplace().page_count = 8;
  }
  core::SubjectReport judged() const {
    return judge(config_, state_, accounts_of(state_), Timestamp{1});
  }
  // The ledger has the digest of its row, and it was compared.
  void has_digest() {
    state_.ledger.format = LedgerFormat::json;
    state_.ledger.row_digests = {core::sha256("a")};
    state_.published.compared = 1;
  }
  static std::vector<std::string> rules_of(const core::SubjectReport& report) {
    std::vector<std::string> out;
    for (const core::Finding& finding : report.findings)
      out.push_back(finding.rule);
    return out;
  }
  ExtractionConfig config_;
  ExtractionState state_;
};

TEST_F(UncheckedPagesTest, AreInStepWhereTheyWereDecoded) {
  const auto report = judged();
  EXPECT_EQ(report.verdict, core::Verdict::in_step);
  ASSERT_THAT(rules_of(report), ElementsAre(kPagesUnchecked, kRowsNotCompared));
  EXPECT_THAT(report.findings[1].hint, HasSubstr("bare names have no digests"));
  EXPECT_THAT(report.not_looked_for, ElementsAre(kRowsChanged)) << "no row was compared";
}

TEST_F(UncheckedPagesTest, ProveNothingWhereAnItemIsPending) {
  EXPECT_EQ(judged().proved_at, Timestamp{1});
  state_.items.emplace().listed = 2;
  state_.items->keys.insert("a");
  state_.items->keys.insert("b");
  const auto report = judged();
  EXPECT_EQ(report.verdict, core::Verdict::unknown);
  EXPECT_THAT(rules_of(report), Contains(kPending));
  EXPECT_FALSE(report.proved_at) << "nothing was evaluated";
}

TEST_F(UncheckedPagesTest, AreUnknownWhereAColumnWasNotDecoded) {
  state_.published.not_decoded = "columns of other types: l.list.element";
  has_digest();  // that of a row says nothing of that column
  const auto report = judged();
  EXPECT_EQ(report.verdict, core::Verdict::unknown);
  ASSERT_THAT(rules_of(report), ElementsAre(kPagesNotDecoded));
  EXPECT_THAT(report.findings[0].message, HasSubstr("l.list.element"));
  EXPECT_THAT(report.not_looked_for, IsEmpty()) << "what the others had would be found again";
}

TEST_F(UncheckedPagesTest, LeaveOpenWhatWasFoundBeforeWhereNoneWasDecoded) {
  state_.published.not_decoded = "the module is not there";
  state_.published.is_nothing_decoded = true;
  const auto report = judged();
  EXPECT_EQ(report.verdict, core::Verdict::unknown);
  EXPECT_THAT(rules_of(report), ElementsAre(kPagesNotDecoded, kRowsNotCompared));
  EXPECT_THAT(report.not_looked_for, ElementsAre(kOutputDamaged, kRowsChanged));
}

TEST_F(UncheckedPagesTest, AreNotSaidToBeDecodedWhereTheFileCanNotBeRead) {
  state_.published.unreadable = Error(Code::corrupt, "no column has the keys");
  EXPECT_THAT(rules_of(judged()), ElementsAre(kOutputUnreadable));
}

TEST_F(UncheckedPagesTest, AreUnknownWithAllRowsWhereNothingIsThereThatReadsRows) {
  state_.published.unreadable = Error(Code::unsupported, "no module", "install it");
  state_.published.is_module_missing = true;
  state_.ledger.bad_lines.push_back({});
  const auto report = judged();
  EXPECT_EQ(report.verdict, core::Verdict::unknown);
  ASSERT_THAT(rules_of(report), ElementsAre(kOutputNotRead, kLedgerMalformed));
  EXPECT_EQ(report.findings[0].level, core::Level::note);
  EXPECT_EQ(report.findings[0].hint, "install it");
  EXPECT_THAT(report.not_looked_for, Contains(kRowsMissing));
  EXPECT_THAT(report.not_looked_for, Contains(kRowsChanged));
  EXPECT_THAT(report.not_looked_for, Not(Contains(kLedgerMalformed)));
}

TEST_F(UncheckedPagesTest, MatterNotWhereAllHaveAChecksum) {
  has_digest();
  state_.published.pages->checked_count = 8;
  state_.published.not_decoded = "columns of other types: l.list.element";
  const auto report = judged();
  EXPECT_EQ(report.verdict, core::Verdict::in_step);
  EXPECT_THAT(report.findings, IsEmpty());
}

// Two finished keys in pages with checksums; the ledger has the digest of the first row only.
class RowsWithoutDigestTest : public UncheckedPagesTest {
 protected:
  RowsWithoutDigestTest() {
    state_.ledger.format = LedgerFormat::json;
    state_.ledger.keys.insert("b");
    state_.ledger.row_digests = {core::sha256("a"), core::Sha256Digest{}};
    state_.published.rows.add("b");
    state_.published.row_count = 2;
    state_.published.compared = 1;
    state_.published.pages->checked_count = 8;
  }
};

TEST_F(RowsWithoutDigestTest, AreToldAndEndNoIncidentOfChangedRows) {
  const auto report = judged();
  EXPECT_EQ(report.verdict, core::Verdict::in_step) << "an old ledger is healthy";
  ASSERT_THAT(rules_of(report), ElementsAre(kRowsNotCompared));
  EXPECT_THAT(report.findings[0].message, HasSubstr("1 published row without a digest"));
  EXPECT_THAT(report.not_looked_for, ElementsAre(kRowsChanged));
  EXPECT_THAT(report.look_again, HasSubstr("restore k.done from a copy"));
}

TEST_F(RowsWithoutDigestTest, AreNoneWhereAllWereCompared) {
  state_.ledger.row_digests[1] = core::sha256("b");
  state_.published.compared = 2;
  const auto report = judged();
  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_THAT(report.not_looked_for, IsEmpty());
}

TEST_F(RowsWithoutDigestTest, WithoutAKeyKeepNoIncidentOfChangedRowsOpen) {
  state_.ledger.row_digests[1] = core::sha256("b");
  state_.published.compared = 2;
  state_.published.rows.nameless = 1;
  state_.published.row_count = 3;
  const auto report = judged();
  EXPECT_THAT(rules_of(report), ElementsAre(kRowsWithoutKey));
  EXPECT_THAT(report.not_looked_for, IsEmpty());
}

TEST_F(RowsWithoutDigestTest, AreNotLookedForInALookAtTheKeys) {
  state_.published.pages.reset();
  state_.published.compared = 0;
  EXPECT_THAT(rules_of(judged()), IsEmpty());
}

TEST_F(RowsWithoutDigestTest, BehindADamagedPageAreNotComparedEither) {
  state_.ledger.row_digests[1] = core::sha256("b");
  state_.published.pages->faults.emplace_back();
  const auto report = judged();
  EXPECT_THAT(rules_of(report), ElementsAre(kOutputDamaged));
  EXPECT_THAT(report.not_looked_for, ElementsAre(kRowsChanged));
  EXPECT_THAT(report.look_again, HasSubstr("once every row can be read"));
}

}  // namespace
}  // namespace holdfast::extract
