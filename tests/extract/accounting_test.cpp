// SPDX-License-Identifier: Apache-2.0
// The accounts against plain set algebra, and the historical accident.
#include "extract/accounting.h"

#include <algorithm>
#include <iterator>
#include <random>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::extract {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Set = std::set<std::string>;

KeySet keys_of(const Set& set) {
  KeySet out;
  for (const auto& key : set)
    out.insert(key);
  return out;
}
RowKeys rows_of(const Set& set) {
  RowKeys out;
  for (const auto& key : set)
    out.add(key);
  return out;
}
Set minus(const Set& a, const Set& b) {
  Set out;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::inserter(out, out.end()));
  return out;
}
Set plus(Set a, const Set& b) {
  a.insert(b.begin(), b.end());
  return a;
}
Set set_of(const std::vector<std::string>& list) {
  return {list.begin(), list.end()};
}

TEST(Accounts, AreTheDifferencesOfTheSets) {
  std::mt19937 random(7);
  for (int turn = 0; turn < 300; ++turn) {
    Set items, ledger, staged, published;
    for (int i = 0; i < 12; ++i) {
      const std::string key(1, static_cast<char>('a' + i));
      for (Set* set : {&items, &ledger, &staged, &published}) {
        if (random() % 2 == 0) set->insert(key);
      }
    }
    const KeySet item_keys = keys_of(items), ledger_keys = keys_of(ledger);
    const RowKeys staged_rows = rows_of(staged), published_rows = rows_of(published);
    const Sides sides{&item_keys, ledger_keys, staged_rows, published_rows};
    const Accounts accounts = account(sides);
    const Set rows = plus(staged, published);
    EXPECT_EQ(set_of(accounts.missing), minus(ledger, rows));
    EXPECT_EQ(set_of(accounts.unclaimed_published), minus(published, ledger));
    EXPECT_EQ(set_of(accounts.unclaimed_staged), minus(minus(staged, ledger), published));
    EXPECT_EQ(set_of(accounts.strangers), minus(plus(rows, ledger), items));
    EXPECT_EQ(set_of(accounts.pending), minus(items, plus(rows, ledger)));
    EXPECT_EQ(accounts.done, rows.size());
    EXPECT_EQ(set_of(accounts.unpublished), minus(staged, published));
  }
}

TEST(Accounts, NameThe92453RowsOfTheAccident) {
  KeySet ledger;
  RowKeys published;
  for (int i = 0; i < 152'265; ++i) {
    const std::string key = std::to_string(i) + ".mp4";
    ledger.insert(key);
    if (i >= 92'453) published.add(key);
  }
  const RowKeys nothing;
  const Sides sides{&ledger, ledger, nothing, published};
  const Accounts accounts = account(sides);
  ASSERT_EQ(accounts.missing.size(), 92'453U);
  EXPECT_EQ(accounts.missing.front(), "0.mp4");
  EXPECT_EQ(accounts.missing.back(), "92452.mp4");
}

TEST(Accounts, OfEqualCountsOfOtherKeysDoNotAgree) {
  const KeySet ledger = keys_of({"a", "b"});
  const RowKeys published = rows_of({"c", "d"});
  const RowKeys nothing;
  const Sides sides{nullptr, ledger, nothing, published};
  const Accounts accounts = account(sides);
  EXPECT_THAT(accounts.missing, ElementsAre("a", "b"));
  EXPECT_THAT(accounts.unclaimed_published, ElementsAre("c", "d"));
  EXPECT_THAT(accounts.pending, IsEmpty()) << "nobody knows the items";
}

}  // namespace
}  // namespace holdfast::extract
