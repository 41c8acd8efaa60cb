// SPDX-License-Identifier: Apache-2.0
// Incidents: what opens, changes and resolves one, and the events that tell of it.
#include "catalog/incidents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/event_log.h"
#include "tests/support/test_catalog.h"

namespace holdfast::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

core::Finding finding(const std::string& name, const std::string& rule = "artifact.modified",
                      const std::string& observed = "bb", core::Level level = core::Level::error) {
  core::Finding out;
  out.subject = {"artifact", "atlas/" + name};
  out.rule = rule;
  out.level = level;
  out.recorded = "aa";
  out.observed = observed;
  out.message = "artifact:atlas/" + name + " \"differs\" \xC3\xA4";
  out.witness = {{"size_bytes", std::int64_t{12}}, {"mtime", std::string("x")}, {"none", {}}};
  out.hint = "holdfast artifacts verify";
  out.file = "data/" + name;
  return out;
}

core::SubjectReport report(const std::string& name, core::Verdict verdict,
                           std::vector<core::Finding> findings, std::int64_t second = 0) {
  core::SubjectReport out;
  out.subject = {"artifact", "atlas/" + name};
  out.verdict = verdict;
  out.observed_at = Timestamp{(1'779'069'784 + second) * 1'000'000'000};
  out.findings = std::move(findings);
  return out;
}

class Incidents : public testing::CatalogTest {
 protected:
  void SetUp() override {
    CatalogTest::SetUp();
    if (!IsSkipped() && !HasFatalFailure()) catalog_.emplace(open_catalog());
  }
  Catalog& catalog() { return *catalog_; }

  /// "opened/changed/resolved"
  std::string observe_all(const std::vector<core::SubjectReport>& reports,
                          const std::string& run = "RUN") {
    const auto changes = observe(catalog(), "artifacts", reports, run, "ada@host");
    EXPECT_TRUE(changes.ok()) << changes.error().message();
    if (!changes) return {};
    return std::to_string(changes->opened) + '/' + std::to_string(changes->changed) + '/' +
           std::to_string(changes->resolved);
  }
  std::vector<std::string> event_names(std::int64_t after = 0) {
    std::vector<std::string> names;
    const auto events = list_events(catalog(), {.after_seq = after});
    EXPECT_TRUE(events.ok());
    for (const auto& stored : events.value())
      names.push_back(stored.event.name);
    return names;
  }
  std::vector<Incident> all() { return *list_incidents(catalog(), {.include_resolved = true}); }

 private:
  std::optional<Catalog> catalog_;
};
HOLDFAST_ON_BOTH_DATABASES(Incidents);

TEST_P(Incidents, OpenWithTheFirstFindingAndKeepEverythingOfIt) {
  const auto modified = finding("a");
  EXPECT_EQ(observe_all({report("a", core::Verdict::drifted, {modified})}, "RUN1"), "1/0/0");
  ASSERT_EQ(all().size(), 1U);
  const Incident incident = all()[0];
  EXPECT_EQ(incident.subject, "artifact:atlas/a");
  EXPECT_EQ(incident.domain, "artifacts");
  EXPECT_EQ(incident.verdict, core::Verdict::drifted);
  EXPECT_EQ(incident.level, core::Level::error);
  EXPECT_EQ(incident.opened_by_run, "RUN1");
  EXPECT_EQ(format_rfc3339(incident.opened_at), "2026-05-18T02:03:04.000000Z");
  EXPECT_EQ(incident.last_seen_at, incident.opened_at);
  EXPECT_FALSE(incident.resolved_at.has_value());
  ASSERT_EQ(incident.findings.size(), 1U);
  const core::Finding& kept = incident.findings[0];
  EXPECT_EQ(kept.subject, modified.subject);
  EXPECT_EQ(kept.rule, modified.rule);
  EXPECT_EQ(kept.level, modified.level);
  EXPECT_EQ(kept.recorded, "aa");
  EXPECT_EQ(kept.observed, "bb");
  EXPECT_EQ(kept.message, modified.message);
  EXPECT_EQ(*core::find_field(kept.witness, "size_bytes"), core::FieldValue(std::int64_t{12}));
  EXPECT_EQ(kept.witness.size(), 3U);
  EXPECT_EQ(kept.hint, modified.hint);
  EXPECT_EQ(kept.file, "data/a");
  EXPECT_FALSE(kept.waived);
  EXPECT_THAT(event_names(), ElementsAre("incident.opened", "artifact.modified"));
  const auto events = *list_events(catalog(), {});
  EXPECT_EQ(*core::find_field(events[0].event.fields, "incident"), core::FieldValue(incident.id));
  EXPECT_EQ(*core::find_field(events[1].event.fields, "recorded"),
            core::FieldValue(std::string("aa")));
  EXPECT_EQ(events[1].event.level, core::Level::error);
  EXPECT_EQ(events[1].event.run_id, "RUN1");
  EXPECT_EQ(*open_since(catalog(), "artifact:atlas/a"), incident.opened_at);
  EXPECT_EQ(find_incident(catalog(), incident.id)->value().subject, incident.subject);
}

TEST_P(Incidents, AreSilentWhenTheSameIsSeenAgain) {
  observe_all({report("a", core::Verdict::drifted, {finding("a")})});
  const auto after = *last_event_seq(catalog());
  EXPECT_EQ(observe_all({report("a", core::Verdict::drifted, {finding("a")}, 60)}), "0/0/0");
  EXPECT_THAT(event_names(after), IsEmpty());
  EXPECT_EQ(all()[0].last_seen_at.ns - all()[0].opened_at.ns, 60'000'000'000);
}

TEST_P(Incidents, TellOnlyWhatIsNewWhenTheyChange) {
  observe_all({report("a", core::Verdict::drifted, {finding("a")})});
  const auto after = *last_event_seq(catalog());
  EXPECT_EQ(observe_all({report("a", core::Verdict::drifted,
                                {finding("a"), finding("a", "artifact.unstable", "x")}, 60)}),
            "0/1/0");
  EXPECT_THAT(event_names(after), ElementsAre("incident.changed", "artifact.unstable"));
  EXPECT_EQ(observe_all({report("a", core::Verdict::drifted,
                                {finding("a", "artifact.modified", "cc")}, 90)}),
            "0/1/0");
  EXPECT_THAT(event_names(after), ElementsAre("incident.changed", "artifact.unstable",
                                              "incident.changed", "artifact.modified"));
  ASSERT_EQ(all().size(), 1U);
  EXPECT_EQ(all()[0].findings.size(), 1U);
  EXPECT_EQ(all()[0].findings[0].observed, "cc");
}

TEST_P(Incidents, ResolveOnlyWhenTheSubjectIsInStep) {
  observe_all({report("a", core::Verdict::drifted, {finding("a")})});
  EXPECT_EQ(observe_all({}), "0/0/0");
  EXPECT_EQ(observe_all({report("a", core::Verdict::unknown, {}, 10)}), "0/0/0");
  EXPECT_EQ(all()[0].findings.size(), 1U)
      << "what was found is not forgotten because nobody could look";
  EXPECT_EQ(all()[0].last_seen_at, all()[0].opened_at);
  auto waived = finding("a");
  waived.waived = true;
  EXPECT_EQ(observe_all({report("a", core::Verdict::drifted, {waived}, 20)}), "0/0/0");
  EXPECT_FALSE(all()[0].resolved_at.has_value());
  EXPECT_TRUE(all()[0].findings[0].waived);
  EXPECT_EQ(observe_all({report("a", core::Verdict::in_step, {}, 30)}, "RUN9"), "0/0/1");
  const auto incident = all()[0];
  ASSERT_TRUE(incident.resolved_at.has_value());
  EXPECT_EQ(incident.resolved_at->ns - incident.opened_at.ns, 30'000'000'000);
  EXPECT_EQ(incident.resolved_by_run, "RUN9");
  EXPECT_EQ(incident.verdict, core::Verdict::in_step);
  EXPECT_EQ(incident.findings.size(), 1U) << "what it was about stays readable";
  EXPECT_EQ(event_names().back(), "incident.resolved");
  EXPECT_FALSE(open_since(catalog(), "artifact:atlas/a")->has_value());
  EXPECT_EQ(observe_all({report("a", core::Verdict::in_step, {}, 40)}), "0/0/0");
}

TEST_P(Incidents, OpenAnewAfterTheyWereResolved) {
  observe_all({report("a", core::Verdict::drifted, {finding("a")})});
  observe_all({report("a", core::Verdict::in_step, {}, 10)});
  EXPECT_EQ(observe_all({report("a", core::Verdict::drifted, {finding("a")}, 20)}), "1/0/0");
  ASSERT_EQ(all().size(), 2U);
  EXPECT_GT(all()[0].id, all()[1].id) << "newest first";
  EXPECT_EQ(list_incidents(catalog(), {})->size(), 1U);
}

TEST_P(Incidents, OpenForAnUnreadableSubjectButNotForNotesOrWaivedFindings) {
  auto waived = finding("w");
  waived.waived = true;
  EXPECT_EQ(observe_all(
                {report("n", core::Verdict::missing,
                        {finding("n", "artifact.no_file", "", core::Level::note)}),
                 report("w", core::Verdict::drifted, {waived}),
                 report("u", core::Verdict::unknown, {finding("u", "artifact.unreadable", "EIO")}),
                 report("s", core::Verdict::in_step, {}), report("x", core::Verdict::unknown, {})}),
            "1/0/0");
  EXPECT_THAT(*open_subjects(catalog(), "artifacts"), ElementsAre("artifact:atlas/u"));
  EXPECT_THAT(*open_subjects(catalog(), "schemas"), IsEmpty());
  EXPECT_THAT(event_names(), ElementsAre("incident.opened", "artifact.unreadable"));
}

TEST_P(Incidents, KeepTheHighestLevelOfTheLatestFindings) {
  observe_all({report("a", core::Verdict::drifted,
                      {finding("a", "r.note", "1", core::Level::note),
                       finding("a", "r.warning", "2", core::Level::warning)})});
  EXPECT_EQ(all()[0].level, core::Level::warning);
  observe_all({report("a", core::Verdict::drifted, {finding("a")})});
  EXPECT_EQ(all()[0].level, core::Level::error);
}

TEST_P(Incidents, KeepTheFindingsOwnWordsWhenAWitnessHasTheSameKey) {
  auto odd = finding("a");
  odd.witness.push_back({"recorded", std::string("no")});
  EXPECT_EQ(observe_all({report("a", core::Verdict::drifted, {odd})}), "1/0/0");
  EXPECT_EQ(*core::find_field(list_events(catalog(), {})->back().event.fields, "recorded"),
            core::FieldValue(std::string("aa")));
}

TEST_P(Incidents, RefuseTwoReportsOfOneSubject) {
  const std::vector<core::SubjectReport> reports = {
      report("a", core::Verdict::drifted, {finding("a")}), report("a", core::Verdict::in_step, {})};
  EXPECT_EQ(observe(catalog(), "artifacts", reports, "RUN", "ada").error().code(), Code::internal);
  EXPECT_THAT(all(), IsEmpty());
  EXPECT_EQ(*last_event_seq(catalog()), 0);
}

TEST_P(Incidents, ChangeInTheCallersTransactionOrNotAtAll) {
  {
    const auto transaction = sql::Transaction::begin(catalog().connection());
    EXPECT_EQ(observe_all({report("a", core::Verdict::drifted, {finding("a")})}), "1/0/0");
  }
  EXPECT_THAT(all(), IsEmpty());
  EXPECT_EQ(*last_event_seq(catalog()), 0);
}

TEST_P(Incidents, AreListedBySubjectAndDomain) {
  observe_all({report("a", core::Verdict::drifted, {finding("a")}),
               report("b", core::Verdict::drifted, {finding("b")})});
  EXPECT_EQ(list_incidents(catalog(), {.subject = "artifact:atlas/b"})->front().subject,
            "artifact:atlas/b");
  EXPECT_EQ(list_incidents(catalog(), {.domain = "artifacts"})->size(), 2U);
  EXPECT_THAT(*list_incidents(catalog(), {.domain = "schemas"}), IsEmpty());
  EXPECT_EQ(list_incidents(catalog(), {.limit = 1})->size(), 1U);
  EXPECT_FALSE(find_incident(catalog(), 999)->has_value());
}

TEST_P(Incidents, OpenAndResolveTenThousandAtOnce) {
  std::vector<core::SubjectReport> bad, good;
  for (int i = 0; i < 10000; ++i) {
    const std::string name = "n" + std::to_string(i);
    bad.push_back(report(name, core::Verdict::drifted, {finding(name)}));
    good.push_back(report(name, core::Verdict::in_step, {}, 60));
  }
  const auto timed = [&](const char* what, const std::vector<core::SubjectReport>& reports,
                         const std::string& expected) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(observe_all(reports), expected);
    RecordProperty(what, static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                              std::chrono::steady_clock::now() - begin)
                                              .count()));
  };
  timed("open_ms", bad, "10000/0/0");
  timed("again_ms", bad, "0/0/0");
  timed("resolve_ms", good, "0/0/10000");
  EXPECT_EQ(query("select count(*), count(distinct subject), count(resolved_at) from incident")[0],
            (std::vector<std::string>{"10000", "10000", "10000"}));
  const auto proof = verify_events(catalog());
  EXPECT_EQ(proof->event_count, 30000);
  EXPECT_FALSE(proof->broken_at.has_value());
  // Every incident.opened names the incident of its own subject.
  const std::string id =
      is_sqlite() ? "fields->>'incident'" : "(fields::json->>'incident')::bigint";
  EXPECT_EQ(
      query("select count(*) from event e join incident i on i.subject = e.subject and i.id = " +
            id + " where e.name in ('incident.opened', 'incident.resolved')")[0][0],
      "20000");
}

}  // namespace
}  // namespace holdfast::catalog
