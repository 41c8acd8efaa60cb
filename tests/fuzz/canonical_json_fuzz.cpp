// SPDX-License-Identifier: Apache-2.0
// Any bytes as JSON: refused, or canonical text that is its own canonical text; flat fields come back as they were.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/canonical_json.h"
#include "core/fields.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  using namespace holdfast::core;
  const std::string_view text(reinterpret_cast<const char*>(data), size_bytes);
  const auto once = canonicalize(text);
  if (!once.ok()) {
    if (!is_utf8(once.error().message())) std::abort();
    return 0;
  }
  const auto twice = canonicalize(*once);
  if (!twice.ok() || *twice != *once || !is_utf8(*once)) std::abort();
  const auto fields = parse_fields(text);
  if (!fields.ok()) return 0;
  const auto written = canonical_json(*fields);
  if (!written.ok() || *written != *once) std::abort();
  return 0;
}
