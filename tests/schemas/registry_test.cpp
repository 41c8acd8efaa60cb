// SPDX-License-Identifier: Apache-2.0
// The directory registry over real folders and a real git, and what registries over HTTP share.
#include "schemas/registry.h"

#include <gtest/gtest.h>

#include "schemas/registry_http.h"
#include "tests/support/second_program.h"
#include "tests/support/temp_folder.h"

namespace holdfast::schemas {
namespace {

using testing::run_program;
using testing::TempFolder;

std::unique_ptr<Registry> open(const TempFolder& folder, const std::string& address) {
  RegistryConfig config;
  config.kind = RegistryKind::directory;
  config.address = address;
  RegistryOptions options;
  options.workspace_folder = folder.path();
  auto opened = open_registry(config, options);
  EXPECT_TRUE(opened.ok());
  return opened.ok() ? std::move(opened).value() : nullptr;
}

std::string names_of(const Looked<Index>& index) {
  if (!index) return std::string(problem_name(index.problem().kind));
  std::string out;
  for (const IndexEntry& entry : index->entries)
    out += entry.name + (entry.version.empty() ? "" : "@" + entry.version) + ' ';
  return out;
}

TEST(DirectoryRegistry, ListsTheSchemasOfATrack) {
  const TempFolder folder;
  folder.write("r/v1/a.json", "{}");
  folder.write("r/v1/b.schema.json", "{}");
  folder.write("r/v1/c.schema", "{}");
  folder.write("r/v1/d/1.10.json", "{}");
  folder.write("r/v1/d/1.9.json", "{}");
  folder.write("r/v1/.hidden.json", "{}");
  folder.write("r/v1/_metadata.json", "{}");
  folder.write("r/v1/README.md", "");
  folder.write("r/v2/z.json", "{}");
  EXPECT_EQ(names_of(open(folder, "r")->index("v1")), "a b c d@1.10 ");
  EXPECT_EQ(names_of(open(folder, "r")->index("v2")), "z ");
  EXPECT_EQ(names_of(open(folder, "r")->index("v3")), "not_found");
  EXPECT_EQ(names_of(open(folder, "nowhere")->index("v1")), "no_folder");
}

TEST(DirectoryRegistry, GivesTheVersionThatIsAskedForAndNoOther) {
  const TempFolder folder;
  folder.write("r/d/1.9.json", R"({"title":"nine"})");
  folder.write("r/d/1.10.json", R"({"title":"ten"})");
  folder.write("r/s.json", R"({"$core_version":"3.1","$schema_id":"id"})");
  const auto registry = open(folder, "r");
  EXPECT_EQ(registry->get("", "d", {})->content, R"({"title":"ten"})");
  EXPECT_EQ(registry->get("", "d", "1.9")->content, R"({"title":"nine"})");
  EXPECT_EQ(registry->get("", "d", "1.8").problem().kind, ProblemKind::not_found);
  EXPECT_EQ(registry->get("", "s", {})->version, "3.1");
  EXPECT_EQ(registry->get("", "s", "3.1")->schema_id, "id");
  EXPECT_EQ(registry->get("", "s", "3.2").problem().kind, ProblemKind::not_found);
  EXPECT_EQ(registry->get("", "x", {}).problem().kind, ProblemKind::not_found);
}

TEST(DirectoryRegistry, ReadsARevisionByteForByteAsGitHasIt) {
  const TempFolder folder;
  const std::string odd = "{\n\n \"title\": \"\\u00e9\"}";  // no line feed at its end
  folder.write("r/a.json", odd);
  folder.write("r/b.json", "{}\n\n");
  const std::string git =
      "cd '" + folder.path() + "' && git -c user.name=t -c user.email=t@example.com ";
  ASSERT_EQ(run_program(git + "init -q . 2>&1").exit_code, 0);
  ASSERT_EQ(run_program(git + "add r 2>&1").exit_code, 0);
  ASSERT_EQ(run_program(git + "commit -qm one 2>&1").exit_code, 0);
  std::string first = run_program(git + "rev-parse HEAD").output;
  first.pop_back();
  folder.write("r/a.json", "{\"title\":2}");
  ASSERT_EQ(run_program(git + "commit -qam two 2>&1").exit_code, 0);
  const auto old = open(folder, "git:" + first + ":r");
  EXPECT_EQ(old->get("", "a", {})->content, odd);
  EXPECT_EQ(old->get("", "b", {})->content, "{}\n\n");
  const auto now = open(folder, "git:HEAD:r");
  EXPECT_EQ(now->get("", "a", {})->content, "{\"title\":2}");
  EXPECT_EQ(now->get("", "a", first)->content, odd);
  const auto versions = now->versions("", "a");
  ASSERT_TRUE(versions);
  ASSERT_EQ(versions->size(), 2U);
  EXPECT_EQ(versions->front().version, first);
  EXPECT_EQ(open(folder, "git:HEAD:nowhere")->index("").problem().kind, ProblemKind::no_folder);
  EXPECT_EQ(open(folder, "git:nothing:r")->index("").problem().kind, ProblemKind::not_found);
}

TEST(Subjects, AreNamesAndBack) {
  EXPECT_EQ(subject_of_name("{name}-value", "a"), "a-value");
  EXPECT_EQ(name_of_subject("{name}-value", "a-value"), "a");
  EXPECT_EQ(name_of_subject("v1.{name}", "v1.a.b"), "a.b");
  EXPECT_FALSE(name_of_subject("{name}-value", "a-key").has_value());
  EXPECT_FALSE(name_of_subject("{name}-value", "-value").has_value());
}

TEST(Members, AreTheTextAsItStands) {
  const std::string text =
      R"({ "a" : {"n": 10000000000000000000001.50 } , "b\u0063": "x\ny", "d": true })";
  EXPECT_EQ(member_text(text, "a"), R"({"n": 10000000000000000000001.50 })");
  EXPECT_EQ(text_member(text, "bc"), "x\ny");
  EXPECT_EQ(text_member(text, "a"), "");
  EXPECT_TRUE(flag_member(text, "d"));
  EXPECT_FALSE(flag_member(text, "a"));
  EXPECT_EQ(member_text("[1]", "a"), "");
  std::string seen;
  EXPECT_TRUE(each_element(" [1, {\"a\":[2]} ,\"x\"]",
                           [&](std::string_view each) { seen += std::string(each) + ';'; }));
  EXPECT_EQ(seen, "1;{\"a\":[2]};\"x\";");
  EXPECT_FALSE(each_element("{}", [](std::string_view) {}));
}

}  // namespace
}  // namespace holdfast::schemas
