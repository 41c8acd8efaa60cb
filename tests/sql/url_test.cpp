// SPDX-License-Identifier: Apache-2.0
// Database URLs: the dialect they ask for, and that no password is ever shown.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sql/connection.h"
#include "tests/support/temp_folder.h"

namespace holdfast::sql {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Url, SaysWhichDatabase) {
  EXPECT_EQ(*dialect_of("sqlite:a.db"), Dialect::sqlite);
  EXPECT_EQ(*dialect_of("postgresql://h/d"), Dialect::postgres);
  EXPECT_EQ(*dialect_of("postgres:///d"), Dialect::postgres);
}

TEST(Url, RefusesOthersWithTheFormsThatAreKnown) {
  for (const char* url :
       {"", "a.db", "sqlite:", "mysql://u:secret@h/d", "host=h password=secret", "SQLITE:a"}) {
    const auto dialect = dialect_of(url);
    ASSERT_FALSE(dialect.ok()) << url;
    EXPECT_EQ(dialect.error().code(), Code::invalid);
    EXPECT_THAT(dialect.error().message(), Not(HasSubstr("secret")));
    EXPECT_THAT(dialect.error().hint(), HasSubstr("sqlite:PATH"));
  }
}

TEST(Url, HasThePathOfAnSqliteFile) {
  EXPECT_EQ(sqlite_path("sqlite:a/b.db"), "a/b.db");
  EXPECT_EQ(sqlite_path("sqlite:"), std::nullopt);
  EXPECT_EQ(sqlite_path("postgresql://h/d"), std::nullopt);
  EXPECT_EQ(absolute_url("sqlite:./a//b.db/", "/w"), "sqlite:/w/a/b.db");
  EXPECT_EQ(absolute_url("sqlite:../b.db", "/w/x"), "sqlite:/w/b.db");
  EXPECT_EQ(absolute_url("sqlite:/b.db", "/w"), "sqlite:/b.db");
  EXPECT_EQ(absolute_url("postgresql://h/d", "/w"), "postgresql://h/d");
}

TEST(Url, OfOneDatabaseMayBeWrittenInMoreWaysThanOne) {
  const testing::TempFolder folder;
  folder.write("real/c.db", "");
  std::filesystem::create_symlink("real", folder.at("link"));
  EXPECT_TRUE(
      is_same_database("sqlite:" + folder.at("real/c.db"), "sqlite:" + folder.at("link/c.db")));
  EXPECT_FALSE(
      is_same_database("sqlite:" + folder.at("real/c.db"), "sqlite:" + folder.at("real/d.db")));
  EXPECT_TRUE(is_same_database("postgresql://h/d", "postgresql://h/d"));
  EXPECT_FALSE(is_same_database("postgresql://h/d", "postgresql://h/e"));
  EXPECT_FALSE(is_same_database("sqlite:d", "postgresql://h/d"));
}

