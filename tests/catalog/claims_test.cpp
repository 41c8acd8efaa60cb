// SPDX-License-Identifier: Apache-2.0
// Claims: two runs never take the same item, and what a killed run held can be had at once.
#include "catalog/claims.h"

#include <map>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "tests/support/second_program.h"
#include "tests/support/test_catalog.h"

namespace holdfast::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr std::chrono::seconds kLease{60};

/// The owner that a process of this machine has.
std::string owner_of(pid_t pid) {
  const std::string mine = current_owner();
  const auto pid_begin = mine.rfind('/', mine.rfind('/') - 1);
  const auto start =
      testing::run_program("sed 's/.*) //' /proc/" + std::to_string(pid) + "/stat | cut -d' ' -f20")
          .output;
  return mine.substr(0, pid_begin) + '/' + std::to_string(pid) + '/' +
         start.substr(0, start.find('\n'));
}

TEST(Owner, NamesThisProcessAndNoOther) {
  EXPECT_EQ(current_owner(), current_owner());
  EXPECT_EQ(current_owner(), owner_of(::getpid()));
  const auto boot = testing::run_program("cat /proc/sys/kernel/random/boot_id").output;
  EXPECT_THAT(current_owner(), ::testing::HasSubstr('/' + boot.substr(0, boot.size() - 1) + '/'));
  EXPECT_FALSE(owner_is_gone(current_owner()));
  EXPECT_FALSE(owner_is_gone(current_owner() + "/part 2")) << "what a caller adds does not matter";
}

TEST(Owner, IsGoneOnceItsProcessHasEnded) {
  std::string owner;
  {
    const testing::RunningProgram other("sleep 600");
    owner = owner_of(other.pid());
    EXPECT_FALSE(owner_is_gone(owner));
    other.kill();
  }
  EXPECT_TRUE(owner_is_gone(owner));
}

TEST(Owner, IsGoneWhenItsProcessIsDeadAndNotYetWaitedFor) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  EXPECT_TRUE(owner_is_gone(owner_of(child)));
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
}

TEST(Owner, IsGoneWhenItsPidBelongsToALaterProcess) {
  const std::string mine = current_owner();
  EXPECT_TRUE(owner_is_gone(mine.substr(0, mine.rfind('/')) + "/1"));
}

TEST(Owner, IsNotCalledGoneWhereNobodyCanTell) {
  const std::string mine = current_owner();
  const auto host_end = mine.find('/');
  const auto tail = mine.substr(host_end);
  for (const std::string& unsure :
       {std::string("other-host") + tail, mine.substr(0, host_end) + "/another-boot/1/2/3",
        std::string(), std::string("x"), std::string("a/b/c/d"),
        mine.substr(0, mine.rfind('/')) + "/unknown", mine.substr(0, mine.rfind('/')) + "/",
        mine.substr(0, mine.rfind('/', mine.rfind('/') - 1)) + "/12x/1"}) {
    EXPECT_FALSE(owner_is_gone(unsure)) << unsure;
  }
}

class Claims : public testing::CatalogTest {
 protected:
  static std::vector<std::string> take(Catalog& catalog, const std::vector<std::string>& keys,
                                       const std::string& owner,
                                       const std::string& resource = "artifacts/atlas") {
    const auto taken = claim(catalog, resource, keys, owner, kLease);
    EXPECT_TRUE(taken.ok()) << taken.error().message();
    return taken.ok() ? *taken : std::vector<std::string>();
  }
};
HOLDFAST_ON_BOTH_DATABASES(Claims);

TEST_P(Claims, GoToTheFirstWhoAsks) {
  auto catalog = open_catalog();
  EXPECT_THAT(take(catalog, {"c", "a", "b", "a"}, "one"), ElementsAre("c", "a", "b"));
  EXPECT_THAT(take(catalog, {"a", "x", "b"}, "two"), ElementsAre("x"));
  EXPECT_THAT(take(catalog, {"a", "x"}, "one"), ElementsAre("a")) << "one's own may be taken again";
  EXPECT_THAT(take(catalog, {"a"}, "two", "artifacts/other"), ElementsAre("a"))
      << "another resource";
  EXPECT_THAT(take(catalog, {}, "two"), IsEmpty());
}

TEST_P(Claims, AreFreeOnceTheLeaseIsOver) {
  auto catalog = open_catalog();
  take(catalog, {"a", "b"}, "one");
  clock().advance(kLease - std::chrono::seconds(1));
  EXPECT_THAT(take(catalog, {"a"}, "two"), IsEmpty());
  clock().advance(std::chrono::seconds(1));
  EXPECT_THAT(take(catalog, {"a"}, "two"), ElementsAre("a"));
  EXPECT_THAT(take(catalog, {"a", "b"}, "one"), ElementsAre("b"));
}

TEST_P(Claims, LastLongerWhenTheyAreRenewed) {
  auto catalog = open_catalog();
  take(catalog, {"a"}, "one");
  clock().advance(kLease / 2);
  EXPECT_EQ(*renew_claims(catalog, "artifacts/atlas", "one", kLease), 1);
  clock().advance(kLease / 2);
  EXPECT_THAT(take(catalog, {"a"}, "two"), IsEmpty());
  clock().advance(kLease / 2);
  EXPECT_THAT(take(catalog, {"a"}, "two"), ElementsAre("a"));
}

