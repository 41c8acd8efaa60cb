// SPDX-License-Identifier: Apache-2.0
// The reader of configuration files: types, places, overrides, variables, unknown keys, and text
// that is no TOML.
#include "base/toml.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kWorkspace = R"([workspace]
name = "atlas"
catalog = "sqlite:.holdfast/catalog.db"

[artifacts.plates]
root = ["plates", "scans"]
jobs = 4
sample = 0.5
dry = true

[artifacts.atlas]
root = "data"
)";

TomlTable parsed(std::string_view text, const TomlOptions& options = {}) {
  const auto table = parse_toml(text, "holdfast.toml", options);
  EXPECT_TRUE(table.ok()) << table.error().message();
  return *std::move(table);
}

TomlTable inner(TomlTable& table, std::string_view key) {
  auto found = table.table(key);
  EXPECT_TRUE(found.ok() && found->has_value());
  return **found;
}

template <class T>
std::string message_of(const Result<T>& result) {
  return result.ok() ? "" : result.error().message();
}

TEST(Toml, GivesTypedValuesAndNothingForAbsentKeys) {
  TomlTable root = parsed(kWorkspace);
  auto groups = root.tables("artifacts");
  ASSERT_TRUE(groups.ok());
  ASSERT_EQ(groups->size(), 2U);
  EXPECT_EQ(groups->at(0).first, "plates") << "in the order of the file";
  TomlTable plates = groups->at(0).second;
  EXPECT_EQ(plates.path(), "artifacts.plates");
  EXPECT_EQ(plates.line(), 5);
  EXPECT_EQ(plates.integer("jobs")->value(), 4);
  EXPECT_EQ(plates.number("jobs")->value(), 4.0) << "an integer is a number too";
  EXPECT_EQ(plates.number("sample")->value(), 0.5);
  EXPECT_TRUE(plates.boolean("dry")->value());
  EXPECT_THAT(plates.strings("root")->value(), ElementsAre("plates", "scans"));
  EXPECT_EQ(plates.string("window")->has_value(), false);
  EXPECT_EQ(*plates.integer_or("limit", 200), 200);
  EXPECT_THAT(groups->at(1).second.strings("root")->value(), ElementsAre("data"));
  EXPECT_EQ(root.table("features")->has_value(), false);
  EXPECT_THAT(*root.tables("features"), IsEmpty());
}

TEST(Toml, NamesPlaceKeyAndBothTypesWhereTheTypeIsWrong) {
  TomlTable root = parsed(kWorkspace);
  TomlTable plates = root.tables("artifacts")->at(0).second;
  EXPECT_EQ(message_of(plates.string("jobs")),
            "holdfast.toml:7: artifacts.plates.jobs: is an integer, expected a string");
  EXPECT_EQ(message_of(plates.integer("sample")),
            "holdfast.toml:8: artifacts.plates.sample: is a number, expected an integer");
  EXPECT_THAT(message_of(plates.boolean("root")), HasSubstr("is an array, expected true or false"));
  EXPECT_THAT(message_of(plates.number("dry")), HasSubstr("is true or false, expected a number"));
  EXPECT_THAT(message_of(plates.table("dry")), HasSubstr("expected a table"));
  TomlTable odd = parsed("a = [1]\nb = 2020-01-01\nc = inf\n[d]\ne = 1\n");
  EXPECT_EQ(message_of(odd.strings("a")),
            "holdfast.toml:1: a: holds an integer, expected only strings");
  EXPECT_THAT(message_of(odd.string("b")), HasSubstr("is a date or time"));
  EXPECT_THAT(message_of(odd.number("c")), HasSubstr("holdfast.toml:3: c: is not a finite number"));
  EXPECT_EQ(
      message_of(odd.tables("d")),
      "holdfast.toml:5: d.e: is an integer, expected a table ([d.NAME], with the keys below it)");
  EXPECT_EQ(odd.invalid("b", "is in the past").message(), "holdfast.toml:2: b: is in the past");
}

