// SPDX-License-Identifier: Apache-2.0
// One stream of SHA-256 against the vectors of FIPS 180-4 (NIST's examples).
#include "core/sha256.h"

#include <utility>

#include <gtest/gtest.h>

namespace holdfast::core {
namespace {

TEST(Sha256, FitsTheExamplesOfTheStandard) {
  EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(to_hex(sha256(std::string(1000000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, GivesTheSameForEveryCutOfTheStream) {
  const std::string bytes(300, 'x');
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    Sha256 stream;
    stream.update(std::string_view(bytes).substr(0, cut));
    stream.update(std::string_view(bytes).substr(cut));
    ASSERT_EQ(stream.finish(), sha256(bytes)) << cut;
  }
}

TEST(Sha256, StartsAnewAfterFinishAndMoves) {
  Sha256 stream;
  stream.update("abc");
  const auto first = stream.finish();
  Sha256 other = std::move(stream);
  other.update("abc");
  EXPECT_EQ(other.finish(), first);
  EXPECT_EQ(other.finish(), sha256(""));
}

TEST(Sha256, ReadsSixtyFourHexDigitsAndNothingElse) {
  const std::string hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  EXPECT_EQ(parse_sha256(hex), sha256("abc"));
  EXPECT_EQ(parse_sha256("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"),
            sha256("abc"));
  EXPECT_EQ(parse_sha256("sha256:" + hex), sha256("abc"));
  EXPECT_EQ(parse_sha256(""), std::nullopt);
  EXPECT_EQ(parse_sha256("sha256:"), std::nullopt);
  EXPECT_EQ(parse_sha256("SHA256:" + hex), std::nullopt);
  EXPECT_EQ(parse_sha256(hex + "0"), std::nullopt);
  EXPECT_EQ(parse_sha256(hex.substr(1)), std::nullopt);
  EXPECT_EQ(parse_sha256(" " + hex.substr(1)), std::nullopt);
  EXPECT_EQ(parse_sha256(hex.substr(0, 63) + "g"), std::nullopt);
  EXPECT_EQ(parse_sha256(std::string(64, '\0')), std::nullopt);
}

}  // namespace
}  // namespace holdfast::core