TEST_P(Claims, ThatWereTakenOverAreNotAmongTheRenewed) {
  auto catalog = open_catalog();
  take(catalog, {"a", "b"}, "one");
  clock().advance(kLease);
  EXPECT_EQ(*renew_claims(catalog, "artifacts/other", "one", kLease), 0);
  EXPECT_THAT(take(catalog, {"a"}, "two"), ElementsAre("a"));
  EXPECT_EQ(*renew_claims(catalog, "artifacts/atlas", "one", kLease), 1);
  clock().advance(kLease);
  EXPECT_THAT(take(catalog, {"b"}, "two"), ElementsAre("b"));
  EXPECT_EQ(*renew_claims(catalog, "artifacts/atlas", "one", kLease), 0);
}

TEST_P(Claims, AreRenewedOneByOneWhateverElseTheirOwnerHolds) {
  auto catalog = open_catalog();
  take(catalog, {"a", "b"}, "one");
  clock().advance(kLease);
  EXPECT_THAT(take(catalog, {"a"}, "two"), ElementsAre("a"));
  EXPECT_FALSE(*renew_claim(catalog, "artifacts/atlas", "a", "one", kLease));
  EXPECT_FALSE(*renew_claim(catalog, "artifacts/atlas", "x", "one", kLease));
  EXPECT_TRUE(*renew_claim(catalog, "artifacts/atlas", "b", "one", kLease));
  clock().advance(kLease - std::chrono::seconds(1));
  EXPECT_THAT(take(catalog, {"b"}, "two"), IsEmpty());
}

TEST_P(Claims, AreGivenBackByTheirOwnerOnly) {
  auto catalog = open_catalog();
  take(catalog, {"a", "b", "c"}, "one");
  const std::vector<std::string> keys = {"a", "b"};
  ASSERT_TRUE(release_claims(catalog, "artifacts/atlas", keys, "two").ok());
  EXPECT_THAT(take(catalog, {"a"}, "two"), IsEmpty());
  ASSERT_TRUE(release_claims(catalog, "artifacts/atlas", keys, "one").ok());
  EXPECT_THAT(take(catalog, {"a", "b", "c"}, "two"), ElementsAre("a", "b"));
  ASSERT_TRUE(release_all_claims(catalog, "artifacts/atlas", "two").ok());
  EXPECT_THAT(query("select key, owner from claim"), ElementsAre(ElementsAre("c", "one")));
}

TEST_P(Claims, OfAKilledProcessAreTakenOverAtOnce) {
  auto catalog = open_catalog();
  testing::RunningProgram other("sleep 600");
  const std::string owner = owner_of(other.pid());
  take(catalog, {"a", "b"}, owner);
  EXPECT_THAT(take(catalog, {"a"}, current_owner()), IsEmpty());
  other.kill();
  other.end();
  EXPECT_THAT(take(catalog, {"a"}, current_owner()), ElementsAre("a"));
}

TEST_P(Claims, HaveOneOwnerHoweverManyAskAtOnce) {
  {
    const auto made = open_catalog();
  }
  std::vector<std::string> keys;
  for (int i = 0; i < 300; ++i)
    keys.push_back("key" + std::to_string(i));
  std::mutex mutex;
  std::map<std::string, int> times_taken;
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      auto catalog = Catalog::open(url(), clock());
      ASSERT_TRUE(catalog.ok());
      auto order = keys;  // every one from its own side: no two in the same order
      std::rotate(order.begin(), order.begin() + std::ptrdiff_t{t} * 50, order.end());
      for (std::size_t begin = 0; begin < order.size(); begin += 30) {
        const auto taken = claim(*catalog, "r", std::span(order).subspan(begin, 30),
                                 "owner" + std::to_string(t), kLease);
        ASSERT_TRUE(taken.ok()) << taken.error().message();
        const std::lock_guard lock(mutex);
        for (const auto& key : *taken)
          ++times_taken[key];
      }
    });
  }
  for (auto& thread : threads)
    thread.join();
  EXPECT_EQ(times_taken.size(), 300U);
  for (const auto& [key, times] : times_taken)
    EXPECT_EQ(times, 1) << key;
}

TEST_P(Claims, OfALongListAreOneStatement) {
  auto catalog = open_catalog();
  std::vector<std::string> keys;
  for (int i = 0; i < 20000; ++i)
    keys.push_back("it's \"" + std::to_string(i) + "\" \xC3\xA4");
  EXPECT_EQ(take(catalog, keys, "one"), keys);
  EXPECT_THAT(take(catalog, keys, "two"), IsEmpty());
  ASSERT_TRUE(release_claims(catalog, "artifacts/atlas", keys, "one").ok());
  EXPECT_THAT(query("select count(*) from claim"), ElementsAre(ElementsAre("0")));
}

TEST_P(Claims, RefuseKeysThatNoDatabaseKeeps) {
  auto catalog = open_catalog();
  const std::vector<std::string> keys = {"a", "\xFF"};
  EXPECT_EQ(claim(catalog, "r", keys, "one", kLease).error().code(), Code::invalid);
  EXPECT_THAT(query("select key from claim"), IsEmpty());
}

}  // namespace
}  // namespace holdfast::catalog
