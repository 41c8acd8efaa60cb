// SPDX-License-Identifier: Apache-2.0
// The section [events]: what is read, what the source's variables add to it, and which sinks come of it.
#include "app/events_config.h"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// The variables of the source, cleared before and after.
class EventsConfigTest : public ::testing::Test {
 protected:
  void SetUp() override { clear(); }
  void TearDown() override { clear(); }
  static void set(const char* name, const char* value) { ::setenv(name, value, 1); }

  static Result<EventsConfig> read(const std::string& text) {
    TRY_ASSIGN(TomlTable root, parse_toml(text, "holdfast.toml"));
    TRY(lay_bus_defaults(root));
    return read_events_config(root, "/ws");
  }

 private:
  static void clear() {
    for (const char* name : {"EVENT_BUS_BACKEND", "REDIS_URL", "PULSE_ENABLED", "MD_NAMESPACE",
                             "REGISTRY_ENFORCEMENT", "SCHEMA_TRACK"})
      ::unsetenv(name);
  }
};

TEST_F(EventsConfigTest, HasNoSinkWhereNobodyAsksForOne) {
  const auto config = read("");
  ASSERT_TRUE(config.ok());
  EXPECT_TRUE(sink_places(*config).empty());
}

TEST_F(EventsConfigTest, TakesAnEmptyPlaceForNone) {
  const auto config = read("[events]\njsonl = \"\"\nredis = \"\"\nwebhook = \"\"\n");
  ASSERT_TRUE(config.ok()) << config.error().message();
  EXPECT_TRUE(sink_places(*config).empty());
}

TEST_F(EventsConfigTest, NamesEachSinkByItsPlaceAndWithoutItsSecrets) {
  const auto config = read(
      "[events]\njsonl = \"events.jsonl\"\nredis = \"redis://:secret@host/1\"\nnamespace = \"ns\"\n"
      "webhook = \"https://u:secret@host/hooks/secret?a=secret\"\nwebhook_secret = \"secret\"\n");
  ASSERT_TRUE(config.ok()) << config.error().message();
  const auto places = sink_places(*config);
  ASSERT_EQ(places.size(), 3U);
  EXPECT_EQ(places[0].name, "jsonl:/ws/events.jsonl");
  EXPECT_EQ(places[1].name, "redis:redis://host:6379/1#ns");
  EXPECT_EQ(places[1].shown, "redis://host:6379/1 (ns:…)");
  EXPECT_EQ(places[2].shown, "https://host/…");
  for (const SinkPlace& place : places)
    EXPECT_THAT(place.name + place.shown, Not(HasSubstr("secret")));
}

TEST_F(EventsConfigTest, TellsTwoWebhooksOfOneHostApartAndNotTwoPasswords) {
  const auto name_of = [](const std::string& url) {
    const auto config = read("[events]\nwebhook = \"" + url + "\"\n");
    return config.ok() ? sink_places(*config).front().name : config.error().message();
  };
  EXPECT_NE(name_of("https://host/a"), name_of("https://host/b"));
  EXPECT_EQ(name_of("https://u:one@host/a"), name_of("https://u:two@host/a"));
}

TEST_F(EventsConfigTest, TakesTheBusOfTheSourceWhereTheFileHasNone) {
  set("EVENT_BUS_BACKEND", "redis");
  EXPECT_EQ(sink_places(*read("")).front().shown, "redis://127.0.0.1:6379/0 (mdp:…)");
  set("REDIS_URL", "redis://bus:7000");
  set("MD_NAMESPACE", "other");
  EXPECT_EQ(sink_places(*read("")).front().shown, "redis://bus:7000/0 (other:…)");
  EXPECT_EQ(
      sink_places(*read("[events]\nredis = \"redis://mine\"\nnamespace = \"n\"\n")).front().shown,
      "redis://mine:6379/0 (n:…)");
  EXPECT_TRUE(sink_places(*read("[events]\nredis = \"\"\n")).empty()) << "the file turns it off";
  set("PULSE_ENABLED", "False");
  EXPECT_TRUE(sink_places(*read("")).empty());
  set("PULSE_ENABLED", "true");
  set("EVENT_BUS_BACKEND", "inmem");
  EXPECT_TRUE(sink_places(*read("")).empty());
}

TEST_F(EventsConfigTest, TakesEnforcementAndTrackOfTheSource) {
  EXPECT_EQ(read("")->sender.enforcement, "warn");
  set("REGISTRY_ENFORCEMENT", "strict");
  set("SCHEMA_TRACK", "v2");
  EXPECT_EQ(read("")->sender.enforcement, "strict");
  EXPECT_EQ(read("")->sender.track, "v2");
}

TEST_F(EventsConfigTest, RefusesWhatMakesNoSenseAndShowsNoSecret) {
  for (const char* line : {"redis = \"redis://:secret@\"", "webhook = \"ftp://u:secret@h\"",
                           "webhook_secret = \"secret\"", "namespace = \"\"",
                           "webhook = \"https://h\"\nwebhook_secret = \"\""}) {
    const auto config = read("[events]\n" + std::string(line) + "\n");
    ASSERT_FALSE(config.ok()) << line;
    EXPECT_THAT(config.error().message(), HasSubstr("holdfast.toml:")) << line;
    EXPECT_THAT(config.error().message(), Not(HasSubstr("secret@"))) << line;
  }
}

}  // namespace
}  // namespace holdfast::app