TEST(Url, HidesPasswords) {
  EXPECT_EQ(redacted("postgresql://u:pw@h:5432/d"), "postgresql://u:***@h:5432/d");
  EXPECT_EQ(redacted("postgresql://u@h:5432/d"), "postgresql://u@h:5432/d");
  // Misspelt schemes, and none.
  EXPECT_EQ(redacted("postgresql:/u:p/w+x=@h/d"), "postgresql:***@h/d");
  EXPECT_EQ(redacted("postgres:u:pw@h/d"), "postgres:***@h/d");
  EXPECT_EQ(redacted("u:pw@h/d"), "u:***@h/d");
  EXPECT_EQ(redacted("sqlite:a:b@c.db"), "sqlite:a:b@c.db");
  EXPECT_EQ(redacted("postgresql://u:p@w/x:?y@h/d"), "postgresql://u:***@h/d");
  EXPECT_EQ(redacted("postgresql:///d?user=u&password=pw&sslmode=require"),
            "postgresql:///d?user=u&password=***&sslmode=require");
  EXPECT_EQ(redacted("postgresql:///d?sslpassword=pw&PASSWORD=pw2"),
            "postgresql:///d?sslpassword=***&PASSWORD=***");
  // "@host" forgotten: libpq takes the password for a port.
  EXPECT_EQ(redacted("postgresql://u:pw"), "postgresql://u:***");
  EXPECT_EQ(redacted("postgresql://u:p/w?x"), "postgresql://u:***");
  EXPECT_EQ(redacted("postgresql://u:70000/d"), "postgresql://u:***");
  EXPECT_EQ(redacted("postgresql://[u:pw"), "postgresql://[u:***");
  EXPECT_EQ(redacted("postgresql:/u:pw"), "postgresql:***");
  EXPECT_EQ(redacted("postgres:u:pw"), "postgres:***");
  EXPECT_EQ(redacted("postgresql://h:5432,[::1]:5433,i/d"), "postgresql://h:5432,[::1]:5433,i/d");
  EXPECT_EQ(redacted("postgresql://u@${HOST}:${PORT}/d"), "postgresql://u@${HOST}:${PORT}/d");
  // libpq decodes keys.
  EXPECT_EQ(redacted("postgresql:///d?user=u&pass%77ord=pw&a=%61"),
            "postgresql:///d?user=u&pass%77ord=***&a=%61");
  EXPECT_EQ(redacted("postgresql:///d?%50ASSWORD=pw"), "postgresql:///d?%50ASSWORD=***");
  EXPECT_EQ(redacted("postgresql:///d?us%65r=u"), "postgresql:///d?us%65r=u");
  EXPECT_EQ(redacted("host=h password = 'a b' user=u"), "host=h password = *** user=u");
  EXPECT_EQ(redacted("password="), "password=***");
  EXPECT_EQ(redacted("bob:pw"), "bob:***");
  EXPECT_EQ(redacted("postgresql//u:pw/d"), "postgresql//u:***");
  EXPECT_EQ(redacted("sqlite:a/b.db"), "sqlite:a/b.db");
  EXPECT_EQ(redacted("sqlite:secrets/run=1/100%=b.db"), "sqlite:secrets/run=1/100%=b.db");
  EXPECT_EQ(redacted(""), "");
}

TEST(Url, HidesTheWholeValueOfAKeyThatNamesASecret) {
  // A conninfo text: backslashes escape, also where they are written as TOML, and '&' ends nothing.
  EXPECT_EQ(redacted("host=h password='it\\'pw' user=u"), "host=h password=*** user=u");
  EXPECT_EQ(redacted("host=h password='it\\\\'pw' user=u"), "host=h password=*** user=u");
  EXPECT_EQ(redacted("password=it\\ pw user=u"), "password=*** user=u");
  EXPECT_EQ(redacted("password=a&pw user=u"), "password=*** user=u");
  EXPECT_EQ(redacted("password=''  user=u"), "password=***  user=u");
  // A query: it has no quotes, and a blank ends nothing.
  EXPECT_EQ(redacted("postgresql://h/d?password=p w&sslmode=require"),
            "postgresql://h/d?password=***&sslmode=require");
  EXPECT_EQ(redacted("postgresql://h/d?password='p'w&sslmode=require"),
            "postgresql://h/d?password=***&sslmode=require");
  EXPECT_EQ(redacted("postgresql://h/d?oauth_client_secret=pw&oauth_client_id=me"),
            "postgresql://h/d?oauth_client_secret=***&oauth_client_id=me");
  EXPECT_EQ(redacted("postgresql://h/d?Access%54oken=pw&scram_client_key=pw"),
            "postgresql://h/d?Access%54oken=***&scram_client_key=***");
}

TEST(Url, DoesNotShowThePasswordOfAUrlThatLibpqCannotRead) {
  const auto opened = Connection::open({.url = "postgresql://u:se%zzcret@h/d"});
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), Code::invalid);
  EXPECT_THAT(opened.error().message(), Not(HasSubstr("cret")));
  EXPECT_THAT(opened.error().message(), HasSubstr("postgresql://u:***@h/d"));
}

TEST(Url, WithAPasswordInThePlaceOfAPortIsRefusedWithoutIt) {
  for (const char* url : {"postgresql://u:seKret", "postgresql://u:123456789/d", "postgresql://h:0",
                          "postgresql://h:5432,u:seKret/d", "postgresql:///d?port=none"}) {
    const auto opened = Connection::open({.url = url});
    ASSERT_FALSE(opened.ok()) << url;
    EXPECT_EQ(opened.error().code(), Code::invalid) << url;
    EXPECT_THAT(opened.error().message(), HasSubstr("port is no number")) << url;
    EXPECT_THAT(opened.error().message(), Not(HasSubstr("seKret"))) << url;
    EXPECT_THAT(opened.error().message(), Not(HasSubstr("123456789"))) << url;
  }
}

}  // namespace
}  // namespace holdfast::sql