TEST(Toml, RefusesKeysThatNobodyAskedForAndNamesTheNearest) {
  TomlTable root = parsed("[workspace]\nnmae = \"atlas\"\n\n[artefacts.atlas]\nroot = \"x\"\n");
  TomlTable workspace = inner(root, "workspace");
  EXPECT_TRUE(workspace.string_or("name", "x").ok());
  EXPECT_TRUE(root.tables("artifacts").ok());
  const Status finished = root.finish();
  ASSERT_FALSE(finished.ok());
  EXPECT_EQ(finished.error().code(), Code::invalid);
  EXPECT_EQ(finished.error().message(),
            "holdfast.toml:2: unknown key \"workspace.nmae\"; did you mean \"name\"?\n"
            "holdfast.toml:4: unknown key \"artefacts\"; did you mean \"artifacts\"?");
}

TEST(Toml, FinishesWhereEveryKeyWasAskedFor) {
  TomlTable root = parsed(kWorkspace);
  TomlTable workspace = inner(root, "workspace");
  for (const char* key : {"name", "catalog"})
    EXPECT_TRUE(workspace.string(key).ok());
  auto groups = root.tables("artifacts");
  for (auto& [name, group] : *groups) {
    EXPECT_TRUE(group.strings("root").ok());
  }
  EXPECT_THAT(message_of(root.finish()), HasSubstr("artifacts.plates.jobs"));
  for (auto& [name, group] : *groups) {
    EXPECT_TRUE(group.integer("jobs").ok() && group.number("sample").ok() &&
                group.boolean("dry").ok());
  }
  EXPECT_EQ(message_of(root.finish()), "");
}

TEST(Toml, KnowsWhatItWasAskedForPresentOrNot) {
  TomlTable root = parsed(kWorkspace);
  TomlTable own = inner(root, "workspace");
  EXPECT_THAT(own.asked_keys(), IsEmpty());
  EXPECT_TRUE(own.string("name").ok());
  EXPECT_TRUE(own.string_or("actor", "me").ok());
  EXPECT_TRUE(own.string("name").ok());
  EXPECT_THAT(own.asked_keys(), ElementsAre("name", "actor"));
  EXPECT_THAT(root.asked_keys(), ElementsAre("workspace"));
}

TEST(Toml, LaterOriginsWinAndSayWhoTheyAre) {
  TomlTable root = parsed(kWorkspace);
  ASSERT_TRUE(root.set("artifacts.plates.jobs", "8", TomlOrigin::flag, "--jobs").ok());
  ASSERT_TRUE(
      root.set("artifacts.plates.jobs", "6", TomlOrigin::environment, "HOLDFAST_JOBS").ok());
  ASSERT_TRUE(root.set("workspace.name", "123", TomlOrigin::environment, "HOLDFAST_NAME").ok());
  ASSERT_TRUE(root.set("workspace.window", "02:00-06:00", TomlOrigin::flag, "--window").ok());
  TomlTable plates = root.tables("artifacts")->at(0).second;
  EXPECT_EQ(plates.integer("jobs")->value(), 8) << "the flag beats the environment";
  EXPECT_EQ(plates.place_of("jobs"), "--jobs");
  EXPECT_EQ(plates.line_of("jobs"), std::nullopt);
  EXPECT_EQ(plates.line_of("dry"), 9);
  TomlTable workspace = inner(root, "workspace");
  EXPECT_EQ(workspace.string("name")->value(), "123") << "a bare text is a string to who wants one";
  EXPECT_EQ(workspace.string("window")->value(), "02:00-06:00");
  ASSERT_TRUE(root.set("workspace.name", "many words", TomlOrigin::flag, "--name").ok());
  EXPECT_THAT(message_of(workspace.integer("name")),
              HasSubstr("--name: workspace.name: is a string"));
}

