// SPDX-License-Identifier: Apache-2.0
// The event log: numbers without a gap, duplicates left out, every kind of forgery found; and a second implementation of
// docs/formats/event-log.md, in Python, that comes to the same hashes.
#include "catalog/event_log.h"

#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/second_program.h"
#include "tests/support/test_catalog.h"

namespace holdfast::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

core::Event happened(const std::string& name, const std::string& dedup_key = {}) {
  core::Event event;
  event.name = name;
  event.subject = "artifact:atlas/" + name;
  event.level = core::Level::warning;
  event.fields = {{"b", std::int64_t{9007199254740992}},
                  {"a", std::string("\xC3\xA4 \"q\" \\ \n")},
                  {"c", 0.1},
                  {"n", {}},
                  {"t", true}};
  event.actor = "ada@host";
  event.run_id = "RUN1";
  event.dedup_key = dedup_key;
  return event;
}

class EventLog : public testing::CatalogTest {
 protected:
  Catalog with_events(int count) {
    auto catalog = open_catalog();
    std::vector<core::Event> events;
    for (int i = 1; i <= count; ++i)
      events.push_back(happened("test.event" + std::to_string(i)));
    EXPECT_EQ(*append_events(catalog, events), count);
    return catalog;
  }
  static EventLogProof proof_of(Catalog& catalog) {
    auto proof = verify_events(catalog);
    EXPECT_TRUE(proof.ok()) << proof.error().message();
    return proof.ok() ? std::move(proof).value() : EventLogProof();
  }
  void expect_broken_at(std::int64_t seq, const std::string& problem) {
    auto catalog = open_catalog();
    const auto proof = proof_of(catalog);
    EXPECT_EQ(proof.broken_at.value_or(-1), seq) << proof.problem;
    EXPECT_THAT(proof.problem, HasSubstr(problem));
  }
};
HOLDFAST_ON_BOTH_DATABASES(EventLog);

TEST_P(EventLog, NumbersEventsAndGivesThemBack) {
  auto catalog = open_catalog();
  EXPECT_EQ(*last_event_seq(catalog), 0);
  std::vector<core::Event> events = {happened("artifact.one"), happened("artifact.two", "k")};
  events[1].at = Timestamp{1'700'000'000'000'000'999};
  ASSERT_EQ(*append_events(catalog, events), 2);
  EXPECT_EQ(events[0].seq, 1);
  EXPECT_EQ(events[1].seq, 2);
  EXPECT_EQ(format_rfc3339(events[0].at), "2026-05-18T02:03:04.123456Z");
  const auto stored = list_events(catalog, {});
  ASSERT_TRUE(stored.ok()) << stored.error().message();
  ASSERT_EQ(stored->size(), 2U);
  const core::Event& first = (*stored)[0].event;
  EXPECT_EQ(first.name, "artifact.one");
  EXPECT_EQ(first.subject, "artifact:atlas/artifact.one");
  EXPECT_EQ(first.level, core::Level::warning);
  EXPECT_EQ(first.actor, "ada@host");
  EXPECT_EQ(first.run_id, "RUN1");
  EXPECT_EQ(first.at, events[0].at) << "what the caller holds is what was stored";
  EXPECT_EQ(*core::find_field(first.fields, "b"), core::FieldValue(std::int64_t{9007199254740992}));
  EXPECT_EQ(*core::find_field(first.fields, "a"),
            core::FieldValue(std::string("\xC3\xA4 \"q\" \\ \n")));
  EXPECT_EQ((*stored)[1].event.at.ns, 1'700'000'000'000'000'000);
  EXPECT_EQ((*stored)[1].event.dedup_key, "k");
  EXPECT_EQ(*last_event_seq(catalog), 2);
}

TEST_P(EventLog, LeavesOutWhatIsThereAlready) {
  auto catalog = open_catalog();
  std::vector<core::Event> events = {happened("a.a", "k1"), happened("a.b"), happened("a.c", "k1"),
                                     happened("a.d", "k2")};
  EXPECT_EQ(*append_events(catalog, events), 3) << "twice in one call is once";
  EXPECT_EQ(events[2].seq, 1);
  std::vector<core::Event> again = {happened("a.a", "k1"), happened("a.b"), happened("a.d", "k2")};
  EXPECT_EQ(*append_events(catalog, again), 1);
  EXPECT_EQ(again[0].seq, 1);
  EXPECT_EQ(again[1].seq, 4);
  EXPECT_EQ(again[2].seq, 3);
  EXPECT_EQ(proof_of(catalog).event_count, 4);
  EXPECT_EQ(*append_events(catalog, {}), 0);
}

