// SPDX-License-Identifier: Apache-2.0
// The JSON Schema Test Suite (deps/schema_suite.txt): every required test of the five dialects, and how many of the optional ones hold.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "json_schema/validator.h"

namespace holdfast::json_schema {
namespace {

namespace fs = std::filesystem;

struct Draft {
  Dialect dialect;
  std::string folder;
  int least_count;  // of required tests: the suite only grows
};

std::string suite_folder() {
  const char* given = std::getenv("HOLDFAST_SCHEMA_SUITE");
  return given != nullptr ? given : std::string(HOLDFAST_SOURCE_DIR) + "/.deps/schema-suite";
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

Document read_document(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  EXPECT_TRUE(in.good()) << file << ": scripts/setup.sh test brings the suite";
  auto document = Document::parse(
      std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()));
  EXPECT_TRUE(document.ok()) << file << (document.ok() ? "" : document.error().message());
  return *document;
}

std::vector<FurtherDocument> remotes() {
  const fs::path folder = suite_folder() + "/remotes";
  std::vector<FurtherDocument> further;
  for (const fs::path& file : files_below(folder))
    further.push_back(
        {"http://localhost:1234/" + fs::relative(file, folder).string(), read_document(file)});
  return further;
}

Document own_copy(Value value) {
  DocumentMaker maker;
  const Value root = maker.copy(value);
  return std::move(maker).finish(root);
}

struct Counts {
  int held = 0;
  int failed = 0;
};

class Suite {
 public:
  Suite(Draft draft, FormatMode format) : draft_(std::move(draft)), format_(format) {
    options_.default_dialect = draft_.dialect;
    options_.further = remotes();
  }

  Counts run(const fs::path& file) {
    file_ = file.filename().string();
    counts_ = {};
    const Document document = read_document(file);
    for (std::size_t i = 0; i < document.root().size(); ++i)
      run_case(document.root().at(i));
    return counts_;
  }
  const std::vector<std::string>& failures() const { return failures_; }

 private:
  void run_case(Value entry) {
    const Value tests = entry.find("tests");
    const std::string name =
        draft_.folder + "/" + file_ + ": " + std::string(entry.find("description").string());
    const auto schema = Schema::load(own_copy(entry.find("schema")), options_);
    for (std::size_t i = 0; i < tests.size(); ++i) {
      const Value test = tests.at(i);
      const std::string full = name + ": " + std::string(test.find("description").string());
      if (!schema)
        fail(full + ": " + schema.error().message());
      else
        run_test(*schema, test, full);
    }
  }

  void run_test(const Schema& schema, Value test, const std::string& name) {
    Budget budget(kUsualValidationSteps);
    const ValidateOptions options{format_, 100};
    const auto valid = is_valid(schema, test.find("data"), budget, options);
    const auto violations = validate(schema, test.find("data"), budget, options);
    const bool expected = test.find("valid").boolean();
    if (!valid || !violations)
      fail(name + ": " + (valid ? violations.error() : valid.error()).message());
    else if (*valid != expected || violations->empty() != expected)
      fail(name + ": " + (expected ? "refused" : "accepted"));
    else
      ++counts_.held;
  }

  void fail(const std::string& what) {
    ++counts_.failed;
    failures_.push_back(what);
  }

  Draft draft_;
  FormatMode format_;
  SchemaOptions options_;
  std::string file_;
  Counts counts_;
  std::vector<std::string> failures_;
};

class SchemaSuite : public ::testing::TestWithParam<Draft> {};

TEST_P(SchemaSuite, EveryRequiredTestHolds) {
  Suite suite(GetParam(), FormatMode::annotation);
  Counts all;
  for (const auto& entry : fs::directory_iterator(suite_folder() + "/tests/" + GetParam().folder)) {
    if (entry.path().extension() != ".json") continue;
    const Counts counts = suite.run(entry.path());
    all.held += counts.held;
    all.failed += counts.failed;
  }
  for (const std::string& failure : suite.failures())
    ADD_FAILURE() << failure;
  std::cout << GetParam().folder << ": " << all.held << " required tests hold\n";
  EXPECT_GE(all.held, GetParam().least_count) << "the suite is not whole";
}

INSTANTIATE_TEST_SUITE_P(All, SchemaSuite,
                         ::testing::Values(Draft{Dialect::draft4, "draft4", 610},
                                           Draft{Dialect::draft6, "draft6", 829},
                                           Draft{Dialect::draft7, "draft7", 913},
                                           Draft{Dialect::draft2019, "draft2019-09", 1227},
                                           Draft{Dialect::draft2020, "draft2020-12", 1257}),
                         [](const auto& tested) {
                           std::string name = tested.param.folder;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace holdfast::json_schema
