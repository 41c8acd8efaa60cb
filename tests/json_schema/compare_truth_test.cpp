// SPDX-License-Identifier: Apache-2.0
// Verdicts held against Python's jsonschema (compare_truth.py): it judges our witnesses and looks for documents that disprove a yes.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/json_schema/compare_pairs.h"
#include "tests/support/second_program.h"
#include "tests/support/temp_folder.h"

namespace holdfast::json_schema {
namespace {

using ::holdfast::testing::run_program;
using ::holdfast::testing::shell_quoted;
using Json = nlohmann::json;

std::vector<std::string> truth_says(const std::string& words) {
  const std::string source = HOLDFAST_SOURCE_DIR;
  const auto ended =
      run_program(shell_quoted(source + "/.venv/bin/python") + " " +
                  shell_quoted(source + "/tests/json_schema/compare_truth.py") + " " + words);
  EXPECT_EQ(ended.exit_code, 0) << words;
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < ended.output.size();) {
    const std::size_t end = ended.output.find('\n', at);
    lines.push_back(ended.output.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

struct Asked {
  std::string old_text;
  std::string new_text;
  Comparison found;
};

struct Tally {
  int yes = 0;
  int no = 0;
  int no_that_sampling_finds = 0;
  int unknown = 0;
  int over_strict = 0;  // unknown, and sampling finds no document that tells the two apart
  int errors = 0;
};

void hold(const Asked& asked, const Json& truth, bool is_backward, Tally& tally) {
  const Verdict& verdict = is_backward ? asked.found.backward : asked.found.forward;
  const Json& disproof = truth[is_backward ? "only_old" : "only_new"];
  const std::string told = asked.old_text + " -> " + asked.new_text;
  switch (verdict.answer) {
    case Answer::yes:
      ++tally.yes;
      EXPECT_TRUE(disproof.is_null()) << "unsound: " << disproof << " " << told;
      break;
    case Answer::no: {
      ++tally.no;
      tally.no_that_sampling_finds += disproof.is_null() ? 0 : 1;
      const Json& judged = truth["documents"][is_backward ? 0 : 1];
      EXPECT_EQ(judged, Json({is_backward, !is_backward})) << verdict.witness << " " << told;
      break;
    }
    case Answer::unknown:
      ++tally.unknown;
      tally.over_strict += disproof.is_null() ? 1 : 0;
      break;
  }
}

Tally hold_all(const std::vector<Asked>& all, int seed) {
  const ::holdfast::testing::TempFolder folder;  // of its own: tests run side by side
  const std::string path = folder.at("asked.jsonl");
  {
    std::ofstream file(path);
    for (const Asked& asked : all) {
      const auto text = [](const Verdict& verdict) {
        return Json(verdict.witness.empty() ? "null" : verdict.witness).dump();
      };
      file << R"({"old":)" << asked.old_text << R"(,"new":)" << asked.new_text
           << R"(,"documents":[)" << text(asked.found.backward) << "," << text(asked.found.forward)
           << "]}\n";
    }
  }
  Tally tally;
  const auto lines = truth_says("judge " + std::to_string(seed) + " " + shell_quoted(path));
  EXPECT_EQ(lines.size(), all.size());
  for (std::size_t i = 0; i < std::min(lines.size(), all.size()); ++i) {
    const Json truth = Json::parse(lines[i]);
    if (truth.contains("error")) {
      ++tally.errors;
      continue;
    }
    hold(all[i], truth, true, tally);
    hold(all[i], truth, false, tally);
  }
  const int count = std::max(1, tally.yes + tally.no + tally.unknown);
  std::printf(
      "seed %d: %d yes, %d no (%d found by sampling, too), %d unknown (%.2f %%), of which sampling "
      "tells nothing apart: %d (%.2f %%); %d that Python can't judge\n",
      seed, tally.yes, tally.no, tally.no_that_sampling_finds, tally.unknown,
      100.0 * tally.unknown / count, tally.over_strict, 100.0 * tally.over_strict / count,
      tally.errors);
  return tally;
}

TEST(CompareTruth, PythonConfirmsEveryWitnessOfTheGoldenPairs) {
  std::vector<Asked> all;
  for (const SchemaPair& pair : golden_pairs())
    all.push_back({pair.old_text, pair.new_text, compared(pair.old_text, pair.new_text)});
  const Tally tally = hold_all(all, 20261130);
  EXPECT_EQ(tally.errors, 0);
  EXPECT_GT(tally.no, 300);
}

TEST(CompareTruth, PythonConfirmsTheDocumentsOfTheHardPairs) {
  std::vector<Asked> all;
  for (const SchemaPair& pair : hard_pairs()) {
    if (pair.row.starts_with("circles")) continue;  // sampling leads Python into the circle
    Comparison claimed;
    claimed.backward.answer = Answer::no;
    claimed.backward.witness = pair.document;
    all.push_back({pair.old_text, pair.new_text, claimed});
  }
  const Tally tally = hold_all(all, 5);
  EXPECT_EQ(tally.errors, 0);
  EXPECT_EQ(tally.no, static_cast<int>(all.size()));
}

TEST(CompareTruth, NoDocumentDisprovesAYesOfMadePairs) {
  constexpr int kSeed = 20261130;
  std::vector<Asked> all;
  for (const std::string& line : truth_says("generate " + std::to_string(kSeed) + " 2200")) {
    const auto document = Document::parse(line);
    ASSERT_TRUE(document.ok());
    const std::string old_text = json_text(document->root().at(0));
    const std::string new_text = json_text(document->root().at(1));
    all.push_back({old_text, new_text, compared(old_text, new_text)});
  }
  const Tally tally = hold_all(all, kSeed);
  const int count = tally.yes + tally.no + tally.unknown;
  EXPECT_GE(count, 4000);
  EXPECT_GT(tally.no, count / 5) << "the pairs hardly differ";
  EXPECT_LE(tally.unknown * 100, count) << "over-strict in more than one of a hundred";
  EXPECT_GT(tally.no_that_sampling_finds * 10, tally.no * 6)
      << "the sampling finds too little to hold a yes against";
}

}  // namespace
}  // namespace holdfast::json_schema
