// SPDX-License-Identifier: Apache-2.0
// Metadata of a user's row: whatever the text, setting our keys in an object gives an object that has them, is the same when they
// are set again, and is an object to another parser exactly where we said so.
#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "artifacts/metadata_text.h"
#include "base/assert.h"

namespace {

using holdfast::artifacts::MetadataKind;

const holdfast::artifacts::NewHash& new_hash() {
  static const holdfast::artifacts::NewHash kHash{
      .sha256 = std::string(64, 'a'), .size_bytes = 7, .computed_at = "2026-05-18T02:03:04Z"};
  return kHash;
}

// Every key but ours, as another parser sees it.
nlohmann::json others(const std::string& text) {
  auto json = nlohmann::json::parse(text);
  for (const char* key : {"file_sha256", "file_size_bytes", "file_sha256_computed_at"})
    json.erase(key);
  return json;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  const std::string text(reinterpret_cast<const char*>(data), size_bytes);
  const auto reading = holdfast::artifacts::read_metadata(text);
  const auto written = holdfast::artifacts::with_hash(text, new_hash());
  HOLDFAST_ASSERT(written.ok() == (reading.kind == MetadataKind::object));
  if (!written.ok()) return 0;
  // The other parser refuses numbers beyond a double (1e400), which are JSON all the same (RFC 8259, 6).
  const bool accepted = nlohmann::json::accept(text);
  HOLDFAST_ASSERT(accepted == nlohmann::json::accept(*written));
  HOLDFAST_ASSERT(!accepted || others(text) == others(*written));
  const auto again = holdfast::artifacts::read_metadata(*written);
  HOLDFAST_ASSERT(again.kind == MetadataKind::object);
  HOLDFAST_ASSERT(again.recorded.sha256 == new_hash().sha256);
  HOLDFAST_ASSERT(again.recorded.size_bytes == "7");
  HOLDFAST_ASSERT(*holdfast::artifacts::with_hash(*written, new_hash()) == *written);
  return 0;
}
