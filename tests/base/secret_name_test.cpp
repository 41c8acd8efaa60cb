// SPDX-License-Identifier: Apache-2.0
// Which names are those of secrets.
#include "base/secret_name.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(SecretName, HasAWordForSecretsInAnyCase) {
  for (const char* name : {"password", "sslPASSWORD", "passwd", "passphrase", "webhook_secret",
                           "oauth_client_secret", "Access-Token", "scram_server_key"})
    EXPECT_TRUE(names_secret(name)) << name;
  for (const char* name : {"", "user", "passfile", "sslkey", "host", "pass"})
    EXPECT_FALSE(names_secret(name)) << name;
}

}  // namespace
}  // namespace holdfast
