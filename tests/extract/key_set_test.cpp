// SPDX-License-Identifier: Apache-2.0
#include "extract/key_set.h"

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/second_program.h"

namespace holdfast::extract {
namespace {

std::vector<std::string> some_keys(std::size_t count) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back("clip_" + std::to_string(i * 7919) + ".mp4");
  return out;
}

bool in_same_order(const KeySet& one, const KeySet& other) {
  if (one.size() != other.size()) return false;
  for (std::size_t i = 0; i < one.size(); ++i)
    if (one.at(i) != other.at(i)) return false;
  return true;
}

TEST(KeySet, HoldsWhatASetHolds) {
  std::mt19937 random(1);
  KeySet keys;
  keys.reserve(100, 10);
  std::set<std::string> truth;
  for (int i = 0; i < 20'000; ++i) {
    std::string key(random() % 12, 'a');
    for (char& c : key)
      c = static_cast<char>(random() % 3);  // NUL too
    EXPECT_EQ(keys.insert(key), truth.insert(key).second);
    if (i % 5000 == 0) keys.reserve(keys.size() * 3, keys.size_bytes());
  }
  EXPECT_EQ(keys.size(), truth.size());
  std::set<std::string> back;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ(keys.find(keys.at(i)), i);
    back.emplace(keys.at(i));
  }
  EXPECT_EQ(back, truth);
  EXPECT_FALSE(keys.contains("not there"));
  EXPECT_FALSE(KeySet().contains(""));
}

TEST(KeySet, FindsTheSameWhateverIsExpected) {
  std::mt19937 random(3);
  KeySet keys;
  const auto names = some_keys(3000);
  for (std::size_t i = 0; i < names.size(); i += 2)
    keys.insert(names[i]);
  std::size_t expected = 0;
  for (int turn = 0; turn < 20'000; ++turn) {
    const std::size_t i =
        random() % 3 == 0 ? random() % names.size() : (2 * expected + random() % 2) % names.size();
    const std::size_t found = keys.find_next(names[i], expected);
    ASSERT_EQ(found, keys.find(names[i]));
    if (found != KeySet::kNone) {
      ASSERT_EQ(expected, found + 1);
    }
    if (random() % 100 == 0) expected = random() % 5000;
  }
}

TEST(KeySet, NeedsAtMost64BytesAKey) {
  KeySet keys;
  for (const std::string& key : some_keys(152'265))
    keys.insert(key);
  EXPECT_EQ(keys.size(), 152'265U);
  EXPECT_LE(keys.memory_bytes(), 64 * keys.size());
}

TEST(KeySet, KeepsWhatItHasWhenACopyGoesOn) {
  KeySet first;
  first.insert("a");
  KeySet second = first;
  EXPECT_TRUE(second.shares_with(first));
  EXPECT_FALSE(second.insert("a"));
  EXPECT_TRUE(second.insert("b"));
  second.reserve(1000, 1000);
  EXPECT_FALSE(second.shares_with(first));
  EXPECT_EQ(first.size(), 1U);
  EXPECT_FALSE(first.contains("b"));
  EXPECT_TRUE(second.contains("a") && second.contains("b"));
  const KeySet empty;
  KeySet filled;
  filled.insert("c");
  EXPECT_TRUE(empty.empty());
}

// Whatever the keys are and in whatever order they come, they are the set that a plain one has.
TEST(KeysInOrder, AreTheKeysThatCame) {
  std::mt19937 random(4);
  for (int turn = 0; turn < 3000; ++turn) {
    const auto some_key = [&] {
      return std::string(random() % 3, static_cast<char>('a' + random() % 3));
    };
    KeySet likely;
    std::vector<std::string> keys;
    for (std::size_t i = random() % 8; i-- > 0;)
      likely.insert(some_key());
    for (std::size_t i = 0; i < random() % (likely.size() + 1); ++i)
      keys.emplace_back(likely.at(i));
    if (turn % 3 != 0)
      for (std::size_t i = random() % 4; i-- > 0;)
        keys.push_back(some_key());
    KeySet truth;
    KeysInOrder in_order(likely);
    for (const auto& key : keys)
      ASSERT_EQ(in_order.insert(key), truth.insert(key)) << turn;
    const KeySet out = std::move(in_order).take();
    ASSERT_EQ(out.digest(), truth.digest()) << turn;
    ASSERT_TRUE(in_same_order(out, truth)) << turn;
    if (likely.size() == keys.size() && out.size() == keys.size() && in_same_order(out, likely)) {
      ASSERT_TRUE(out.shares_with(likely)) << turn;
    }
  }
}

TEST(KeySet, HasADigestThatDoesNotDependOnTheOrder) {
  auto names = some_keys(1000);
  KeySet forward;
  for (const auto& name : names)
    forward.insert(name);
  std::shuffle(names.begin(), names.end(), std::mt19937(2));
  KeySet shuffled;
  for (const auto& name : names)
    shuffled.insert(name);
  EXPECT_EQ(forward.digest(), shuffled.digest());
  KeySet other;
  for (std::size_t i = 1; i < names.size(); ++i)
    other.insert(names[i]);
  other.insert("another");
  EXPECT_EQ(other.size(), forward.size());
  EXPECT_NE(other.digest(), forward.digest());
  EXPECT_NE(KeySet().digest(), forward.digest());
}

TEST(KeySet, HasTheDigestThatPythonComputes) {
  KeySet keys;
  std::string list;
  for (const auto& name : some_keys(50)) {
    keys.insert(name);
    list += "'" + name + "',";
  }
  const auto ended = testing::run_program(
      "python3 -c \"import hashlib; k=[" + list +
      "]; s=sum(int.from_bytes(hashlib.sha256(x.encode()).digest(),'big') for x in k)%2**256; "
      "print(f'{len(k)}-{s:064x}',end='')\"");
  EXPECT_EQ(keys.digest().text(), ended.output);
}

}  // namespace
}  // namespace holdfast::extract
