// SPDX-License-Identifier: Apache-2.0
// URLs from configuration files: whatever stands in them, no password is shown.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sql/connection.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const std::string shown = holdfast::sql::redacted(text);
  if (const auto dialect = holdfast::sql::dialect_of(text);
      !dialect && dialect.error().message().find(shown) == std::string::npos) {
    std::abort();
  }
  // A password never shows, whatever stands after it or before the query.
  const std::string secret = "zQ7secretQ7z";
  for (const std::string& url : {"postgresql://u:" + secret + "@" + std::string(text),
                                 "postgresql://h/" + std::string(text) + "&password=" + secret}) {
    if (holdfast::sql::redacted(url).find(secret) != std::string::npos) std::abort();
  }
  return 0;
}
