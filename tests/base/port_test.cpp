// SPDX-License-Identifier: Apache-2.0
// Ports: which texts are one, and that nothing else is shown in the place of one.
#include "base/port.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(Port, IsANumberFromOneTo65535) {
  EXPECT_EQ(parse_port("1"), 1);
  EXPECT_EQ(parse_port("65535"), 65535);
  for (const char* text : {"", "0", "65536", "-1", "+1", " 1", "1 ", "1x", "0x1", "port"})
    EXPECT_EQ(parse_port(text), std::nullopt) << text;
}

TEST(Port, OfAHostIsShown) {
  for (const char* address :
       {"", "h", "h:5432", "h:5432/d", "redis://h", "redis://h:6379/0", "http://h:/p",
        "http://h:8443?a=b:c", "http://[::1]", "http://[::1]:80/p:q", "http://***@h:80/p",
        "http://u:***@[::1]:80", "http://h/a:b", "unix:///run/a:b.sock", "/a:b/c", "h:${PORT}/d",
        "https:", "https//h:8443/p"})
    EXPECT_EQ(without_wrong_port(address, Hosts::one), address);
  for (const char* address : {"postgresql://h:5432,[::1]:5433,i/d", "postgresql://u@h:,i:${PORT}"})
    EXPECT_EQ(without_wrong_port(address, Hosts::some), address);
}

TEST(Port, IsNotShownWhereItIsNone) {
  const auto one = [](const char* address) { return without_wrong_port(address, Hosts::one); };
  EXPECT_EQ(one("redis://bob:secret"), "redis://bob:***");
  EXPECT_EQ(one("redis://:secret/0"), "redis://:***");
  EXPECT_EQ(one("http://u:123456789"), "http://u:***");
  EXPECT_EQ(one("http://u:se/cr?et=#x"), "http://u:***");
  EXPECT_EQ(one("http://u:12#secret"), "http://u:***");
  EXPECT_EQ(one("http://u:12,secret"), "http://u:***");
  EXPECT_EQ(one("http://[u:secret"), "http://[u:***");
  EXPECT_EQ(one("http://[::1]:secret"), "http://[::1]:***");
  EXPECT_EQ(one("http://***@h:secret/p"), "http://***@h:***");
  EXPECT_EQ(one("bob:secret"), "bob:***");
  EXPECT_EQ(one("https:u:secret"), "https:***");
  EXPECT_EQ(one("https:/u:secret"), "https:***");
  EXPECT_EQ(one("https:/u:secret//x"), "https:***");
  EXPECT_EQ(one("https//u:secret/x"), "https//u:***");
  EXPECT_EQ(without_wrong_port("postgresql://h:5432,u:secret/d", Hosts::some),
            "postgresql://h:5432,u:***");
}

}  // namespace
}  // namespace holdfast