TEST_P(EventLog, AppendsInTheCallersTransactionOrNotAtAll) {
  auto catalog = with_events(1);
  {
    const auto transaction = sql::Transaction::begin(catalog.connection());
    auto lost = happened("a.lost");
    ASSERT_EQ(*append_events(catalog, {&lost, 1}), 1);
    EXPECT_EQ(lost.seq, 2);
  }
  auto kept = happened("a.kept");
  ASSERT_EQ(*append_events(catalog, {&kept, 1}), 1);
  EXPECT_EQ(kept.seq, 2) << "what was rolled back leaves no gap";
  EXPECT_FALSE(proof_of(catalog).broken_at.has_value());
}

TEST_P(EventLog, RefusesFieldsThatHaveNoCanonicalForm) {
  auto catalog = with_events(1);
  std::vector<core::Event> events = {happened("a.good"), happened("a.bad")};
  events[1].fields.push_back({"b", std::int64_t{1}});
  EXPECT_EQ(append_events(catalog, events).error().code(), Code::invalid);
  events[1] = happened("a.bad");
  events[1].subject = "artifact:\xFF";
  EXPECT_EQ(append_events(catalog, events).error().code(), Code::invalid);
  EXPECT_EQ(*last_event_seq(catalog), 1);
}

TEST_P(EventLog, HasNoGapUnderManyWriters) {
  {
    const auto made = open_catalog();
  }
  constexpr int kThreads = 6;
  constexpr int kRounds = 15;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      auto catalog = Catalog::open(url(), clock());
      ASSERT_TRUE(catalog.ok()) << catalog.error().message();
      for (int round = 0; round < kRounds; ++round) {
        std::vector<core::Event> events = {happened("t.e" + std::to_string(t)),
                                           happened("t.same", "round " + std::to_string(round))};
        std::optional<sql::Transaction> transaction;
        if (round % 3 == 0) {  // some in a transaction that is then given up
          auto begun = sql::Transaction::begin(catalog->connection());
          ASSERT_TRUE(begun.ok()) << begun.error().message();
          transaction.emplace(std::move(begun).value());
        }
        const auto appended = append_events(*catalog, events);
        ASSERT_TRUE(appended.ok()) << appended.error().message();
      }
    });
  }
  for (auto& thread : threads)
    thread.join();
  auto catalog = open_catalog();
  const auto proof = proof_of(catalog);
  EXPECT_FALSE(proof.broken_at.has_value()) << proof.problem;
  EXPECT_EQ(proof.event_count, kThreads * kRounds * 2 / 3 + kRounds * 2 / 3);
  const auto seqs =
      query("select count(*), min(seq), max(seq), count(distinct dedup_key) from event");
  EXPECT_THAT(seqs[0], ElementsAre(std::to_string(proof.event_count), "1",
                                   std::to_string(proof.event_count), "10"));
}

