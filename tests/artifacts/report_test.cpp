// SPDX-License-Identifier: Apache-2.0
// The report tells the latest observation, and the exported list is what `sha256sum -c` checks.
#include "artifacts/report.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "artifacts/artifact_check.h"
#include "tests/artifacts/proof_world.h"

namespace holdfast::artifacts {
namespace {

using holdfast::testing::run_program;
using holdfast::testing::shell_quoted;
using ::testing::HasSubstr;
using testing::must;
using ::testing::Not;
using testing::ProofTest;
using testing::ProofWorld;

class NoSink final : public core::CheckSink {
 public:
  Status report(core::SubjectReport) override { return {}; }
  void progress(const core::CheckCounts&) override {}
};

class Report : public ProofTest {
 protected:
  std::string text(ReportFormat format) {
    std::string out;
    end_ = must(write_report(world().config(), world().catalog(), format,
                             [&out](std::string_view piece) -> Status {
                               out += piece;
                               return {};
                             }));
    return out;
  }
  nlohmann::json json() { return nlohmann::json::parse(text(ReportFormat::json)); }
  std::string list() {
    std::string out;
    exported_ = must(export_checksums(world().config(), world().catalog(),
                                      [&out](std::string_view piece) -> Status {
                                        out += piece;
                                        return {};
                                      }));
    return out;
  }
  void check() {
    NoSink sink;
    core::CheckOptions options;
    options.clock = &world().clock();
    must(make_artifact_check(world().config(), world().catalog())->run(options, sink));
  }
  ReportEnd end_;
  ExportEnd exported_;
};
HOLDFAST_PROOFS_ON_BOTH(Report);

TEST_P(Report, NeverCallsInStepWhatWasNeverObserved) {
  world().keep("a", "a.bin", "content");
  const auto report = json();
  EXPECT_EQ(report["counts"]["unknown"], 1);
  EXPECT_EQ(report["counts"]["in_step"], 0);
  EXPECT_EQ(report["never_observed"], 1);
  EXPECT_EQ(report["complete"], false);
  EXPECT_EQ(report["last_observed_at"], nullptr);
  EXPECT_FALSE(end_.complete());
  EXPECT_THAT(text(ReportFormat::markdown), HasSubstr("**Incomplete**"));
}

TEST_P(Report, CountsPerTypeAndVerdictAndHoldsEveryFinding) {
  world().keep("ok", "ok.bin", "ok");
  world().keep("bad", "bad.bin", "bad", "notebook");
  world().keep("gone", "gone.bin", "gone", "notebook");
  world().write("unhashed.bin", "u");
  world().add_row("unhashed", "unhashed.bin");
  world().write("orphan|file.txt", "no row");
  check();
  world().write("bad.bin", "BAD");
  std::filesystem::remove(world().file("gone.bin"));
  world().clock().advance(std::chrono::hours(1));
  check();
  const auto report = json();
  EXPECT_EQ(report["schema"], "holdfast.artifacts-report/1");
  EXPECT_EQ(report["counts"]["rows"], 4);
  EXPECT_EQ(report["counts"]["in_step"], 1);
  EXPECT_EQ(report["counts"]["drifted"], 1);
  EXPECT_EQ(report["counts"]["missing"], 1);
  EXPECT_EQ(report["counts"]["unrecorded"], 1);
  EXPECT_EQ(report["types"].size(), 2U);
  EXPECT_EQ(report["types"][1]["type"], "notebook");
  EXPECT_EQ(report["types"][1]["drifted"], 1);
  std::vector<std::string> rules;
  for (const auto& finding : report["findings"])
    rules.push_back(finding["rule"]);
  EXPECT_THAT(rules,
              ::testing::UnorderedElementsAre("artifact.unhashed", "artifact.modified",
                                              "artifact.missing", "artifact.unrecorded_file"));
  EXPECT_EQ(report["last_observed_at"], format_rfc3339(world().clock().now()));
  EXPECT_EQ(report["proofs"]["oldest_artifact"], "bad");
  const std::string page = text(ReportFormat::markdown);
  EXPECT_THAT(page, HasSubstr("| notebook | 2 | 0 | 1 | 1 | 0 | 0 | 0 |"));
  EXPECT_THAT(page, HasSubstr("orphan\\|file.txt")) << "a name must not end a cell";
}

TEST_P(Report, TellsTheLatestWhicheverCommandMadeIt) {
  world().keep("a", "a.bin", "content");
  world().verify_full();
  world().clock().advance(std::chrono::hours(5));
  world().write("a.bin", "changed");
  world().verify_full();
  EXPECT_EQ(json()["counts"]["drifted"], 1);
  world().clock().advance(std::chrono::hours(5));
  world().write("a.bin", "content");
  world().verify_full();
  EXPECT_EQ(json()["counts"]["in_step"], 1);
}

TEST_P(Report, ARecordThatWasChangedSinceItsObservationIsUnknown) {
  world().keep("a", "a.bin", "content");
  world().verify_full();
  EXPECT_EQ(json()["counts"]["in_step"], 1);
  const std::string other(64, 'b');
  world().sql("update artifacts set metadata = " +
              ProofWorld::quoted(ProofWorld::record(other, 7)));
  const auto report = json();
  EXPECT_EQ(report["counts"]["unknown"], 1);
  EXPECT_EQ(report["never_observed"], 1);
}

TEST_P(Report, AFindingOnARecordThatWasChangedSinceIsUnknown) {
  world().keep("hash", "a.bin", "content");
  world().keep("path", "b.bin", "content");
  world().verify_full();
  world().write("a.bin", "changed");
  world().write("b.bin", "changed");
  world().clock().advance(std::chrono::hours(1));
  world().verify_full();
  EXPECT_EQ(json()["counts"]["drifted"], 2);
  world().sql("update artifacts set metadata = " +
              ProofWorld::quoted(ProofWorld::record(std::string(64, 'b'), 7)) +
              " where id = 'hash'");
  world().sql("update artifacts set file_path = 'elsewhere.bin' where id = 'path'");
  const auto report = json();
  EXPECT_EQ(report["counts"]["drifted"], 0);
  EXPECT_EQ(report["counts"]["unknown"], 2);
  EXPECT_EQ(report["findings"].size(), 0U);
  EXPECT_EQ(report["never_observed"], 2);
}

TEST_P(Report, NoNameOfARowSpeaksToTheTerminal) {
  world().add_row("id\x1b[2J", "gone.bin", ProofWorld::record(std::string(64, 'a'), 1),
                  "type\x1b]0;title\x07");
  for (const ReportFormat format : {ReportFormat::markdown, ReportFormat::json}) {
    check();
    const std::string page = text(format);
    EXPECT_THAT(page, Not(HasSubstr("\x1b")));
    EXPECT_THAT(page, Not(HasSubstr("\x07")));
  }
  EXPECT_THAT(text(ReportFormat::markdown), HasSubstr("| type%1B"));
}

TEST_P(Report, ForgetsAFileThatIsNoLongerThere) {
  world().keep("a", "a.bin", "content");
  world().write("orphan.txt", "x");
  check();
  EXPECT_EQ(json()["findings"].size(), 1U);
  std::filesystem::remove(world().file("orphan.txt"));
  world().clock().advance(std::chrono::hours(1));
  check();
  EXPECT_EQ(json()["findings"].size(), 0U);
}

TEST_P(Report, TheExportedListIsCheckedBySha256sum) {
  const std::vector<std::string> names = {
      "plain.bin",        "with space.bin", " leading",     "back\\slash", "new\nline",
      "carriage\rreturn", "*star",          "üñí/ço∂é.bin", "-dash",       "sub/deep/f.x"};
  int number = 0;
  for (const std::string& name : names)
    world().keep("r" + std::to_string(number++), name, "content of " + name);
  const std::string before = list();
  EXPECT_EQ(exported_.exported, static_cast<std::int64_t>(names.size()));
  world().folder().write("recorded.sha256", before);
  const std::string command = "cd " + shell_quoted(world().file(".")) +
                              " && sha256sum --strict --quiet -c " +
                              shell_quoted(world().folder().at("recorded.sha256")) + " 2>&1";
  auto checked = run_program(command);
  EXPECT_EQ(checked.exit_code, 0) << checked.output;
  world().write("new\nline", "damaged");
  checked = run_program(command);
  EXPECT_EQ(checked.exit_code, 1);
  EXPECT_THAT(checked.output, HasSubstr("FAILED"));
  EXPECT_THAT(checked.output, Not(HasSubstr("improperly formatted")));
}

TEST_P(Report, TheListHasTheBytesThatSha256sumItselfWrites) {
  for (const std::string name : {"a b", "back\\slash", "new\nline", "carriage\rreturn"}) {
    world().write(name, name);
    const auto theirs = run_program("cd " + shell_quoted(world().file(".")) + " && sha256sum -- " +
                                    shell_quoted(name));
    EXPECT_EQ(checksum_line(core::sha256(name), name), theirs.output);
  }
}

TEST_P(Report, TheListNamesMissingFilesAndCountsWhatItCannotName) {
  world().keep("a", "a.bin", "content");
  std::filesystem::remove(world().file("a.bin"));
  world().add_row("bad", "b.bin", ProofWorld::record("no hash", 1));
  world().add_row("nopath", std::nullopt, ProofWorld::record(std::string(64, 'a'), 1));
  EXPECT_THAT(list(), HasSubstr("  a.bin\n"));
  EXPECT_EQ(exported_.exported, 1);
  EXPECT_EQ(exported_.left_out, 2);
}

TEST_P(Report, WithSeveralRootsTheListIsAbsolute) {
  world().keep("a", "a.bin", "content");
  std::filesystem::create_directories(world().folder().at("more"));
  world().folder().write("more/b.bin", "second root");
  world().config().roots.push_back(world().folder().at("more"));
  world().add_row("b", "b.bin", ProofWorld::record(core::to_hex(core::sha256("second root")), 11));
  world().folder().write("recorded.sha256", list());
  const auto checked = run_program("cd / && sha256sum --strict -c " +
                                   shell_quoted(world().folder().at("recorded.sha256")));
  EXPECT_EQ(checked.exit_code, 0) << checked.output;
}

}  // namespace
}  // namespace holdfast::artifacts
