// SPDX-License-Identifier: Apache-2.0
#include "service/bearer_token.h"

#include <gtest/gtest.h>

namespace holdfast::service {
namespace {

constexpr std::string_view kToken = "0123456789abcdef0123456789abcdef";

Admission admission(const std::string& value) {
  const auto token = BearerToken::make(kToken);
  EXPECT_TRUE(token.ok());
  return token->admits({{"AUTHORIZATION", value}});
}

TEST(BearerTokens, AdmitTheirOwnAndNoOther) {
  const std::string token(kToken);
  EXPECT_EQ(admission("Bearer " + token), Admission::admitted);
  EXPECT_EQ(admission("bearer   " + token), Admission::admitted);
  EXPECT_EQ(admission("Bearer " + token + "x"), Admission::wrong_token);
  EXPECT_EQ(admission("Bearer " + token.substr(1)), Admission::wrong_token);
  EXPECT_EQ(admission("Bearer "), Admission::wrong_token);
  EXPECT_EQ(admission("Bearer"), Admission::no_token);
  EXPECT_EQ(admission("Basic " + token), Admission::no_token);
  EXPECT_EQ(admission(token), Admission::no_token);
  EXPECT_EQ(admission(""), Admission::no_token);
}

TEST(BearerTokens, AdmitNobodyWhereNoneIsConfigured) {
  EXPECT_EQ(BearerToken().admits({{"Authorization", "Bearer "}}), Admission::writing_is_off);
  EXPECT_EQ(BearerToken().admits({}), Admission::writing_is_off);
}

TEST(BearerTokens, AreLongAndVisible) {
  for (const char* token :
       {"", "short", "0123456789 abcdef", "0123456789abcdef\n", "0123456789abcde\xC3\xA9"}) {
    const auto made = BearerToken::make(token);
    ASSERT_FALSE(made.ok()) << token;
    EXPECT_EQ(made.error().code(), Code::invalid);
    EXPECT_TRUE(*token == '\0' || made.error().message().find(token) == std::string::npos);
  }
}

}  // namespace
}  // namespace holdfast::service
