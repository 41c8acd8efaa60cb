// SPDX-License-Identifier: Apache-2.0
// Documents: whatever the bytes, a document or an Error; what is read comes back equal from its own text, and once more the same text.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "json_schema/document.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  using namespace holdfast;               // NOLINT: a program of a page
  using namespace holdfast::json_schema;  // NOLINT
  const auto document =
      Document::parse(std::string(reinterpret_cast<const char*>(data), size_bytes));
  if (!document) {
    HOLDFAST_ASSERT(document.error().code() == Code::invalid);
    HOLDFAST_ASSERT(!document.error().message().empty());
    return 0;
  }
  const std::string text = json_text(document->root());
  const auto again = Document::parse(text);
  HOLDFAST_ASSERT(again.ok());
  HOLDFAST_ASSERT(again->root() == document->root());
  HOLDFAST_ASSERT(again->root().hash() == document->root().hash());
  HOLDFAST_ASSERT(json_text(again->root()) == text);
  DocumentMaker maker;
  HOLDFAST_ASSERT(maker.copy(document->root()) == document->root());
  return 0;
}