TEST(Toml, SetsValuesOfEveryTypeAndRefusesPathsThroughValues) {
  TomlTable root = parsed("[a]\nb = 1\n");
  const auto set = [&](std::string_view path, std::string_view text) {
    return message_of(root.set(path, text, TomlOrigin::flag, "--set"));
  };
  EXPECT_EQ(set("a.list", R"(["x", "y"])"), "");
  EXPECT_EQ(set("a.on", "true"), "");
  EXPECT_EQ(set("a.share", "0.25"), "");
  EXPECT_EQ(set("a.text", "\"quoted\""), "");
  EXPECT_EQ(set("a.odd", "a\"b = {"), "");
  EXPECT_EQ(set("a.lines", "1\nb = 2"), "");
  EXPECT_EQ(set(R"(a."x.y".z)", "1"), "");
  EXPECT_EQ(set("a.secret", "${NOT_EXPANDED}"), "");
  TomlTable a = inner(root, "a");
  EXPECT_THAT(a.strings("list")->value(), ElementsAre("x", "y"));
  EXPECT_TRUE(a.boolean("on")->value());
  EXPECT_EQ(a.number("share")->value(), 0.25);
  EXPECT_EQ(a.string("text")->value(), "quoted");
  EXPECT_EQ(a.string("odd")->value(), "a\"b = {");
  EXPECT_EQ(a.string("lines")->value(), "1\nb = 2");
  EXPECT_EQ(a.string("secret")->value(), "${NOT_EXPANDED}");
  EXPECT_EQ(inner(a, "x.y").integer("z")->value(), 1);
  EXPECT_THAT(set("a.b.c", "1"), HasSubstr("a.b is a value, not a table"));
  EXPECT_THAT(set("a", "1"), HasSubstr("is a table"));
  for (const char* path : {"", ".", "a.", ".a", "a..b", "\"", "\"a", "\"a\"b", "a\"b"}) {
    EXPECT_THAT(set(path, "1"), HasSubstr("is not a dotted key")) << path;
  }
  std::string deep = "a";
  for (int i = 0; i < kMaxTomlDepth; ++i)
    deep += ".a";
  EXPECT_THAT(set(deep, "1"), HasSubstr("is not a dotted key"));
}

TEST(Toml, ExpandsVariablesAndNeverShowsWhatTheyHold) {
  const std::map<std::string, std::string> variables = {
      {"HOST", "db"}, {"EMPTY", ""}, {"NESTED", "${HOST}"}};
  const TomlOptions options{[&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  }};
  TomlTable root = parsed(
      "url = \"postgresql://${HOST}/x${EMPTY}\"\nplain = \"$${HOST} $5 $\"\nnested = "
      "\"${NESTED}\"\n"
      "list = [\"${HOST}\"]\nmissing = \"${NOPE}\"\nopen = \"${HOST\"\nbad = \"${A-B}\"\n",
      options);
  EXPECT_EQ(root.string("url")->value(), "postgresql://db/x");
  EXPECT_EQ(root.string("plain")->value(), "${HOST} $5 $");
  EXPECT_EQ(root.string("nested")->value(), "${HOST}") << "expanded once only";
  EXPECT_THAT(root.strings("list")->value(), ElementsAre("db"));
  EXPECT_EQ(message_of(root.string("missing")),
            "holdfast.toml:5: missing: the environment variable NOPE is not set");
  EXPECT_THAT(message_of(root.string("open")), HasSubstr("holdfast.toml:6: open: \"${\" without"));
  EXPECT_THAT(message_of(root.string("bad")), HasSubstr("names no environment variable"));
  for (const TomlSetting& setting : root.settings()) {
    EXPECT_THAT(setting.shown, Not(HasSubstr("db"))) << setting.path;
  }
}

TEST(Toml, LooksInTheProcessEnvironmentByItself) {
  ASSERT_EQ(setenv("HOLDFAST_TOML_TEST", "from outside", 1), 0);
  TomlTable root = parsed("a = \"${HOLDFAST_TOML_TEST}\"\n");
  EXPECT_EQ(root.string("a")->value(), "from outside");
}

TEST(Toml, ListsValuesDefaultsAndOrigins) {
  TomlTable root = parsed("b = 2\na = \"x\\n\"\n[t]\nlist = [1, \"two\", 3.0]\n");
  EXPECT_TRUE(root.integer_or("b", 7).ok() && root.integer_or("c", 7).ok());
  EXPECT_TRUE(inner(root, "t").string_or("name", "none").ok());
  ASSERT_TRUE(root.set("a", "y", TomlOrigin::environment, "HOLDFAST_A").ok());
  std::vector<std::string> lines;
  for (const TomlSetting& setting : root.settings()) {
    lines.push_back(setting.path + " = " + setting.shown + " (" +
                    std::string(toml_origin_name(setting.origin)) + " " + setting.place + ")");
  }
  EXPECT_THAT(lines,
              ElementsAre("b = 2 (file holdfast.toml:1)", "a = \"y\" (environment HOLDFAST_A)",
                          "c = 7 (default )", "t.list = [1, \"two\", 3.0] (file holdfast.toml:4)",
                          "t.name = \"none\" (default )"));
}

