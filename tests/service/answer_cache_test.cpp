// SPDX-License-Identifier: Apache-2.0
#include "service/answer_cache.h"

#include <gtest/gtest.h>

namespace holdfast::service {
namespace {

std::shared_ptr<const CachedAnswer> answer(std::size_t bytes) {
  return std::make_shared<CachedAnswer>(CachedAnswer{std::string(bytes, 'x'), "\"tag\""});
}

TEST(AnswerCaches, KeepWhatWasAskedForLast) {
  AnswerCache cache(10'000);
  for (const char* key : {"a", "b", "c", "d", "e", "f"})
    cache.keep(key, answer(1'000));
  ASSERT_NE(cache.find("a"), nullptr);
  for (const char* key : {"g", "h"})
    cache.keep(key, answer(1'000));
  EXPECT_NE(cache.find("a"), nullptr) << "it was asked for";
  EXPECT_EQ(cache.find("b"), nullptr) << "it was not";
  EXPECT_LE(cache.size_bytes(), 10'000U);
}

TEST(AnswerCaches, DoNotKeepWhatWouldPushOutTheRest) {
  AnswerCache cache(10'000);
  cache.keep("small", answer(10));
  cache.keep("large", answer(9'000));
  EXPECT_EQ(cache.find("large"), nullptr);
  EXPECT_NE(cache.find("small"), nullptr);
}

}  // namespace
}  // namespace holdfast::service
