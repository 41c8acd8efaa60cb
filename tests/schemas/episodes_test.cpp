// SPDX-License-Identifier: Apache-2.0
// Episodes of drift in the catalog, on both databases: one for each stretch of drift, one event for each transition.
#include "schemas/episodes.h"

#include <gtest/gtest.h>

#include "tests/support/test_catalog.h"

namespace holdfast::schemas {
namespace {

class Episodes : public testing::CatalogTest {
 protected:
  void SetUp() override {
    testing::CatalogTest::SetUp();
    config_.name = "core";
    config_.repo = "store";
    config_.actor = "ana";
    config_.track = "v1";
    config_.registry.address = "http://u:p@127.0.0.1:1";
  }

  static SchemaState state(const std::string& name, DriftStatus status, ChangeClass change,
                           const std::string& published = "{}") {
    SchemaState out;
    out.name = name;
    out.status = status;
    out.local_version = "1.1.2";
    out.registry_version = "1.2.7";
    out.pin = pin_of(name, name + ".json", R"({"type":"object"})", name);
    if (status == DriftStatus::drift || status == DriftStatus::synced) {
      out.published = pin_of(name, "", published, name);
      out.comparison = Comparison();
      out.comparison->change = change;
    }
    return out;
  }

  /// A look a minute after the one before.
  DriftRun look(catalog::Catalog& catalog, std::vector<SchemaState> states,
                std::optional<Problem> problem = {}) {
    clock().advance(std::chrono::minutes(1));
    DriftRun run;
    run.started_at = run.ended_at = clock().now();
    run.schemas = std::move(states);
    run.registry_problem = std::move(problem);
    const Status recorded = record_episodes(catalog, config_, run);
    EXPECT_TRUE(recorded.ok()) << recorded.error().message();
    return run;
  }

  std::string events() {
    std::string out;
    for (const auto& row : query("select name from event order by seq"))
      out += row[0].substr(row[0].find('.') + 1) + ' ';
    return out;
  }

  SchemasConfig config_;
};

HOLDFAST_ON_BOTH_DATABASES(Episodes);

TEST_P(Episodes, EveryStatementIsGoodSqlOnBoth) {
  auto catalog = open_catalog();
  look(catalog, {state("a", DriftStatus::drift, ChangeClass::safe)});
  EXPECT_TRUE(list_episodes(catalog, {}).ok());
  const Status prepared = catalog.connection().prepare_all();
  EXPECT_TRUE(prepared.ok()) << prepared.error().message();
}

TEST_P(Episodes, LastFromTheFirstLookThatSawDriftToTheOneThatSawNone) {
  auto catalog = open_catalog();
  look(catalog, {state("a", DriftStatus::synced, ChangeClass::identical)});
  EXPECT_EQ(events(), "");
  const auto first = look(catalog, {state("a", DriftStatus::drift, ChangeClass::safe)});
  const auto again = look(catalog, {state("a", DriftStatus::drift, ChangeClass::safe)});
  EXPECT_EQ(events(), "drift_detected ");
  EXPECT_EQ(again.schemas[0].since, first.schemas[0].since);
  look(catalog, {state("a", DriftStatus::drift, ChangeClass::breaking, "false")});
  look(catalog, {state("a", DriftStatus::drift, ChangeClass::annotation, "{\"title\":\"x\"}")});
  EXPECT_EQ(events(), "drift_detected drift_changed drift_changed ");
  look(catalog, {state("a", DriftStatus::synced, ChangeClass::identical)});
  look(catalog, {state("a", DriftStatus::synced, ChangeClass::identical)});
  EXPECT_EQ(events(), "drift_detected drift_changed drift_changed drift_resolved ");
  const auto all = list_episodes(catalog, {});
  ASSERT_TRUE(all.ok());
  ASSERT_EQ(all->size(), 1U);
  EXPECT_EQ(all->front().worst_change, "breaking");
  EXPECT_EQ(all->front().looks, 4);
  EXPECT_EQ(all->front().opened_at, *first.schemas[0].since);
  EXPECT_TRUE(all->front().closed_at.has_value());
  EXPECT_EQ(all->front().registry, "http://127.0.0.1:1");  // without its password
  look(catalog, {state("a", DriftStatus::drift, ChangeClass::safe)});
  EXPECT_EQ(list_episodes(catalog, {.open_only = true})->size(), 1U);
  EXPECT_EQ(list_episodes(catalog, {.schema_name = "a"})->size(), 2U);
  EXPECT_EQ(list_episodes(catalog, {.section = "other"})->size(), 0U);
}

TEST_P(Episodes, AreMovedByNothingThatWasNotLookedAt) {
  auto catalog = open_catalog();
  const auto first = look(catalog, {state("a", DriftStatus::drift, ChangeClass::breaking)});
  const Problem down{ProblemKind::unreachable, "connection refused", 0, 4};
  for (const DriftStatus status : {DriftStatus::unknown, DriftStatus::registry_error,
                                   DriftStatus::local_error, DriftStatus::missing_local}) {
    const auto seen = look(catalog, {state("a", status, ChangeClass::unknown)}, down);
    EXPECT_EQ(seen.schemas[0].since, first.schemas[0].since);
  }
  EXPECT_EQ(events(), "drift_detected registry_down ");
  look(catalog, {state("a", DriftStatus::drift, ChangeClass::breaking)});
  EXPECT_EQ(events(), "drift_detected registry_down registry_up ");
  EXPECT_EQ(list_episodes(catalog, {.open_only = true})->size(), 1U);
}

TEST_P(Episodes, SurviveARestart) {
  std::optional<Timestamp> since;
  {
    auto catalog = open_catalog();
    since = look(catalog, {state("a", DriftStatus::missing_in_registry, ChangeClass::unknown)})
                .schemas[0]
                .since;
  }
  auto catalog = open_catalog();
  const auto seen =
      look(catalog, {state("a", DriftStatus::missing_in_registry, ChangeClass::unknown)});
  ASSERT_TRUE(since.has_value());
  EXPECT_EQ(seen.schemas[0].since, since);
  EXPECT_EQ(events(), "drift_detected ");
}

TEST_P(Episodes, OfThousandsAreKeptInAFewStatements) {
  auto catalog = open_catalog();
  std::vector<SchemaState> many;
  for (int i = 0; i < 1400; ++i)
    many.push_back(state("s" + std::to_string(i), DriftStatus::drift, ChangeClass::safe));
  look(catalog, many);
  look(catalog, many);
  EXPECT_EQ(query("select count(*), sum(looks) from schema_drift_episode")[0],
            (std::vector<std::string>{"1400", "2800"}));
}

}  // namespace
}  // namespace holdfast::schemas
