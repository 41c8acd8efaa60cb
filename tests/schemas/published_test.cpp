// SPDX-License-Identifier: Apache-2.0
// Published schemas in the catalog, on both databases, and the index that follows them.
#include "schemas/published.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/event_log.h"
#include "schemas/published_index.h"
#include "tests/support/test_catalog.h"

namespace holdfast::schemas {
namespace {

using ::testing::ElementsAre;

class PublishedSchemas : public testing::CatalogTest {
 protected:
  static Publication publication(const std::string& version, const std::string& content) {
    Publication out;
    out.track = "v1";
    out.name = "x";
    out.version = version;
    out.content = content;
    return out;
  }
  static Published publish_or_fail(catalog::Catalog& catalog, const Publication& wanted) {
    auto published = publish(catalog, wanted, "ada");
    if (!published) {
      ADD_FAILURE() << published.error().message();
      return {};
    }
    return std::move(published).value();
  }
  static std::vector<std::string> event_names(catalog::Catalog& catalog) {
    std::vector<std::string> out;
    const auto events = catalog::list_events(catalog, {});
    EXPECT_TRUE(events.ok());
    for (const auto& stored : *events)
      out.push_back(stored.event.name);
    return out;
  }
};
HOLDFAST_ON_BOTH_DATABASES(PublishedSchemas);

TEST_P(PublishedSchemas, KeepTheirBytesAndAppendOneEvent) {
  auto catalog = open_catalog();
  const std::string content = "{ \"b\" : 1.0,\n\t\"a\": \"\\u00e9\xC3\xA9\" }";
  const auto done = publish_or_fail(catalog, publication("1.2.7", content));
  EXPECT_EQ(done.effect, PublishEffect::added);
  EXPECT_EQ(done.schema.ordinal, 1);
  EXPECT_EQ(done.schema.schema_id, "v1/x");
  const auto stored = published_content(catalog, done.schema.content_id);
  ASSERT_TRUE(stored.ok() && stored->has_value());
  EXPECT_EQ(**stored, content);
  const auto events = catalog::list_events(catalog, {});
  ASSERT_TRUE(events.ok());
  ASSERT_EQ(events->size(), 1U);
  EXPECT_EQ(events->front().event.name, "schema.published");
  EXPECT_EQ(events->front().event.seq, done.schema.revision);
}

TEST_P(PublishedSchemas, AreTheSameWhateverTheirForm) {
  auto catalog = open_catalog();
  publish_or_fail(catalog, publication("1", R"({"a": 1, "b": 2})"));
  const auto again = publish_or_fail(catalog, publication("1", R"({"b":2,"a":1})"));
  EXPECT_EQ(again.effect, PublishEffect::unchanged);
  EXPECT_THAT(event_names(catalog), ElementsAre("schema.published"));
}

TEST_P(PublishedSchemas, NeverChangeTheirContent) {
  auto catalog = open_catalog();
  publish_or_fail(catalog, publication("1", R"({"a": 1})"));
  const auto other = publish(catalog, publication("1", R"({"a": 1.0})"), "ada");
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().code(), Code::conflict);
  EXPECT_THAT(query("select count(*) from published_schema"), ElementsAre(ElementsAre("1")));
  EXPECT_THAT(query("select count(*) from schema_content"), ElementsAre(ElementsAre("1")));
}

TEST_P(PublishedSchemas, GetTheNextNumberWhereNobodySaysAVersion) {
  auto catalog = open_catalog();
  publish_or_fail(catalog, publication("2", "{}"));
  const auto second = publish_or_fail(catalog, publication("", R"({"title":"b"})"));
  EXPECT_EQ(second.schema.version, "3") << "2 is taken";
  EXPECT_EQ(second.schema.ordinal, 2);
  const auto again = publish_or_fail(catalog, publication("", R"({ "title":"b" })"));
  EXPECT_EQ(again.effect, PublishEffect::unchanged);
  EXPECT_EQ(again.schema.version, "3");
}

TEST_P(PublishedSchemas, AreNotWrittenWhereTheNameMovedOn) {
  auto catalog = open_catalog();
  publish_or_fail(catalog, publication("1", "{}"));
  auto wanted = publication("", R"({"title":"b"})");
  wanted.after_ordinal = 0;
  EXPECT_EQ(publish_or_fail(catalog, wanted).effect, PublishEffect::moved);
  wanted.after_ordinal = 1;
  EXPECT_EQ(publish_or_fail(catalog, wanted).effect, PublishEffect::added);
}

TEST_P(PublishedSchemas, OfOneTransactionAreGoneWithIt) {
  auto catalog = open_catalog();
  {
    const auto transaction = begin_publishing(catalog);
    ASSERT_TRUE(transaction.ok());
    publish_or_fail(catalog, publication("1", "{}"));
  }
  EXPECT_THAT(event_names(catalog), ::testing::IsEmpty());
  EXPECT_THAT(query("select count(*) from published_schema"), ElementsAre(ElementsAre("0")));
}

TEST_P(PublishedSchemas, RefuseWhatIsNoSchemaOrNoName) {
  auto catalog = open_catalog();
  for (const char* content : {"", "[]", "1", "{", "{\"a\":1,\"a\":2}", "\xEF\xBB\xBF{}"}) {
    const auto refused = publish(catalog, publication("1", content), "ada");
    ASSERT_FALSE(refused.ok()) << content;
    EXPECT_EQ(refused.error().code(), Code::invalid);
  }
  for (const char* name : {"", ".", "..", "a/b", "a..b", "a b", "-a", ":.v2:a"})
    EXPECT_FALSE(check_schema_name(name).ok()) << name;
  for (const char* track : {"", "ids", "by-id", "types", "a/b"})
    EXPECT_FALSE(check_track(track).ok()) << track;
  for (const char* version : {"", "latest", "1/2", ".1"})
    EXPECT_FALSE(check_version(version).ok()) << version;
  EXPECT_TRUE(check_schema_name("telemetry.FeedbackEvent").ok());
  EXPECT_TRUE(check_version("v1.2.7-rc.1+build").ok());
}

TEST_P(PublishedSchemas, ChangedContentsInTheDatabaseAreSeen) {
  auto catalog = open_catalog();
  const auto done = publish_or_fail(catalog, publication("1", "{}"));
  execute("update schema_content set content = '{\"a\":1}'");
  const auto content = published_content(catalog, done.schema.content_id);
  ASSERT_FALSE(content.ok());
  EXPECT_EQ(content.error().code(), Code::corrupt);
  const auto absent = published_content(catalog, done.schema.content_id + 1);
  ASSERT_TRUE(absent.ok());
  EXPECT_FALSE(absent->has_value());
}

TEST_P(PublishedSchemas, AreFollowedByAnIndexOfAnotherConnection) {
  auto writer = open_catalog();
  auto reader = open_catalog();
  PublishedIndex index;
  ASSERT_TRUE(index.refresh(reader).ok());
  EXPECT_EQ(index.find("v1", "x"), nullptr);
  const auto first = publish_or_fail(writer, publication("1.10.0", "{}"));
  publish_or_fail(writer, publication("1.9.0", R"({"title":"older"})"));
  auto deprecated = publication("1.10.0", "{}");
  deprecated.deprecated = true;
  EXPECT_EQ(publish_or_fail(writer, deprecated).effect, PublishEffect::deprecation_changed);
  ASSERT_TRUE(set_level(writer, {"v1", "x", CompatibilityLevel::full, 0}, "ada").ok());
  ASSERT_TRUE(index.refresh(reader).ok());
  PublishedIndex fresh;  // reads the rows in another order: the deprecated one comes last
  ASSERT_TRUE(fresh.refresh(reader).ok());
  for (const PublishedIndex* each : {&index, &fresh}) {
    const auto* name = each->find("v1", "x");
    ASSERT_NE(name, nullptr);
    ASSERT_EQ(name->versions.size(), 2U);
    EXPECT_EQ(name->versions[0].version, "1.10.0");
    EXPECT_EQ(name->latest().version, "1.10.0");
    EXPECT_TRUE(name->latest().deprecated);
    EXPECT_EQ(name->find(std::int64_t{2})->version, "1.9.0");
    EXPECT_EQ(each->find_by_schema_id("v1/x")->version, "1.10.0");
    EXPECT_EQ(each->of_content(first.schema.content_id).size(), 1U);
    EXPECT_EQ(each->level("v1", "x"), CompatibilityLevel::full);
    EXPECT_EQ(each->level("", ""), std::nullopt);
  }
}

TEST_P(PublishedSchemas, LevelsAreSetOnce) {
  auto catalog = open_catalog();
  for (int i = 0; i < 2; ++i)
    ASSERT_TRUE(set_level(catalog, {"", "", CompatibilityLevel::none, 0}, "ada").ok());
  EXPECT_THAT(event_names(catalog), ElementsAre("schema.compatibility_set"));
  ASSERT_TRUE(set_level(catalog, {"", "", CompatibilityLevel::full_transitive, 0}, "ada").ok());
  const auto levels = levels_since(catalog, 0);
  ASSERT_TRUE(levels.ok());
  ASSERT_EQ(levels->size(), 1U);
  EXPECT_EQ(level_name(levels->front().level), "FULL_TRANSITIVE");
}

TEST_P(PublishedSchemas, StatementsAreGoodOnBothDatabases) {
  auto catalog = open_catalog();
  publish_or_fail(catalog, publication("1", "{}"));
  const auto prepared = catalog.connection().prepare_all();
  EXPECT_TRUE(prepared.ok()) << prepared.error().message();
}

}  // namespace
}  // namespace holdfast::schemas
