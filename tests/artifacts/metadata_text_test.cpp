// SPDX-License-Identifier: Apache-2.0
// Metadata as text: our three keys are set, every other byte stays.
#include "artifacts/metadata_text.h"

#include <gtest/gtest.h>

namespace holdfast::artifacts {
namespace {

const NewHash kHash{
    .sha256 = std::string(64, 'a'), .size_bytes = 7, .computed_at = "2026-05-18T02:03:04.000000Z"};
const std::string kAdded =
    R"("file_sha256":")" + std::string(64, 'a') +
    R"(","file_size_bytes":7,"file_sha256_computed_at":"2026-05-18T02:03:04.000000Z")";

std::string set(const std::string& text) {
  const auto out = with_hash(text, kHash);
  return out ? *out : "refused: " + out.error().message();
}

TEST(MetadataText, KeepsEveryByteOfWhatIsNotOurs) {
  const std::string odd =
      "{\"big\":123456789012345678901234567890,\"huge\":1e400,\"r\":1.50,\n\t\"a\" :  [ 1,2 "
      ",{}],\"a\":2,\"\\u0041\":\"\\ud83d\\ude00\"";
  EXPECT_EQ(set(odd + "\n}\n"), odd + "," + kAdded + "\n}\n");
}

TEST(MetadataText, FollowsTheStyleOfTheFirstMembers) {
  EXPECT_EQ(set(R"({"a": 1, "b": 2})").substr(0, 33), R"({"a": 1, "b": 2, "file_sha256": ")");
  EXPECT_EQ(set(R"({"a":1})"), R"({"a":1,)" + kAdded + "}");
  EXPECT_EQ(set("{}"), owned_json(kHash));
  EXPECT_EQ(*with_hash(std::nullopt, kHash), owned_json(kHash));
}

TEST(MetadataText, ReplacesItsOwnValuesInPlace) {
  const std::string before =
      R"({"file_sha256":"old","x":1,"file_size_bytes": 99999 ,"file_sha256_computed_at":null})";
  EXPECT_EQ(
      set(before),
      R"({"file_sha256":")" + kHash.sha256 +
          R"(","x":1,"file_size_bytes": 7 ,"file_sha256_computed_at":"2026-05-18T02:03:04.000000Z"})");
  // Some there, some not, and one of them in the middle of the text.
  EXPECT_EQ(set(R"({"file_size_bytes":1,"x":2})"),
            R"({"file_size_bytes":7,"x":2,"file_sha256":")" + kHash.sha256 +
                R"(","file_sha256_computed_at":"2026-05-18T02:03:04.000000Z"})");
}

TEST(MetadataText, KnowsItsKeysHoweverTheyAreSpelt) {
  const auto reading = read_metadata(
      R"({"nested":{"file_sha256":"no"},"file\u005fsha256":"ab\u0063","file_size_bytes":12})");
  EXPECT_EQ(reading.kind, MetadataKind::object);
  EXPECT_EQ(reading.recorded.sha256, "abc");
  EXPECT_EQ(reading.recorded.size_bytes, "12");
  EXPECT_EQ(reading.recorded.computed_at, std::nullopt);
  EXPECT_EQ(reading.owned_json, R"({"file_sha256": "ab\u0063", "file_size_bytes": 12})");
}

TEST(MetadataText, TellsWhatMayNotBeWritten) {
  EXPECT_EQ(read_metadata(std::nullopt).kind, MetadataKind::null);
  for (const char* text : {"[1,2]", "7", "\"words\"", "null", " true "}) {
    EXPECT_EQ(read_metadata(text).kind, MetadataKind::other) << text;
    EXPECT_FALSE(with_hash(text, kHash).ok()) << text;
  }
  const std::string deep = std::string(5000, '[') + std::string(5000, ']');
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("{\"a\":1,}"), std::string("{'a':1}"),
        std::string("{\"a\":01}"), std::string("{\"a\":+1}"), std::string("{\"a\":1} x"),
        std::string("{\"a\":\"\\x\"}"), std::string("{\"a\":\"\\u12g4\"}"),
        std::string("{\"a\":\"\n\"}"), std::string("{\"a\":\"\xff\"}"), std::string("{\"a\":nul}"),
        std::string("{\"a\":1.}"), std::string("{\"a\":1e}"), deep, "{\"a\":" + deep + "}"}) {
    EXPECT_EQ(read_metadata(text).kind, MetadataKind::invalid) << text.substr(0, 60);
    EXPECT_FALSE(with_hash(text, kHash).ok()) << text.substr(0, 60);
  }
  const std::string twice = R"({"file_sha256":"a","file\u005fsha256":"b"})";
  EXPECT_EQ(read_metadata(twice).kind, MetadataKind::ambiguous);
  EXPECT_FALSE(with_hash(twice, kHash).ok());
}

}  // namespace
}  // namespace holdfast::artifacts
