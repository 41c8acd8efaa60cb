// SPDX-License-Identifier: Apache-2.0
// URLs: what is read, what is refused, what is put together, and that no secret is shown.
#include "http/url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Url url(std::string_view text) {
  auto parsed = parse_url(text);
  EXPECT_TRUE(parsed.ok()) << text << ": " << (parsed.ok() ? "" : parsed.error().message());
  return parsed.ok() ? *parsed : Url{};
}

TEST(Url, IsReadIntoItsParts) {
  const Url all = url("HTTPS://us%65r:p%40ss@Registry.Example:8081/a/./b/../c%20d?x=1&y#part");
  EXPECT_EQ(all.scheme, "https");
  EXPECT_EQ(all.host, "registry.example");
  EXPECT_EQ(all.port, 8081);
  EXPECT_EQ(all.user, "user");
  EXPECT_EQ(all.password, "p@ss");
  EXPECT_EQ(all.path, "/a/c%20d");
  EXPECT_EQ(all.query, "x=1&y");
  EXPECT_EQ(url("http://h").path, "/");
  EXPECT_EQ(url("http://h?q").query, "q");
  EXPECT_EQ(url("http://h:/").port, 80);
  EXPECT_EQ(url("http://[::1]:9/x").host, "::1");
  EXPECT_EQ(without_credentials(url("http://[::1]:9/x")), "http://[::1]:9/x");
}

TEST(Url, RefusesWhatIsNone) {
  for (const char* text : {"",
                           "h",
                           "//h/",
                           "ftp://h/",
                           "file:///etc/passwd",
                           "gopher://h/",
                           "http:///p",
                           "http://h:0/",
                           "http://h:65536/",
                           "http://h:8x/",
                           "http://h h/",
                           "http://h/a b",
                           "http://h/%zz",
                           "http://h/%4",
                           "http://h/\n",
                           "http://h/\x01",
                           "http://h/ü",
                           "http://[::1/",
                           "http://[x]/",
                           "http://h/../a",
                           "http://h/%2e%2E/a",
                           "http://a\\b/",
                           "http://u%0a:p@h/",
                           "http://h%00/",
                           "javascript:alert(1)"}) {
    EXPECT_FALSE(parse_url(text).ok()) << text;
  }
  EXPECT_FALSE(parse_url("http://h/" + std::string(9000, 'a')).ok());
}

TEST(Url, HasAnOriginOfSchemeHostAndPort) {
  EXPECT_EQ(origin(url("http://h:80/p")), "http://h");
  EXPECT_EQ(origin(url("https://h:80/p")), "https://h:80");
  EXPECT_TRUE(same_origin(url("http://H/a"), url("http://h:80/b")));
  EXPECT_FALSE(same_origin(url("http://h/"), url("https://h/")));
  EXPECT_FALSE(same_origin(url("http://h/"), url("http://h:81/")));
  EXPECT_FALSE(same_origin(url("http://h/"), url("http://h.evil/")));
}

TEST(Url, KnowsThisMachine) {
  for (const char* text :
       {"http://localhost/", "http://127.0.0.1:1/", "http://127.9.9.9/", "http://[::1]/"})
    EXPECT_TRUE(is_loopback(url(text))) << text;
  for (const char* text :
       {"http://127.0.0.1.example/", "http://10.0.0.1/", "http://localhost.example/"})
    EXPECT_FALSE(is_loopback(url(text))) << text;
}

TEST(Url, ShowsNoSecrets) {
  EXPECT_EQ(redacted(url("http://u:hunter2@h/p?token=hunter2&a=1&api_key=hunter2")),
            "http://u:***@h/p?token=***&a=1&api_key=***");
  EXPECT_EQ(redacted(url("http://:hunter2@h/")), "http://:***@h/");
  EXPECT_EQ(redacted(url("http://hunter2@h/p")), "http://***@h/p") << "it may be a token";
  EXPECT_EQ(redacted(url("http://h/p?hunter2&a=1")), "http://h/p?***&a=1");
  for (const char* text :
       {"http://u:hunter2@h:x/", "ftp://u:hunter2@h/", "http://u:hunter2@/", "u:hunter2@h",
        "http://u:a/hunter2@h h/", "http://u:hunter2?@h:1x/", "http://h:1x/?password=hunter2"})
    EXPECT_THAT(parse_url(text).error().message(), Not(HasSubstr("hunter2"))) << text;
  // The "@host" was forgotten.
  for (const std::string_view text :
       {"https://u:hunter2", "https://u:hunter2/p", "https://[u:hunter2", "https:/u:hunter2",
        "https://u:p?a=hunter2"})
    EXPECT_THAT(redacted_url(text), Not(HasSubstr("hunter2"))) << text;
  EXPECT_EQ(redacted_url("https://h:8443/p"), "\"https://h:8443/p\"");
  EXPECT_THAT(redacted_url("http://u:" + std::string(2000, 'h') + "@h/"), Not(HasSubstr("hhh")));
}

