// SPDX-License-Identifier: Apache-2.0
// Configuration files: whatever the bytes, a table or an `invalid`, and every value can be asked for and shown.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/toml.h"

namespace {

using holdfast::TomlTable;

// Asks for everything as everything; after that nothing is unknown.
// NOLINTNEXTLINE(misc-no-recursion): at most kMaxTomlDepth deep
void ask(TomlTable table) {
  for (const std::string& key : table.keys()) {
    HOLDFAST_ASSERT(!table.place_of(key).empty());
    const int answers =
        static_cast<int>(table.string(key).ok()) + static_cast<int>(table.integer(key).ok()) +
        static_cast<int>(table.number(key).ok()) + static_cast<int>(table.boolean(key).ok()) +
        static_cast<int>(table.strings(key).ok());
    HOLDFAST_ASSERT(answers <= 2);
    const auto inner = table.table(key);
    if (!inner.ok()) continue;
    HOLDFAST_ASSERT(answers == 0);
    ask(**inner);
  }
}

// The first line as a dotted key, the rest as its value.
void override_with(std::string_view text) {
  auto table = holdfast::parse_toml("[a]\nb = 1\n", "f");
  const std::size_t cut = std::min(text.find('\n'), text.size());
  const std::string_view value = text.substr(std::min(cut + 1, text.size()));
  const auto set = table->set(text.substr(0, cut), value, holdfast::TomlOrigin::flag, "--set");
  HOLDFAST_ASSERT(set.ok() || set.error().code() == holdfast::Code::invalid);
  ask(*table);
  HOLDFAST_ASSERT(table->finish().ok());
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  const std::string_view text(reinterpret_cast<const char*>(data), size_bytes);
  override_with(text);
  const holdfast::TomlOptions no_variables{[](const std::string&) { return std::nullopt; }};
  auto table = holdfast::parse_toml(text, "f", no_variables);
  if (!table) {
    HOLDFAST_ASSERT(table.error().code() == holdfast::Code::invalid);
    return 0;
  }
  ask(*table);
  HOLDFAST_ASSERT(table->finish().ok());
  for (const auto& setting : table->settings())
    HOLDFAST_ASSERT(!setting.shown.empty());
  return 0;
}