TEST_P(EventLog, ListsWhatIsAskedFor) {
  auto catalog = open_catalog();
  std::vector<core::Event> events = {happened("artifact.modified"), happened("artifact.missing"),
                                     happened("artifactx.y"), happened("incident.opened")};
  events[0].level = core::Level::error;
  events[1].level = core::Level::note;
  events[3].run_id = "RUN2";
  events[3].at = Timestamp{clock().now().ns + 60'000'000'000};
  ASSERT_EQ(*append_events(catalog, events), 4);
  const auto seqs = [&](const EventFilter& filter) {
    std::vector<std::int64_t> out;
    const auto listed = list_events(catalog, filter);
    EXPECT_TRUE(listed.ok()) << listed.error().message();
    for (const auto& stored : *listed)
      out.push_back(stored.event.seq);
    return out;
  };
  EXPECT_THAT(seqs({}), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(seqs({.after_seq = 2}), ElementsAre(3, 4));
  EXPECT_THAT(seqs({.after_seq = 1, .limit = 1}), ElementsAre(2));
  EXPECT_THAT(seqs({.name = "artifact.missing"}), ElementsAre(2));
  EXPECT_THAT(seqs({.name = "artifact.*"}), ElementsAre(1, 2));
  EXPECT_THAT(seqs({.name = "artifact"}), ElementsAre());
  EXPECT_THAT(seqs({.subject = "artifact:atlas/artifactx.y"}), ElementsAre(3));
  EXPECT_THAT(seqs({.name = "x.*", .subject = "artifact:atlas/artifactx.y"}), ElementsAre());
  EXPECT_THAT(seqs({.least_level = core::Level::warning}), ElementsAre(1, 3, 4));
  EXPECT_THAT(seqs({.least_level = core::Level::error}), ElementsAre(1));
  EXPECT_THAT(seqs({.since = Timestamp{clock().now().ns + 1'000'000'000}}), ElementsAre(4));
  EXPECT_THAT(seqs({.run_id = "RUN2"}), ElementsAre(4));
  EXPECT_EQ(list_events(catalog, {.limit = 10001}).error().code(), Code::invalid);
}

TEST_P(EventLog, TellsAfterWhichEventTheNewestBegin) {
  auto catalog = with_events(5);
  EventFilter newest{.limit = 2};
  EXPECT_EQ(*start_of_newest(catalog, newest), 3);
  newest.limit = 9;
  EXPECT_EQ(*start_of_newest(catalog, newest), 0);
  newest.name = "test.event2";
  EXPECT_EQ(*start_of_newest(catalog, newest), 1);
  newest.name = "test.none";
  EXPECT_EQ(*start_of_newest(catalog, newest), 5) << "what comes later is after the last one";
  newest = {.subject = "artifact:atlas/test.event4"};
  EXPECT_EQ(*start_of_newest(catalog, newest), 3);
}

TEST_P(EventLog, ProvesALogThatIsWhole) {
  auto empty = open_catalog();
  EXPECT_EQ(proof_of(empty).event_count, 0);
  EXPECT_FALSE(proof_of(empty).broken_at.has_value());
  auto catalog = with_events(5000);  // more than one page
  std::vector<std::int64_t> told;
  const auto proof = verify_events(catalog, [&](std::int64_t seq) { told.push_back(seq); });
  ASSERT_TRUE(proof.ok());
  EXPECT_EQ(proof->event_count, 5000);
  EXPECT_FALSE(proof->broken_at.has_value());
  EXPECT_EQ(proof->chain_hash, list_events(catalog, {.after_seq = 4999})->back().chain_hash);
  EXPECT_THAT(told, ElementsAre(2000, 4000, 5000));
}

TEST_P(EventLog, FindsEveryColumnThatWasEdited) {
  const std::vector<std::string> edits = {
      "at = '2026-05-18T02:03:04.123457Z'",
      "name = 'test.other'",
      "subject = 'artifact:x'",
      "level = 'note'",
      "actor = 'eve'",
      "run_id = 'RUN2'",
      "dedup_key = 'k'",
      "fields = '{\"a\":1}'",
      "fields = replace(fields, ',', ', ')",
      "leaf_hash = replace(leaf_hash, substr(leaf_hash, 1, 1), 'g')",
      "chain_hash = replace(chain_hash, substr(chain_hash, 1, 1), 'g')"};
  {
    const auto made = with_events(7);
  }
  for (const auto& edit : edits) {
    execute("create table saved as select * from event where seq = 4; update event set " + edit +
            " where seq = 4");
    SCOPED_TRACE(edit);
    expect_broken_at(4, "event 4 ");
    execute(
        "delete from event where seq = 4; insert into event select * from saved; drop table saved");
    auto catalog = open_catalog();
    EXPECT_FALSE(proof_of(catalog).broken_at.has_value());
  }
}

TEST_P(EventLog, FindsARowThatWasRemovedInTheMiddle) {
  {
    const auto made = with_events(7);
  }
  execute("delete from event where seq = 4");
  expect_broken_at(4, "event 4 is missing");
}

TEST_P(EventLog, FindsARowThatWasRemovedAtTheEnd) {
  {
    const auto made = with_events(7);
  }
  execute("delete from event where seq = 7");
  expect_broken_at(7, "event 7 is missing: the head row counts 7");
  execute("delete from event");
  expect_broken_at(1, "event 1 is missing");
}

TEST_P(EventLog, FindsAnEndThatWasCutOffTogetherWithTheCount) {
  {
    const auto made = with_events(7);
  }
  execute("delete from event where seq = 7; update event_head set seq = 6");
  expect_broken_at(6, "is not the one that the head row ends with");
}

TEST_P(EventLog, FindsRowsThatWereSwapped) {
  {
    const auto made = with_events(7);
  }
  execute(
      "update event set seq = -1 where seq = 3; update event set seq = 3 where seq = 4; update "
      "event set seq = 4 where seq = -1");
  expect_broken_at(3, "event 3 was changed");
}

TEST_P(EventLog, FindsRowsThatWerePutIn) {
  {
    const auto made = with_events(7);
  }
  const std::string columns =
      "at, name, subject, level, fields, actor, run_id, leaf_hash, chain_hash";
  for (const auto& [seq, problem] :
       {std::pair<std::string, std::string>{"8", "head row does not count it"},
        {"0", "stands where no event may be"},
        {"-5", "stands where no event may be"}}) {
    execute("insert into event (seq, " + columns + ") select " + seq + ", " + columns +
            " from event where seq = 7");
    expect_broken_at(seq == "8" ? 8 : 1, problem);
    execute("delete from event where seq = " + seq);
  }
}

TEST_P(EventLog, FindsAHeadThatWasRemoved) {
  auto catalog = with_events(3);
  execute("delete from event_head");
  expect_broken_at(1, "head row");
  auto event = happened("a.b");
  EXPECT_EQ(append_events(catalog, {&event, 1}).error().code(), Code::corrupt);
}

// docs/formats/event-log.md, in Python: RFC 8785 is json.dumps with sorted keys for these values (ASCII keys, and 0.1 as it is).
constexpr const char* kSecondImplementation = R"(
import hashlib, json, subprocess, sys, sqlite3
url = sys.argv[1]
columns = "seq at name subject level fields actor run_id dedup_key leaf_hash chain_hash".split()
if url.startswith("sqlite:"):
    rows = sqlite3.connect(url[7:]).execute(f"select {','.join(columns)} from event order by seq").fetchall()
else:
    query = f"select json_build_array({','.join(columns)}) from event order by seq"
    out = subprocess.run(["psql", "-AtX", url, "-c", query], check=True, capture_output=True, text=True).stdout
    rows = [json.loads(line) for line in out.splitlines()]
chain = "0" * 64
for row in rows:
    event = dict(zip(columns, row))
    leaf = {key: event[key] for key in ("seq", "at", "name", "subject", "level", "actor", "run_id")}
    leaf["dedup_key"] = event["dedup_key"] or ""
    leaf["fields"] = json.loads(event["fields"])
    text = json.dumps(leaf, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    chain = hashlib.sha256((chain + digest).encode()).hexdigest()
    assert (digest, chain) == (event["leaf_hash"], event["chain_hash"]), (event, text)
print(len(rows), chain)
)";

TEST_P(EventLog, IsTheSameForASecondImplementation) {
  auto catalog = with_events(25);
  auto event = happened("test.last", "key");
  ASSERT_EQ(*append_events(catalog, {&event, 1}), 1);
  const auto python =
      testing::run_program("python3 -c " + testing::shell_quoted(kSecondImplementation) + ' ' +
                           testing::shell_quoted(url()) + " 2>&1");
  EXPECT_EQ(python.exit_code, 0) << python.output;
  EXPECT_EQ(python.output, "26 " + proof_of(catalog).chain_hash + "\n");
}

TEST_P(EventLog, KeepsKnownBytes) {
  auto catalog = open_catalog();
  core::Event event;
  event.name = "artifact.content_changed";
  event.subject = "artifact:atlas/nb-0042";
  event.level = core::Level::error;
  event.fields = {{"old_sha256", std::string("aa")}, {"size_bytes", std::int64_t{12}}};
  event.actor = "ada@host";
  event.run_id = "01JVG0000000000000000000A1";
  event.dedup_key = "nb-0042/aa/bb";
  ASSERT_EQ(*append_events(catalog, {&event, 1}), 1);
  // The example of docs/formats/event-log.md, hashed with sha256sum.
  const auto stored = list_events(catalog, {});
  EXPECT_EQ(stored->front().leaf_hash,
            "66dc6e90750c7f727fcc150833a91584f4582c228dc201eba5517ec31f0704bb");
  EXPECT_EQ(stored->front().chain_hash,
            "bba84a59d06e5299c890c242605dae3b8d87f8966b0cda6a2403589e6fe4b1da");
}

}  // namespace
}  // namespace holdfast::catalog