TEST(Url, IsShownWithoutAPathThatIsASecret) {
  EXPECT_EQ(redacted_path("https://u:hunter2@h:8443/hunter2"), "\"https://h:8443/…\"");
  EXPECT_EQ(redacted_path("https://h"), "\"https://h\"");
  EXPECT_EQ(redacted_path("https://h/a b/hunter2"), "\"https://h/…\"");
  EXPECT_EQ(redacted_path("https://hunter2@h/a b"), "\"https://***@h/…\"");
  for (const char* text :
       {"https://h/hunter2 b", "https://h/a b@hunter2", "https://u:p/w@h/hunter2",
        "https:/h/hunter2", "h/hunter2", "https://h?hunter2%"}) {
    EXPECT_THAT(redacted_path(text), Not(HasSubstr("hunter2"))) << text;
    const auto parsed = parse_url_with_secret_path(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_THAT(parsed.error().message(), Not(HasSubstr("hunter2"))) << text;
  }
}

TEST(Url, IsJoinedBelowItsBase) {
  const auto join = [](std::string_view base, std::string_view path) {
    return without_credentials(*joined(url(base), path));
  };
  EXPECT_EQ(join("http://h/api/", "/subjects"), "http://h/api/subjects");
  EXPECT_EQ(join("http://h/api", "subjects?deleted=true"), "http://h/api/subjects?deleted=true");
  EXPECT_EQ(join("http://h", "/a%2Fb/c"), "http://h/a%2Fb/c");
  EXPECT_EQ(join("http://h/api", ""), "http://h/api");
  EXPECT_EQ(join("http://h/api", "?a=b"), "http://h/api?a=b");
  EXPECT_EQ(join("http://h/api", "/x/../y"), "http://h/api/y");
  for (const char* path : {"/../x", "..", "%2e%2e/x", "/a/../../x", "http://evil/",
                           "https://h/api/x", "/a b", "/a\r\nX: y"})
    EXPECT_FALSE(joined(url("http://h/api"), path).ok()) << path;
}

// RFC 3986, 5.4.1, with a base of http.
TEST(Url, ResolvesReferencesAsTheStandardSays) {
  const Url base = url("http://a/b/c/d;p?q");
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"g", "http://a/b/c/g"},     {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},   {"/g", "http://a/g"},
      {"//g", "http://g/"},        {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"}, {"#s", "http://a/b/c/d;p?q"},
      {"g#s", "http://a/b/c/g"},   {"g;x=1/../y", "http://a/b/c/y"},
      {"", "http://a/b/c/d;p?q"},  {".", "http://a/b/c/"},
      {"..", "http://a/b/"},       {"../g", "http://a/b/g"},
      {"../../g", "http://a/g"},   {"http://x/y", "http://x/y"},
  };
  for (const auto& [reference, expected] : cases) {
    const auto found = resolved(base, reference);
    ASSERT_TRUE(found.ok()) << reference;
    EXPECT_EQ(without_credentials(*found), expected) << reference;
  }
  for (const char* reference :
       {"http://u:p@a/", "//u@a/", "file:///etc/passwd", "javascript:x", "../../../g"})
    EXPECT_FALSE(resolved(base, reference).ok()) << reference;
}

TEST(Url, EncodesSegmentsAndValues) {
  EXPECT_EQ(encoded_segment("a/b c?&=%é~._-"), "a%2Fb%20c%3F%26%3D%25%C3%A9~._-");
  EXPECT_EQ(encoded_query_value("a+b&c"), "a%2Bb%26c");
}

}  // namespace
}  // namespace holdfast::http
