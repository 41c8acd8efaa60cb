// SPDX-License-Identifier: Apache-2.0
// Addresses of Redis servers: read, shown without their secrets, and refused without them.
#include "redis/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis/client.h"

namespace holdfast::redis {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Address parsed(const std::string& url) {
  const auto address = parse_address(url);
  EXPECT_TRUE(address.ok()) << url << ": " << (address.ok() ? "" : address.error().message());
  return address.ok() ? *address : Address{};
}

TEST(RedisAddress, ReadsHostPortDatabaseAndPassword) {
  const Address plain = parsed("redis://127.0.0.1");
  EXPECT_EQ(plain.host, "127.0.0.1");
  EXPECT_EQ(plain.port, 6379);
  EXPECT_EQ(plain.password, "");
  const Address full = parsed("redis://user:p%40ss@[::1]:7000/3");
  EXPECT_EQ(full.host, "::1");
  EXPECT_EQ(full.port, 7000);
  EXPECT_EQ(full.user, "user");
  EXPECT_EQ(full.password, "p@ss");
  EXPECT_EQ(full.database, 3);
  EXPECT_EQ(parsed("redis://:a@b@host").password, "a@b") << "the last @ ends the password";
}

TEST(RedisAddress, ReadsAUnixSocket) {
  const Address address = parsed("unix://:secret@/run/redis.sock?db=2");
  EXPECT_EQ(address.socket_path, "/run/redis.sock");
  EXPECT_EQ(address.host, "");
  EXPECT_EQ(address.password, "secret");
  EXPECT_EQ(address.database, 2);
}

TEST(RedisAddress, ShowsNoSecret) {
  EXPECT_EQ(shown(parsed("redis://user:secret@[::1]/1")), "redis://[::1]:6379/1");
  EXPECT_EQ(shown(parsed("unix://:secret@/run/redis.sock")), "unix:///run/redis.sock");
}

TEST(RedisAddress, RefusesWhatIsNoneAndShowsNoSecretEither) {
  for (const char* text : {"redis://:secret@",
                           "redis://:secret@host:0",
                           "redis://:secret@host:70000",
                           "redis://:secret@host/x",
                           "redis://:secret%4@host",
                           "redis://secret@host",
                           "redis://a b",
                           "unix://:secret@run/redis.sock",
                           "unix:///run/x?password=secret",
                           "http://u:secret@host",
                           "redis://:secret%00@host",
                           "redis://[::1",
                           "redis://:secret@[::1]x",
                           "redis://:@host",
                           "",
                           "redis://\n",
                           "rediss://:secret@host",
                           "redis://bob:secret",
                           "redis://:secret/0",
                           "redis://host/secret"}) {
    const auto address = parse_address(text);
    ASSERT_FALSE(address.ok()) << text;
    EXPECT_THAT(address.error().message() + address.error().hint(), Not(HasSubstr("secret")));
    EXPECT_FALSE(address.error().hint().empty()) << text;
  }
  EXPECT_EQ(parse_address("rediss://host").error().code(), Code::unsupported);
  EXPECT_EQ(parse_address(std::string(5000, 'a')).error().code(), Code::invalid);
}

TEST(RedisRefusal, IsPassingWhereItIsAStateOfTheServer) {
  EXPECT_TRUE(may_pass_later("LOADING Redis is loading the dataset in memory"));
  EXPECT_TRUE(may_pass_later("OOM command not allowed when used memory > 'maxmemory'."));
  EXPECT_TRUE(may_pass_later("NOAUTH Authentication required."));
  EXPECT_FALSE(may_pass_later("WRONGTYPE Operation against a key holding the wrong kind of value"));
  EXPECT_FALSE(may_pass_later("ERR unknown command"));
}

}  // namespace
}  // namespace holdfast::redis
