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