TEST(Toml, NamesTheLineOfTextThatIsNoToml) {
  using namespace std::string_literals;
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a = 1\nb = \n", "holdfast.toml:2:"},
      {"a = 1\na = 2\n", "holdfast.toml:2:"},
      {"[a]\n[a]\n", "holdfast.toml:2:"},
      {"a = 1\n[a.b]\n", "holdfast.toml:2:"},
      {"a = \"unterminated\n", "holdfast.toml:1:"},
      {"a = 99999999999999999999\n", "holdfast.toml:1:"},
      {"a = \"\xff\"\n", "holdfast.toml:1:"},
      {"\xc3(a = 1\n", "holdfast.toml:1:"},
      {"a = \"\xed\xa0\x80\"\n", "holdfast.toml:1:"},
      {"a = \"\xc0\xaf\"\n", "holdfast.toml:1:"},
      {"# note\xfe\na = 1\n", "holdfast.toml:1:"},
      {"a = \"x\0y\"\n"s, "holdfast.toml:1:"},
      {"a\0 = 1\n"s, "holdfast.toml:1:"},
      {"= 1\n", "holdfast.toml:1:"},
      {"[\n", "holdfast.toml:"},
      {"a = {b = 1\n", "holdfast.toml:"},
  };
  for (const auto& [text, place] : cases) {
    const auto table = parse_toml(text, "holdfast.toml");
    ASSERT_FALSE(table.ok()) << text;
    EXPECT_EQ(table.error().code(), Code::invalid);
    EXPECT_THAT(table.error().message(), ::testing::StartsWith(place)) << text;
  }
}

TEST(Toml, RefusesWhatIsTooLargeOrTooDeepWithoutFallingOver) {
  const auto refused = [](const std::string& text) { return message_of(parse_toml(text, "f")); };
  EXPECT_THAT(refused(std::string(kMaxTomlSizeBytes + 1, '#')), HasSubstr("at most 1048576"));
  std::string dots;
  for (int i = 0; i < 300'000; ++i)
    dots += "a.";
  EXPECT_THAT(refused("x = 1\n" + dots + "b = 1\n"),
              HasSubstr("f:2: a key with more than 32 dots"));
  EXPECT_THAT(refused("[" + dots + "b]\n"), HasSubstr("more than 32 dots"));
  EXPECT_THAT(refused("x = {" + dots + "b = 1}\n"), HasSubstr("more than 32 dots"));
  EXPECT_THAT(refused("x = " + std::string(40, '[') + std::string(40, ']') + "\n"),
              HasSubstr("nested deeper than 32"));
  EXPECT_NE(refused("x = " + std::string(500'000, '[')), "");
  std::string nested;
  for (int i = 0; i < 20; ++i)
    nested += "a.b.c = {";
  EXPECT_THAT(refused(nested + "v = 1" + std::string(20, '}') + "\n"),
              HasSubstr("nested deeper than 32"));
}

TEST(Toml, DoesNotTakeDotsInTextForDotsInKeys) {
  std::string dots;
  for (int i = 0; i < 100; ++i)
    dots += "a.";
  EXPECT_TRUE(parse_toml("# " + dots + "\nx = \"" + dots + "\" # it's\ny = '" + dots +
                             "'\nz = \"\"\"\n" + dots + "\n\\\"\"\" " + dots + "\"\"\"\nw = '''\n" +
                             dots + "'''\n",
                         "f")
                  .ok());
}

TEST(Toml, SurvivesEveryPrefixAndEveryChangedByteOfAFile) {
  const std::string whole(kWorkspace);
  int accepted = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    accepted += parse_toml(whole.substr(0, i), "f").ok() ? 1 : 0;
    for (const char c : {'\0', '"', '.', '[', '\n', '\xff'}) {
      std::string changed = whole;
      changed[i] = c;
      auto table = parse_toml(changed, "f");
      if (table.ok()) {
        ++accepted;
        EXPECT_FALSE(table->settings().empty());
      } else {
        EXPECT_EQ(table.error().code(), Code::invalid);
      }
    }
  }
  EXPECT_GT(accepted, 10);
}

}  // namespace
}  // namespace holdfast
